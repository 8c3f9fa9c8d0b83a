import type { Clock } from '../ambient.ts';
import { DomainError } from '../errors.ts';
import type { RequestQuota } from '../requests.ts';
import type { FailureBucket, FailureCounter } from './ports.ts';

/**
 * Step 2 of the exchange: a client or a source that fails too often waits. What nobody can guess (sealed secrets, signatures) is verified
 * first and only its failures are slowed, so that nobody is locked out by what others send in their name. What can be
 * guessed, or costs a hash, is limited before.
 */

/** Limits count by the minute of the clock. */
export const ATTEMPT_WINDOW_SECONDS = 60;

const FAILURES_OF_A_CLIENT_MAX = 10;

const FAILURES_OF_A_SOURCE_MAX = 100;

/** At 70 ms for a comparison, a third of the minute of one process. */
const FAILED_HASHES_MAX = 300;

/** So much of that is for one client id at most, so that no client uses up what is there for all. */
const FAILED_HASHES_OF_A_CLIENT_MAX = 60;

const UNKNOWN_TOKENS_MAX = 3_000;

/** So many attempts may fail in a minute. */
export interface AttemptLimit extends FailureBucket {
  readonly failuresMax: number;
}

interface Ports {
  readonly failures: FailureCounter;
  readonly clock: Clock;
}

/**
 * Refused authentications by any method: of one client from one source, and of one source at all its clients.
 * They cost next to nothing, so a write for each of them would be what an attacker gains.
 */
export function refusalLimits(clientId: string, source: string): readonly AttemptLimit[] {
  const network = networkOf(source);
  return [
    { bucket: `refused ${network} ${clientId}`, failuresMax: FAILURES_OF_A_CLIENT_MAX },
    { bucket: `refused ${network}`, failuresMax: FAILURES_OF_A_SOURCE_MAX, sharedEvery: 25 },
  ];
}

/** A secret that Mintmark sealed. */
interface SealedSecret {
  readonly clientId: string;
  readonly selector: string;
  /** Whether its client has a secret of this name that works. */
  readonly isLive: boolean;
}

/**
 * Comparisons with a secret that Mintmark sealed. Nobody else can make one up, so that they share no limit with guesses;
 * and one that works matches, so that only those that have ended use up what they share.
 */
export function sealedSecretLimits(
  { clientId, selector, isLive }: SealedSecret,
  source: string,
): readonly AttemptLimit[] {
  const own = { bucket: `sealed ${networkOf(source)} ${clientId} ${selector}`, failuresMax: FAILURES_OF_A_CLIENT_MAX };
  const shared = isLive ? [{ bucket: 'all live', failuresMax: FAILED_HASHES_MAX }] : hashLimits('ended', clientId);
  return [{ ...own, sharedEvery: 1 }, ...shared];
}

/** Guesses at secrets that another product made. */
export function importedSecretLimits(clientId: string, source: string): readonly AttemptLimit[] {
  const network = networkOf(source);
  return [
    { bucket: `imported ${network} ${clientId}`, failuresMax: FAILURES_OF_A_CLIENT_MAX, sharedEvery: 1 },
    { bucket: `imported ${network}`, failuresMax: FAILURES_OF_A_SOURCE_MAX, sharedEvery: 1 },
  ];
}

/** What failed comparisons may cost a process, and each client id of that. */
export function hashLimits(secrets: 'ended' | 'imported', clientId: string): readonly AttemptLimit[] {
  return [
    { bucket: `${secrets} ${clientId}`, failuresMax: FAILED_HASHES_OF_A_CLIENT_MAX },
    { bucket: `all ${secrets}`, failuresMax: FAILED_HASHES_MAX },
  ];
}

/** Tokens that nobody issued and that one caller introspects (RFC 7662 §4). */
export function unknownTokenLimits(callerId: string): readonly AttemptLimit[] {
  return [{ bucket: `unknown ${callerId}`, failuresMax: UNKNOWN_TOKENS_MAX, sharedEvery: 300 }];
}

/** Reports of leaks that turn out to be of nothing that works, from one source. */
export function leakReportLimits(source: string): readonly AttemptLimit[] {
  return [{ bucket: `leaks ${networkOf(source)}`, failuresMax: FAILURES_OF_A_SOURCE_MAX, sharedEvery: 25 }];
}

/**
 * Makes an attempt unless too many failed before it. One that throws has not failed, unless it was made to wait.
 * @throws DomainError `rate_limited`
 */
export async function withinLimits<Result>(
  limits: readonly AttemptLimit[],
  act: () => Promise<Result | undefined>,
  { failures, clock }: Ports,
): Promise<Result | undefined> {
  const nowSeconds = clock.nowSeconds();
  assertWithin(limits, nowSeconds, failures);
  const underWay = limits.map((limit) => failures.begin(limit, nowSeconds));
  const withdraw = () => {
    for (const one of underWay) one.withdraw();
  };
  const fail = () => Promise.all(underWay.map((one) => one.fail()));
  const result = await act().catch(async (error: unknown) => {
    if (isRateLimited(error)) await fail();
    else withdraw();
    throw error;
  });
  if (result === undefined) await fail();
  else withdraw();
  return result;
}

/**
 * Counts an attempt that has failed.
 * @throws DomainError `rate_limited` where too many failed before it, in the place of what it would have been told
 */
export async function countFailure(limits: readonly AttemptLimit[], { failures, clock }: Ports): Promise<void> {
  const nowSeconds = clock.nowSeconds();
  assertWithin(limits, nowSeconds, failures);
  await Promise.all(limits.map((limit) => failures.begin(limit, nowSeconds).fail()));
}

function isRateLimited(error: unknown): boolean {
  return error instanceof DomainError && error.code === 'rate_limited';
}

function assertWithin(limits: readonly AttemptLimit[], nowSeconds: number, failures: FailureCounter): void {
  const exceeded = limits.find(({ bucket, failuresMax }) => failures.count(bucket, nowSeconds) >= failuresMax);
  if (exceeded === undefined) return;
  throw new DomainError('rate_limited', 'Too many failed attempts. Wait, then try again.', {
    quotas: [usedUp(exceeded, nowSeconds)],
  });
}

function usedUp({ failuresMax }: AttemptLimit, nowSeconds: number): RequestQuota {
  return {
    name: 'failures',
    limit: failuresMax,
    windowSeconds: ATTEMPT_WINDOW_SECONDS,
    isExceeded: true,
    remaining: 0,
    resetSeconds: ATTEMPT_WINDOW_SECONDS - (nowSeconds % ATTEMPT_WINDOW_SECONDS),
  };
}

const GROUPS = 8;

/** What providers give to one customer, who then has all 2⁶⁴ addresses of it. */
const NETWORK_GROUPS = 4;

/**
 * Whom an address stands for where sources are counted: an IPv4 address for itself, an IPv6 address for its /64
 * (RFC 6177). Anything else stands for itself.
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const mapped = /^::ffff:(?<ipv4>[\d.]+)$/i.exec(address)?.groups?.ipv4;
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = address.toLowerCase().split('::');
  const before = groupsOf(head);
  const after = tail === undefined ? [] : groupsOf(tail);
  const zeros = Array<string>(Math.max(0, GROUPS - before.length - after.length)).fill('0');
  const network = [...before, ...zeros, ...after].slice(0, NETWORK_GROUPS);
  return `${network.map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}

function groupsOf(part: string): readonly string[] {
  return part === '' ? [] : part.split(':');
}

/** A client id and a secret as one reading of the request gives them; HTTP Basic has up to two readings (DEC5). */
export interface Credentials {
  readonly clientId: string;
  readonly secret: string;
}

/** Credentials that somebody presents. */
export interface PresentedSecret {
  readonly readings: readonly Credentials[];
  /** The address that the request came from. */
  readonly source: string;
}
