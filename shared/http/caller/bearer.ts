import type { PresentedToken } from '#shared/domain/checks/sender-constraint.ts';
import { DomainError } from '#shared/domain/errors.ts';
import type { Incoming } from '../request/incoming.ts';

/** A `b64token` of RFC 6750 §2.1, under the scheme of that RFC or of RFC 9449 §7.1. */
const AUTHORIZATION = /^(?<scheme>bearer|dpop) +(?<token>[A-Za-z0-9._~+/-]+=*)$/i;

/** What a header says of a token; proof and certificate come by other ways. */
type TokenInHeader = Pick<PresentedToken, 'scheme' | 'value'>;

/** The token of an `Authorization` header value with one of these schemes; undefined for every other value. */
export function presentedToken(authorization: string | undefined): TokenInHeader | undefined {
  const { scheme, token } = AUTHORIZATION.exec(authorization ?? '')?.groups ?? {};
  if (scheme === undefined || token === undefined) return undefined;
  return { scheme: scheme.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer', value: token };
}

/** Whether the value of an `Authorization` header begins with one of these schemes. */
export function isTokenScheme(authorization: string | undefined): boolean {
  return /^(?:bearer|dpop)(?: |$)/i.test(authorization ?? '');
}

/**
 * The access token of a management request. A token in the query is never accepted (RFC 9700 §4.3.2).
 * @throws DomainError `unauthenticated` without a token, `invalid_token` for one that cannot be a token,
 * `invalid_request` where a second token comes in the query
 */
export function readAccessToken({ headers, query }: Incoming): TokenInHeader {
  const { authorization } = headers;
  if (!isTokenScheme(authorization)) {
    throw new DomainError(
      'unauthenticated',
      'Send a management token as Authorization: Bearer, or DPoP if it is bound to a key.',
    );
  }
  if (query.access_token !== undefined) {
    throw new DomainError('invalid_request', 'Send the access token once, in the Authorization header.');
  }
  const token = presentedToken(authorization);
  if (token === undefined) throw new DomainError('invalid_token', 'The access token is malformed.');
  return token;
}
