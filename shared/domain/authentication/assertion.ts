/** The claims that decide whether an assertion is valid (RFC 7523 §3); times are seconds since 1970, UTC. */
export interface AssertionClaims {
  readonly iss: string;
  readonly sub: string;
  /** The audience of the assertion. A single text is an array of that text. */
  readonly aud: readonly string[];
  readonly exp: number;
  readonly jti?: string | undefined;
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

/** The claims about time. */
type Times = Pick<AssertionClaims, 'exp' | 'iat' | 'nbf'>;

/** The first second, in Unix time, at which the assertion is too old. */
export function endOfAssertion({ exp }: Pick<Times, 'exp'>): number {
  return Math.ceil(exp) + ASSERTION_CLOCK_SKEW_SECONDS;
}

/** The earliest second, by our clock, at which a client can have signed an assertion with this `iat`. */
export function earliestIssue(iat: number): number {
  return iat - ASSERTION_CLOCK_SKEW_SECONDS;
}

/** Whether the assertion is valid at this second: it has begun, has not ended, and does not live too long. */
export function isTimely(times: Times, nowSeconds: number): boolean {
  return flawOfTimes(times, nowSeconds) === undefined;
}

/**
 * Returns the first flaw of the claims as a sentence that names the claim; undefined for claims without a flaw. The
 * claims are judged alone, so the sentence says nothing about the records (B14).
 */
export function flawOfClaims(claims: AssertionClaims, issuer: string, nowSeconds: number): string | undefined {
  const { iss, sub, aud } = claims;
  if (iss !== sub) return 'Its claims iss and sub differ.';
  if (aud.length !== 1 || ![issuer, tokenEndpointOf(issuer)].includes(String(aud[0]))) {
    return `Its claim aud must be ${issuer} and nothing else.`;
  }
  return flawOfTimes(claims, nowSeconds);
}

/** Whether the assertion is for the URL of the token endpoint, and not for the issuer (RFC 7523 §3 item 3). */
export function isForTokenEndpoint({ aud }: AssertionClaims, issuer: string): boolean {
  return aud.includes(tokenEndpointOf(issuer));
}

function tokenEndpointOf(issuer: string): string {
  return `${issuer}/oauth/token`;
}

function flawOfTimes({ exp, iat, nbf }: Times, nowSeconds: number): string | undefined {
  const latestStart = nowSeconds + ASSERTION_CLOCK_SKEW_SECONDS;
  if (nowSeconds >= endOfAssertion({ exp })) return 'Its claim exp is in the past.';
  if (exp > latestStart + ASSERTION_LIFETIME_SECONDS_MAX) return 'Its claim exp is more than an hour ahead.';
  if (iat !== undefined && iat > latestStart) return 'Its claim iat is in the future.';
  if (nbf !== undefined && nbf > latestStart) return 'Its claim nbf is in the future.';
  return undefined;
}
