import type { Clock } from '../ambient.ts';
import { DomainError } from '../errors.ts';
import type { Client, TokenQuota } from '../records/client.ts';
import { UNLIMITED, type WorkspaceSettings } from '../records/settings.ts';
import type { RequestQuota } from '../requests.ts';

const HOUR_SECONDS = 3_600;

const DAY_SECONDS = 86_400;

/** A change: members that are absent stay as they are, null takes a limit away. */
export type TokenQuotaChange = { readonly [Name in keyof TokenQuota]?: TokenQuota[Name] | undefined };

/** The quota after a change. */
export function changedQuota(before: TokenQuota, change: TokenQuotaChange = {}): TokenQuota {
  const { perHour = before.perHour, perDay = before.perDay, enforce = before.enforce } = change;
  return { perHour, perDay, enforce };
}

/** A client's own quota after a change; undefined for that of the workspace, which null gives it. */
export function changedOwnQuota(
  before: TokenQuota | undefined,
  change: TokenQuotaChange | null | undefined,
): TokenQuota | undefined {
  if (change == null) return change === null ? undefined : before;
  return changedQuota(before ?? UNLIMITED, change);
}

interface Ports {
  readonly issuance: IssuanceCounter;
  readonly clock: Clock;
}

/**
 * Counts one access token against the client's quota, or the workspace's for clients without one of their own; answers
 * what is left. Hours and days are those of UTC. A quota that is not enforced counts and refuses nothing, and is not
 * worth a refusal where the count fails.
 * @throws DomainError `rate_limited` for the token that would be one too many, which is not counted
 */
export async function countToken(
  { id, tokenQuota }: Client,
  settings: WorkspaceSettings,
  { issuance, clock }: Ports,
): Promise<readonly RequestQuota[]> {
  const quota = tokenQuota ?? settings.tokenQuota;
  if (quota.perHour === null && quota.perDay === null) return [];
  const nowSeconds = clock.nowSeconds();
  const counting = issuance.count(id, quota, nowSeconds);
  if (!quota.enforce) {
    const counted = await counting.catch(() => undefined);
    return counted === undefined ? [] : quotasLeft(quota, counted, nowSeconds);
  }
  const { isCounted, ...counts } = await counting;
  const quotas = quotasLeft(quota, counts, nowSeconds);
  if (isCounted) return quotas;
  throw new DomainError('rate_limited', 'The client has used up its quota of access tokens.', {
    quotas: quotas.map((one) => ({ ...one, isExceeded: one.remaining === 0 })),
  });
}

interface Counts {
  readonly inHour: number;
  readonly inDay: number;
}

function quotasLeft({ perHour, perDay }: TokenQuota, { inHour, inDay }: Counts, nowSeconds: number): RequestQuota[] {
  const records = (name: string, windowSeconds: number, limit: number | null, count: number): RequestQuota[] => {
    if (limit === null) return [];
    const [remaining, resetSeconds] = [Math.max(0, limit - count), windowSeconds - (nowSeconds % windowSeconds)];
    return [{ name, limit, windowSeconds, remaining, resetSeconds, isExceeded: count > limit }];
  };
  return [...records('per-hour', HOUR_SECONDS, perHour, inHour), ...records('per-day', DAY_SECONDS, perDay, inDay)];
}

/** Counts the access tokens of clients with a quota. */
export interface IssuanceCounter {
  /** Counts one more, unless an enforced quota is used up: of many at once exactly as many are counted as it allows. */
  count(clientId: string, quota: TokenQuota, nowSeconds: number): Promise<Issuance>;
}

/** How many there were in this hour and on this day, in UTC, with the one in question where it is counted. */
export interface Issuance {
  readonly isCounted: boolean;
  readonly inHour: number;
  readonly inDay: number;
}
