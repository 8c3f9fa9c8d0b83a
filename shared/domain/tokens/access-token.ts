import { ACCESS_TOKEN_LIFETIME_SECONDS_MAX } from '../records/settings.ts';
import type { TokenClaims } from './claims.ts';

/** Larger tokens do not fit into a form field or into the headers that API Gateway and load balancers take. */
export const TOKEN_CHARACTERS_MAX = 8_000;

/** How far the clocks of two processes may lie apart. */
const OWN_CLOCK_SKEW_SECONDS = 5;

/** `typ` of an exchanged access token (RFC 9068 §2.1). */
export const ACCESS_TOKEN_TYPE = 'at+jwt';

/** `typ` of a long-lived one: another, so that whoever verifies offline refuses what only the records can judge (RFC 8725 §3.11). */
export const LONG_LIVED_TOKEN_TYPE = 'mintmark-token+jwt';

/** How a token is presented (RFC 6750 §4, RFC 9449 §5); those bound to a certificate go as bearer tokens (RFC 8705 §3). */
export type TokenType = 'Bearer' | 'DPoP';

export function tokenTypeOf({ cnf }: TokenClaims): TokenType {
  return cnf?.jkt === undefined ? 'Bearer' : 'DPoP';
}

/** Whether the token's times hold now (RFC 7519 §4.1.4 to §4.1.6): expiry to the second, its beginning with skew. */
export function isWithinLifetime(claims: TokenClaims, nowSeconds: number): boolean {
  const { exp, iat, nbf } = claims;
  const latestStart = nowSeconds + OWN_CLOCK_SKEW_SECONDS;
  if (exp !== undefined && exp <= nowSeconds) return false;
  if (claims.scope !== undefined && claims.exp - iat > ACCESS_TOKEN_LIFETIME_SECONDS_MAX) return false;
  return iat <= latestStart && nbf <= latestStart;
}

/**
 * The values of a scope string (RFC 6749 §3.3), each once, in the order they stand. One space stands between two of
 * them; where there are more, one value is empty, and no API declares that.
 */
export function scopeValues(scope: string): readonly string[] {
  return [...new Set(scope.split(' '))];
}
