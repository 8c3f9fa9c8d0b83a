import type { JsonObject } from './records.ts';

/** The longest any access token lives, whatever an API asks for: what lies above was not signed by this product. */
export const LIFETIME_SECONDS_MAX = 86_400;

/** Larger tokens do not fit into a form field or into the headers that API Gateway and load balancers take. */
export const TOKEN_CHARACTERS_MAX = 8_000;

/** How far the clocks of two processes may lie apart. */
const CLOCK_SKEW_SECONDS = 5;

/** The claims of an access token (RFC 9068 §2.2), with what tenants need to be told. */
export interface AccessTokenClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  readonly exp: number;
  readonly iat: number;
  readonly nbf: number;
  readonly jti: string;
  readonly client_id: string;
  readonly scope: string;
  readonly tenant_id?: string;
  /** Keys of the roles behind the permissions. */
  readonly roles?: readonly string[];
  readonly permissions?: readonly string[];
  readonly metadata?: JsonObject;
}

/** Whether the token's times hold now (RFC 7519 §4.1.4 to §4.1.6): expiry to the second, its beginning with skew. */
export function isWithinLifetime(claims: AccessTokenClaims, nowSeconds: number): boolean {
  const { exp, iat, nbf } = claims;
  const latestStart = nowSeconds + CLOCK_SKEW_SECONDS;
  return exp > nowSeconds && iat <= latestStart && nbf <= latestStart && exp - iat <= LIFETIME_SECONDS_MAX;
}

/**
 * The values of a scope string (RFC 6749 §3.3), each once, in the order they stand. One space stands between two of
 * them; where there are more, one value is empty, and no API declares that.
 */
export function scopeValues(scope: string): readonly string[] {
  return [...new Set(scope.split(' '))];
}
