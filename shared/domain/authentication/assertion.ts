/** The claims that decide whether an assertion is valid (RFC 7523 §3); times are seconds since 1970, UTC. */
export interface AssertionClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  readonly exp: number;
  readonly jti: string;
  readonly iat?: number | undefined;
  readonly nbf?: number | undefined;
}

/**
 * How far in the future `exp` may be. An assertion is for one request or a few minutes; with a longer life it is a
 * password.
 */
export const ASSERTION_LIFETIME_SECONDS_MAX = 3_600;

/** How far the client's clock may be ahead of ours or behind it. */
const ASSERTION_CLOCK_SKEW_SECONDS = 30;

/** The first second, in Unix time, at which the assertion is too old. */
export function endOfAssertion({ exp }: AssertionClaims): number {
  return Math.ceil(exp) + ASSERTION_CLOCK_SKEW_SECONDS;
}

/** The earliest second, by our clock, at which a client can have signed an assertion with this `iat`. */
export function earliestIssue(iat: number): number {
  return iat - ASSERTION_CLOCK_SKEW_SECONDS;
}

/** Whether the assertion is valid at this second: it has begun, has not ended, and does not live too long. */
export function isTimely(claims: AssertionClaims, nowSeconds: number): boolean {
  const { exp, iat = nowSeconds, nbf = nowSeconds } = claims;
  const latestStart = nowSeconds + ASSERTION_CLOCK_SKEW_SECONDS;
  return (
    nowSeconds < endOfAssertion(claims) &&
    exp <= nowSeconds + ASSERTION_LIFETIME_SECONDS_MAX + ASSERTION_CLOCK_SKEW_SECONDS &&
    iat <= latestStart &&
    nbf <= latestStart
  );
}
