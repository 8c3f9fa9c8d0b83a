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

/**
 * The longest life of a workload token. Platforms issue tokens for minutes or hours; with a longer life it is a
 * password.
 */
const WORKLOAD_TOKEN_LIFETIME_SECONDS_MAX = 86_400;

/** How far the issuer's clock may be ahead of ours or behind it. */
const WORKLOAD_CLOCK_SKEW_SECONDS = 30;

/**
 * Claims that identify the owner of a workload. A branch or an environment can be equal for two customers of an issuer.
 */
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

/** Whether one of these conditions identifies the owner of the workload. */
export function identifiesOwner(conditions: readonly ClaimCondition[]): boolean {
  return conditions.some(({ claim }) => [claim].flat().length === 1 && identifyingClaims.includes(String(claim)));
}

/** Whether the claims fulfil the conditions of this trust now. The signature is checked elsewhere. */
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

/** The first second, in Unix time, at which the token is too old. */
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

/** Follows names through the own members of objects, never into lists, texts or inherited members. */
function claimAt(claims: object, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) => (isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined),
    claims,
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
