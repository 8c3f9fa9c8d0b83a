/**
 * A domain name in lower case with at least one dot. Its last label begins with a letter, so it is not an IP address.
 */
const DOMAIN_NAME = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/** Names that are not names of the public Internet (RFC 6761, RFC 6762, RFC 8375). */
const LOCAL_NAME = /\.(?:localhost|local|internal|arpa|test|invalid|onion)$/;

/** Whether a text is an https URL without query and fragment, in its normal spelling (OpenID Connect Discovery §3). */
export function isIssuerUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null) return false;
  const { protocol, host, pathname, username, password } = url;
  if (protocol !== 'https:' || username !== '' || password !== '') return false;
  return text === `https://${host}${pathname}` || text === `https://${host}`;
}

/**
 * Whether keys may be fetched from a URL: it is https, with a public domain name and the default port. The adapter
 * checks the address of the name again before each connection.
 */
export function isFetchableUrl(text: string): boolean {
  if (!isIssuerUrl(text)) return false;
  const { hostname, port } = new URL(text);
  return port === '' && DOMAIN_NAME.test(hostname) && !LOCAL_NAME.test(hostname);
}
