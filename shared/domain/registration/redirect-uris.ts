import { DomainError } from '../errors.ts';

/** What a URI is made of (RFC 3986 §2), less `#`: a redirect URI has no fragment (RFC 6749 §3.1.2); and less the wildcard. */
const URI = /^[a-z][a-z0-9+.-]*:(?:[A-Za-z0-9._~:/?[\]@!$&'()+,;=-]|%[0-9A-Fa-f]{2})+$/;

/** A domain name read backwards, so that nobody takes a scheme that is not theirs. */
const PRIVATE_USE_SCHEME = /^[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+:$/;

const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Whether users may be sent to this URI: by https; by http to their own machine (RFC 8252 §7.3); or by a private-use
 * scheme that belongs to a domain name, such as `com.example.app:/callback` (RFC 8252 §7.1).
 */
export function isRedirectUri(uri: string): boolean {
  const url = URI.test(uri) ? URL.parse(uri) : null;
  if (url === null) return false;
  const { protocol, host, hostname, username, password } = url;
  if (protocol !== 'https:' && protocol !== 'http:') return PRIVATE_USE_SCHEME.test(protocol);
  // Read as it is written: nobody may take another host for the one that a browser goes to.
  const isAsWritten = uri === `${protocol}//${host}` || /^[/?]/.test(afterPrefix(uri, `${protocol}//${host}`));
  if (!isAsWritten || username !== '' || password !== '') return false;
  return protocol === 'https:' || LOOPBACK_HOSTS.includes(hostname);
}

/** @throws DomainError `invalid_request` that names the first one that cannot be a redirect URI */
export function assertRedirectUris(uris: readonly string[]): void {
  const wrong = uris.findIndex((uri) => !isRedirectUri(uri));
  if (wrong === -1) return;
  throw new DomainError(
    'invalid_request',
    'A redirect URI is https, http to localhost, or a private-use scheme with a dot, without fragment or wildcard.',
    { field: `redirectUris[${wrong}]` },
  );
}

function afterPrefix(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : '';
}
