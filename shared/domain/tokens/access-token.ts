import { ACCESS_TOKEN_LIFETIME_SECONDS_MAX } from '../records/settings.ts';
import type { TokenClaims } from './claims.ts';

/** The longest token. A longer token does not fit into a form field, or into the headers that gateways accept. */
export const TOKEN_CHARACTERS_MAX = 8_000;

/** How far the clocks of two of our processes may differ. */
const OWN_CLOCK_SKEW_SECONDS = 5;

/** The header `typ` of a short-lived access token (RFC 9068 §2.1). */
export const ACCESS_TOKEN_TYPE = 'at+jwt';

/**
 * The header `typ` of a long-lived token. Offline verifiers refuse this type, because only the records decide about it
 * (RFC 8725 §3.11).
 */
export const LONG_LIVED_TOKEN_TYPE = 'mintmark-token+jwt';

/** The header `typ` of an ID token (OpenID Connect Core §2 names none; RFC 8725 §3.11 asks for one of its own kind). */
export const ID_TOKEN_TYPE = 'JWT';

/** How a token is presented (RFC 6750 §4, RFC 9449 §5). A certificate-bound token is a bearer token (RFC 8705 §3). */
export type TokenType = 'Bearer' | 'DPoP';

/** The type of a token: `DPoP` if it is bound to a key. */
export function tokenTypeOf({ cnf }: TokenClaims): TokenType {
  return cnf?.jkt === undefined ? 'Bearer' : 'DPoP';
}

/** Whether a token has begun and has not expired (RFC 7519 §4.1.4 to §4.1.6). Only its beginning allows clock skew. */
export function isWithinLifetime(claims: TokenClaims, nowSeconds: number): boolean {
  const { exp, iat, nbf } = claims;
  const latestStart = nowSeconds + OWN_CLOCK_SKEW_SECONDS;
  if (exp !== undefined && exp <= nowSeconds) return false;
  if (claims.scope !== undefined && claims.exp - iat > ACCESS_TOKEN_LIFETIME_SECONDS_MAX) return false;
  return iat <= latestStart && nbf <= latestStart;
}

/**
 * The values of a scope string (RFC 6749 §3.3) in their order, each value once. One space separates two values. A
 * second space makes an empty value, which is always refused, because no API declares it.
 */
export function scopeValues(scope: string): readonly string[] {
  return [...new Set(scope.split(' '))];
}
