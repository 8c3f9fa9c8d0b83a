import { DomainError } from '../errors.ts';

/**
 * The characters of a URI (RFC 3986 §2) without `#`, because a fragment is not allowed (RFC 6749 §3.1.2), and without
 * `*`.
 */
const URI = /^[a-z][a-z0-9+.-]*:(?:[A-Za-z0-9._~:/?[\]@!$&'()+,;=-]|%[0-9A-Fa-f]{2})+$/;

/** A domain name in reverse order, so that only the owner of the domain may use the scheme (RFC 8252 §7.1). */
const PRIVATE_USE_SCHEME = /^[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+:$/;

const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Whether users may be sent to this URI. Its scheme must be https, http to the user's own machine (RFC 8252 §7.3), or a
 * private-use scheme that belongs to a domain name, such as `com.example.app:/callback` (RFC 8252 §7.1).
 */
export function isRedirectUri(uri: string): boolean {
  const url = URI.test(uri) ? URL.parse(uri) : null;
  if (url === null) return false;
  const { protocol, host, hostname, username, password } = url;
  if (protocol !== 'https:' && protocol !== 'http:') return PRIVATE_USE_SCHEME.test(protocol);
  // The text must show the host to which a browser goes, so that no reader of it expects another host.
  const isAsWritten = uri === `${protocol}//${host}` || /^[/?]/.test(afterPrefix(uri, `${protocol}//${host}`));
  if (!isAsWritten || username !== '' || password !== '') return false;
  return protocol === 'https:' || LOOPBACK_HOSTS.includes(hostname);
}

/**
 * Finds the registered URI that a request may be answered at, and returns the URI of the request. Both are compared
 * character by character (RFC 9700 §2.1). Only the port of http to the user's own machine may differ, because programs
 * there listen on a port that the system gives them (RFC 8252 §7.3).
 */
export function matchRedirectUri(asked: string, registered: readonly string[]): string | undefined {
  if (registered.includes(asked)) return asked;
  const withoutPort = withoutLoopbackPort(asked);
  if (withoutPort === undefined || !isRedirectUri(asked)) return undefined;
  return registered.some((uri) => withoutLoopbackPort(uri) === withoutPort) ? asked : undefined;
}

/**
 * Whether an origin, as browsers write it (RFC 6454 §6.2), is the origin of one of these redirect URIs. `null` is the
 * origin of many pages that nobody can tell apart, and of no redirect URI.
 */
export function isOriginOf(origin: string, redirectUris: readonly string[]): boolean {
  const web = redirectUris.filter((uri) => /^https?:/.test(uri)).map((uri) => new URL(uri).origin);
  return matchRedirectUri(origin, web) !== undefined;
}

/** A URI of the user's own machine without its port; undefined for all other URIs. */
function withoutLoopbackPort(uri: string): string | undefined {
  const parts = /^(?<host>http:\/\/(?:localhost|127\.0\.0\.1|\[::1\]))(?::\d{1,5})?(?<rest>[/?].*)?$/.exec(uri)?.groups;
  return parts && `${parts.host}${parts.rest ?? ''}`;
}

/** Checks that all URIs are redirect URIs. @throws DomainError `invalid_request` that names the first invalid URI */
export function assertRedirectUris(uris: readonly string[], field = 'redirectUris'): void {
  const wrong = uris.findIndex((uri) => !isRedirectUri(uri));
  if (wrong === -1) return;
  throw new DomainError(
    'invalid_request',
    'A redirect URI must be https, http to localhost, or a private-use scheme with a dot; no fragment, no wildcard.',
    { field: `${field}[${wrong}]` },
  );
}

function afterPrefix(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : '';
}
