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

/** An assertion is signed for one request, or for the next few minutes; what lives longer is a password. */
export const ASSERTION_LIFETIME_SECONDS_MAX = 3_600;

/** How far the client's clock and ours may lie apart, in either direction. */
const ASSERTION_CLOCK_SKEW_SECONDS = 30;

/** The moment from which the assertion is refused for its age. */
export function endOfAssertion({ exp }: AssertionClaims): number {
  return Math.ceil(exp) + ASSERTION_CLOCK_SKEW_SECONDS;
}

/** The earliest moment by our clock at which somebody whose own is not too far ahead can have signed this. */
export function earliestIssue(iat: number): number {
  return iat - ASSERTION_CLOCK_SKEW_SECONDS;
}

/** Whether the assertion's times hold now: it has begun, has not ended, and does not end too far ahead. */
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
