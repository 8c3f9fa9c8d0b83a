/** A domain name with a dot inside, as lookups take it; its last label is no number, so that it is no address. */
const DOMAIN_NAME = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/** Names that mean something else everywhere, or nothing (RFC 6761, RFC 6762, RFC 8375). */
const LOCAL_NAME = /\.(?:localhost|local|internal|arpa|test|invalid|onion)$/;

/** Whether this is an https URL without query and fragment, in the one spelling that it has (OpenID Connect Discovery §3). */
export function isIssuerUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null) return false;
  const { protocol, host, pathname, username, password } = url;
  if (protocol !== 'https:' || username !== '' || password !== '') return false;
  return text === `https://${host}${pathname}` || text === `https://${host}`;
}

/**
 * Whether keys may be fetched from here: an https URL at the usual port of a name of the public Internet. Where the name
 * leads is examined each time that it is connected to.
 */
export function isFetchableUrl(text: string): boolean {
  if (!isIssuerUrl(text)) return false;
  const { hostname, port } = new URL(text);
  return port === '' && DOMAIN_NAME.test(hostname) && !LOCAL_NAME.test(hostname);
}
