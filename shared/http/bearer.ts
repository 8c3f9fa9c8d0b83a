import { DomainError } from '#shared/domain/errors.ts';
import type { Incoming } from './incoming.ts';

/** A `b64token` of RFC 6750 §2.1. */
const BEARER = /^bearer +(?<token>[A-Za-z0-9._~+/-]+=*)$/i;

/** The token of an `Authorization: Bearer` header value; undefined for every other value. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return BEARER.exec(authorization ?? '')?.groups?.token;
}

/**
 * The bearer token of a management request. A token in the query is never accepted (RFC 9700 §4.3.2).
 * @throws DomainError `unauthenticated` without a token, `invalid_token` for one that cannot be a token,
 * `invalid_request` where a second token comes in the query
 */
export function readBearer({ headers, query }: Incoming): string {
  const { authorization } = headers;
  if (authorization === undefined || !/^bearer(?: |$)/i.test(authorization)) {
    throw new DomainError('unauthenticated', 'Send a management token as Authorization: Bearer.');
  }
  if (query.access_token !== undefined) {
    throw new DomainError('invalid_request', 'Send the access token once, in the Authorization header.');
  }
  const token = bearerToken(authorization);
  if (token === undefined) throw new DomainError('invalid_token', 'The access token is malformed.');
  return token;
}
