import type { PresentedToken } from '#shared/domain/checks/sender-constraint.ts';
import { DomainError } from '#shared/domain/errors.ts';
import type { Incoming } from '../request/incoming.ts';

/** A `b64token` (RFC 6750 §2.1) with the scheme Bearer, or with the scheme DPoP (RFC 9449 §7.1). */
const AUTHORIZATION = /^(?<scheme>bearer|dpop) +(?<token>[A-Za-z0-9._~+/-]+=*)$/i;

/** The part of a presented token that its header has, without proof and certificate. */
type TokenInHeader = Pick<PresentedToken, 'scheme' | 'value'>;

/** Reads the token of an `Authorization` header. @returns undefined for any other value, and for another scheme */
export function presentedToken(authorization: string | undefined): TokenInHeader | undefined {
  const { scheme, token } = AUTHORIZATION.exec(authorization ?? '')?.groups ?? {};
  if (scheme === undefined || token === undefined) return undefined;
  return { scheme: scheme.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer', value: token };
}

/** Whether an `Authorization` header has the scheme Bearer or DPoP, even if its token is malformed. */
export function isTokenScheme(authorization: string | undefined): boolean {
  return /^(?:bearer|dpop)(?: |$)/i.test(authorization ?? '');
}

/**
 * Reads the access token of a management request. A token in the query is never accepted (RFC 9700 §4.3.2).
 * @throws DomainError `unauthenticated` without a token, `invalid_token` for a malformed token, `invalid_request` if
 * there is a second token in the query
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
