import type { IssuanceCounter } from '../access/token-quota.ts';
import type { Clock, Digests } from '../ambient.ts';
import { networkOf } from '../authentication/attempt-limits.ts';
import { DomainError } from '../errors.ts';
import type { TokenQuota } from '../records/client.ts';

/** How many codes one network may ask for in an hour, for all addresses. An office can share one address of IPv4. */
export const CODES_OF_A_SOURCE_MAX = 100;

/** How many invitations the callers of one tenant may send in an hour, to all addresses. */
const INVITATIONS_OF_A_TENANT_MAX = 100;

/** How many mails one address gets in an hour, from all sources. */
export const MAILS_OF_AN_ADDRESS_MAX = 10;

/** How many of them go to addresses that no user has yet. Where sign-up is open, anybody makes up such addresses. */
export const MAILS_TO_NEWCOMERS_OF_A_DAY_MAX = 2_000;

/** How many mails the workspace sends in a day of UTC. The stack has an alarm before it. */
export const MAILS_OF_A_DAY_MAX = 10_000;

const HOUR_SECONDS = 3_600;

/**
 * Counts without refusing. A counter that refuses reads once more, and by this read an answer would tell whether a limit
 * is reached. Each count adds exactly one in all processes, so of many at once exactly as many are within a limit.
 */
const COUNT_ONLY: TokenQuota = { perHour: null, perDay: null, enforce: false };

/** The ports that limit mails: the counters that all processes share. */
export interface MailLimitPorts {
  readonly issuance: IssuanceCounter;
  readonly digests: Digests;
  readonly clock: Clock;
}

/**
 * Counts a code that a network (for IPv6, a /64) asks for. Of all limits of mails only this one is told, because it says
 * nothing about an address.
 * @throws DomainError `rate_limited` beyond the limit, until the hour is over; `temporarily_unavailable` if the counter
 * does not answer
 */
export async function countCodeOfSource(source: string, ports: MailLimitPorts): Promise<void> {
  const isTooMany = await exceedsInHour(`mails/source/${networkOf(source)}`, CODES_OF_A_SOURCE_MAX, ports);
  if (isTooMany) throw tooMany('You asked for too many codes. Wait before you ask for another.', ports);
}

/**
 * Counts an invitation that a caller of a tenant sends, so that no tenant uses up the mails of the others. It is told, like
 * the limit of codes.
 * @throws DomainError `rate_limited` beyond the limit, until the hour is over; `temporarily_unavailable` if the counter
 * does not answer
 */
export async function countInvitationOfTenant(tenantId: string, ports: MailLimitPorts): Promise<void> {
  const isTooMany = await exceedsInHour(`invitations/tenant/${tenantId}`, INVITATIONS_OF_A_TENANT_MAX, ports);
  if (isTooMany) throw tooMany('This tenant sent too many invitations. Wait before you send another.', ports);
}

async function exceedsInHour(bucket: string, most: number, ports: MailLimitPorts): Promise<boolean> {
  const { inHour } = await count(bucket, ports.clock.nowSeconds(), ports);
  return inHour > most;
}

function tooMany(description: string, { clock }: MailLimitPorts): DomainError {
  const retryAfterSeconds = HOUR_SECONDS - (clock.nowSeconds() % HOUR_SECONDS);
  return new DomainError('rate_limited', description, { retryAfterSeconds });
}

/** Who gets a mail: a user, somebody who may become one, or an address that gets none. */
export type MailReader = 'known' | 'newcomer' | 'nobody';

const BUCKETS = {
  known: { bucket: 'mails/workspace', most: MAILS_OF_A_DAY_MAX },
  newcomer: { bucket: 'mails/newcomers', most: MAILS_TO_NEWCOMERS_OF_A_DAY_MAX },
  nobody: { bucket: 'mails/nobody', most: 0 },
} as const satisfies Record<MailReader, { readonly bucket: string; readonly most: number }>;

/**
 * Counts a mail to an address, and says whether it may be sent. A mail for an address that nobody has costs the same
 * work, but is not counted as a mail to users: made-up addresses do not use up the day of the others.
 * @throws DomainError `temporarily_unavailable` if the counter does not answer
 */
export async function mayMail(
  { email, reader }: { readonly email: string; readonly reader: MailReader },
  ports: MailLimitPorts,
): Promise<boolean> {
  const nowSeconds = ports.clock.nowSeconds();
  const address = ports.digests.digest(`mails to ${email}`);
  const { inHour } = await count(`mails/address/${address}`, nowSeconds, ports);
  const { bucket, most } = BUCKETS[inHour <= MAILS_OF_AN_ADDRESS_MAX ? reader : 'nobody'];
  const { inDay } = await count(bucket, nowSeconds, ports);
  return inDay <= most;
}

/**
 * Counts a notice about an account to its own address, and says whether it may be sent. Notices have a limit of their own, so
 * that nobody keeps one back by asking for codes.
 * @throws DomainError `temporarily_unavailable` if the counter does not answer
 */
export async function mayNotify(email: string, ports: MailLimitPorts): Promise<boolean> {
  const nowSeconds = ports.clock.nowSeconds();
  const address = ports.digests.digest(`mails to ${email}`);
  const { inHour } = await count(`notices/address/${address}`, nowSeconds, ports);
  return inHour <= MAILS_OF_AN_ADDRESS_MAX;
}

function count(bucket: string, nowSeconds: number, { issuance }: Pick<MailLimitPorts, 'issuance'>) {
  return issuance.count(bucket, COUNT_ONLY, nowSeconds);
}
