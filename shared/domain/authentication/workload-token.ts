import type { ClaimCondition, Trust } from '../records/registration.ts';

/** The claims of a workload's token; times are seconds since 1970, UTC. */
export interface WorkloadClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string | readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly nbf?: number | undefined;
  readonly jti?: string | undefined;
  readonly [name: string]: unknown;
}

/** Platforms give out tokens for minutes or hours; what was made to live for more than a day is a password. */
const WORKLOAD_TOKEN_LIFETIME_SECONDS_MAX = 86_400;

/** How far the issuer's clock and ours may lie apart, in either direction. */
const WORKLOAD_CLOCK_SKEW_SECONDS = 30;

/** Claims that say whose workload it is. Others (a branch, an environment) are alike for all customers of an issuer. */
const identifyingClaims: readonly string[] = [
  'sub',
  'repository',
  'repository_id',
  'repository_owner',
  'repository_owner_id',
  'project_path',
  'project_id',
  'namespace_path',
  'namespace_id',
];

/** Whether these conditions say whose workload it is. */
export function isSelective(conditions: readonly ClaimCondition[]): boolean {
  return conditions.some(({ claim }) => [claim].flat().length === 1 && identifyingClaims.includes(String(claim)));
}

/** Whether the claims are those of a token that is trusted now. Says nothing about who signed them. */
export function isTrusted(claims: WorkloadClaims, trust: Trust, nowSeconds: number): boolean {
  return (
    claims.iss === trust.issuer &&
    [claims.aud].flat().includes(trust.audience) &&
    isTimely(claims, nowSeconds) &&
    (trust.reusable || claims.jti !== undefined) &&
    trust.conditions.length > 0 &&
    trust.conditions.every((condition) => holds(condition, claims))
  );
}

/** The moment from which the token is refused for its age. */
export function endOfWorkloadToken({ exp }: Pick<WorkloadClaims, 'exp'>): number {
  return Math.ceil(exp) + WORKLOAD_CLOCK_SKEW_SECONDS;
}

function isTimely(claims: WorkloadClaims, nowSeconds: number): boolean {
  const { exp, iat, nbf = nowSeconds } = claims;
  const latestStart = nowSeconds + WORKLOAD_CLOCK_SKEW_SECONDS;
  return (
    nowSeconds < endOfWorkloadToken(claims) &&
    exp - iat <= WORKLOAD_TOKEN_LIFETIME_SECONDS_MAX &&
    iat <= latestStart &&
    nbf <= latestStart
  );
}

function holds(condition: ClaimCondition, claims: WorkloadClaims): boolean {
  const value = claimAt(claims, [condition.claim].flat());
  if (typeof value !== 'string') return false;
  return 'equals' in condition ? value === condition.equals : value.startsWith(condition.startsWith);
}

/** Follows names through objects, and never into lists, texts or what objects inherit. */
function claimAt(claims: object, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) => (isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined),
    claims,
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
