import type { Clock } from '../ambient.ts';
import { DomainError } from '../errors.ts';
import type { Client, TokenQuota } from '../records/client.ts';
import type { Look } from '../records/look.ts';
import { UNLIMITED, type WorkspaceSettings } from '../records/settings.ts';
import type { RequestQuota } from '../requests.ts';
import { isAdministrator } from './administrator.ts';

const HOUR_SECONDS = 3_600;

const DAY_SECONDS = 86_400;

/** A change of a quota: an absent member stays as it is, null removes a limit. */
export type TokenQuotaChange = { readonly [Name in keyof TokenQuota]?: TokenQuota[Name] | undefined };

/** Applies a change to a quota and returns the new quota. */
export function changedQuota(before: TokenQuota, change: TokenQuotaChange = {}): TokenQuota {
  const { perHour = before.perHour, perDay = before.perDay, enforce = before.enforce } = change;
  return { perHour, perDay, enforce };
}

/**
 * Applies a change to a client's own quota. The result is undefined if the client has the workspace's quota; a change
 * to null returns to it.
 */
export function changedOwnQuota(
  before: TokenQuota | undefined,
  change: TokenQuotaChange | null | undefined,
): TokenQuota | undefined {
  if (change == null) return change === null ? undefined : before;
  return changedQuota(before ?? UNLIMITED, change);
}

/** Counts the access tokens of clients that have a quota. */
export interface IssuanceCounter {
  /**
   * Counts one more access token, unless an enforced quota is used up. The count is exact: of many tokens at once, as
   * many are counted as the quota allows.
   */
  count(clientId: string, quota: TokenQuota, nowSeconds: number): Promise<Issuance>;
}

/** The number of access tokens in this hour and on this day, in UTC, including this token if it is counted. */
export interface Issuance {
  readonly isCounted: boolean;
  readonly inHour: number;
  readonly inDay: number;
}

interface Ports {
  readonly issuance: IssuanceCounter;
  readonly clock: Clock;
}

/**
 * Counts one access token against the client's quota, or the workspace's quota if the client has none, and returns what
 * is left. Hours and days are in UTC. A quota that is not enforced refuses no token, also if the count fails. The
 * administrator is counted and never refused, because it must be able to change a quota that is too small.
 * @throws DomainError `rate_limited` if an enforced quota is used up; the refused token is not counted
 */
export async function countToken(
  { id, tokenQuota }: Client,
  settings: WorkspaceSettings,
  look: Look,
  ports: Ports,
): Promise<readonly RequestQuota[]> {
  const quota = tokenQuota ?? settings.tokenQuota;
  if (quota.perHour === null && quota.perDay === null) return [];
  if (!quota.enforce) return countOnly(id, quota, ports);
  try {
    return await countWithin(id, quota, ports);
  } catch (error) {
    // Only a refusal costs this read.
    if (!(await isAdministrator(id, look))) throw error;
    return countOnly(id, { ...quota, enforce: false }, ports);
  }
}

/** Counts a token against a quota that is not enforced. */
async function countOnly(clientId: string, quota: TokenQuota, { issuance, clock }: Ports): Promise<RequestQuota[]> {
  const nowSeconds = clock.nowSeconds();
  const counted = await issuance.count(clientId, quota, nowSeconds).catch(() => undefined);
  return counted === undefined ? [] : quotasLeft(quota, counted, nowSeconds);
}

/** Counts a token against an enforced quota. @throws DomainError `rate_limited` */
async function countWithin(clientId: string, quota: TokenQuota, { issuance, clock }: Ports): Promise<RequestQuota[]> {
  const nowSeconds = clock.nowSeconds();
  const { isCounted, ...counts } = await issuance.count(clientId, quota, nowSeconds);
  const quotas = quotasLeft(quota, counts, nowSeconds);
  if (isCounted) return quotas;
  throw new DomainError('rate_limited', 'The client has used up its quota of access tokens.', {
    quotas: quotas.map((left) => ({ ...left, isExceeded: left.remaining === 0 })),
  });
}

type Counts = Pick<Issuance, 'inHour' | 'inDay'>;

function quotasLeft({ perHour, perDay }: TokenQuota, { inHour, inDay }: Counts, nowSeconds: number): RequestQuota[] {
  const quotaLeft = (name: string, windowSeconds: number, limit: number | null, count: number): RequestQuota[] => {
    if (limit === null) return [];
    const [remaining, resetSeconds] = [Math.max(0, limit - count), windowSeconds - (nowSeconds % windowSeconds)];
    return [{ name, limit, windowSeconds, remaining, resetSeconds, isExceeded: count > limit }];
  };
  return [...quotaLeft('per-hour', HOUR_SECONDS, perHour, inHour), ...quotaLeft('per-day', DAY_SECONDS, perDay, inDay)];
}
