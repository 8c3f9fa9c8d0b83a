import type { Clock } from '../ambient.ts';
import { DomainError } from '../errors.ts';
import type { RequestQuota } from '../requests.ts';
import type { FailureBucket, FailureCounter } from './ports.ts';

/**
 * Limits of failed attempts: a client or a source that fails too often must wait. Sealed secrets and signatures cannot
 * be guessed, so they are verified first, and only their failures are slowed: an attacker cannot lock out a client. A
 * credential that can be guessed, or that costs a hash, is limited before it is verified.
 */

/** Failures are counted for each minute of the clock. */
export const ATTEMPT_WINDOW_SECONDS = 60;

const FAILURES_OF_A_CLIENT_MAX = 10;

const FAILURES_OF_A_SOURCE_MAX = 100;

/** Failed comparisons of one process in a minute. At 70 ms each, they take a third of its time. */
const FAILED_HASHES_MAX = 300;

/** The part of `FAILED_HASHES_MAX` that one client id can use up, so that the rest is left to other clients. */
const FAILED_HASHES_OF_A_CLIENT_MAX = 60;

const UNKNOWN_TOKENS_MAX = 3_000;

const SIGNED_ANSWERS_MAX = 300;

/** After so many failed comparisons with an imported secret, a process tells the other processes. */
const IMPORTED_SHARED_EVERY = 10;

/** Groups of 16 bits in an IPv6 address. */
const ADDRESS_GROUPS = 8;

/** Groups of an IPv6 network. Providers give each customer a /64, so one customer has 2⁶⁴ addresses. */
const NETWORK_GROUPS = 4;

/** A client id and a secret as one reading of the request gives them; HTTP Basic has up to two readings (DEC5). */
export interface Credentials {
  readonly clientId: string;
  readonly secret: string;
}

/** A secret that a request presents to authenticate a client. */
export interface PresentedSecret {
  readonly readings: readonly Credentials[];
  /** The address that the request came from. */
  readonly source: string;
}

/** How many attempts of a bucket may fail in a minute. */
export interface AttemptLimit extends FailureBucket {
  readonly failuresMax: number;
}

interface Ports {
  readonly failures: FailureCounter;
  readonly clock: Clock;
}

/**
 * The limits of refused authentications by any method: one client from one source, and one source for all clients. A
 * refusal costs little time, and a write for each refusal would cost more; so only failures of the source are shared
 * with other processes, in groups.
 */
export function refusalLimits(clientId: string, source: string): readonly AttemptLimit[] {
  const network = networkOf(source);
  return [
    { bucket: `refused ${network} ${clientId}`, failuresMax: FAILURES_OF_A_CLIENT_MAX },
    { bucket: `refused ${network}`, failuresMax: FAILURES_OF_A_SOURCE_MAX, sharedEvery: 25 },
  ];
}

/** A secret that carries the seal of Mintmark. */
interface SealedSecret {
  readonly clientId: string;
  readonly selector: string;
  /** Whether the client has a secret with this selector that has not ended. */
  readonly isLive: boolean;
}

/**
 * The limits of comparisons with sealed secrets. An attacker cannot make a sealed secret, so these comparisons share no
 * limit with guesses. A live secret matches, so only secrets that have ended use up the limits of ended secrets.
 */
export function sealedSecretLimits(
  { clientId, selector, isLive }: SealedSecret,
  source: string,
): readonly AttemptLimit[] {
  const own = { bucket: `sealed ${networkOf(source)} ${clientId} ${selector}`, failuresMax: FAILURES_OF_A_CLIENT_MAX };
  const shared = isLive ? [{ bucket: 'all live', failuresMax: FAILED_HASHES_MAX }] : hashLimits('ended', clientId);
  return [{ ...own, sharedEvery: 1 }, ...shared];
}

/** The limits of guesses at imported secrets, which another product made. */
export function importedSecretLimits(clientId: string, source: string): readonly AttemptLimit[] {
  const network = networkOf(source);
  return [
    { bucket: `imported ${network} ${clientId}`, failuresMax: FAILURES_OF_A_CLIENT_MAX, sharedEvery: 1 },
    { bucket: `imported ${network}`, failuresMax: FAILURES_OF_A_SOURCE_MAX, sharedEvery: 1 },
  ];
}

/**
 * The limits of failed comparisons, which cost time: for one client id, and for all in this process. Imported secrets
 * may be weak, so processes tell each other about guesses at one client from many networks.
 */
export function hashLimits(secrets: 'ended' | 'imported', clientId: string): readonly AttemptLimit[] {
  const sharedEvery = secrets === 'imported' ? IMPORTED_SHARED_EVERY : undefined;
  return [
    { bucket: `${secrets} ${clientId}`, failuresMax: FAILED_HASHES_OF_A_CLIENT_MAX, sharedEvery },
    { bucket: `all ${secrets}`, failuresMax: FAILED_HASHES_MAX },
  ];
}

/** The limit of unknown tokens that one caller introspects (RFC 7662 §4). */
export function unknownTokenLimits(callerId: string): readonly AttemptLimit[] {
  return [{ bucket: `unknown ${callerId}`, failuresMax: UNKNOWN_TOKENS_MAX, sharedEvery: 300 }];
}

/** The limit of signed answers of introspection for one caller. Each answer takes a signature by KMS (RFC 9701). */
function signedAnswerLimit(callerId: string): AttemptLimit {
  return { bucket: `signed ${callerId}`, failuresMax: SIGNED_ANSWERS_MAX, sharedEvery: 25 };
}

/** The limit of leak reports from one source that contain no live credential. */
export function leakReportLimits(source: string): readonly AttemptLimit[] {
  return [{ bucket: `leaks ${networkOf(source)}`, failuresMax: FAILURES_OF_A_SOURCE_MAX, sharedEvery: 25 }];
}

/**
 * Makes an attempt, unless too many attempts failed before it. An attempt has failed if it results in undefined. An
 * exception is not counted as a failure, except `rate_limited`.
 * @throws DomainError `rate_limited`, and as `act` does
 */
export async function withinLimits<Result>(
  limits: readonly AttemptLimit[],
  act: () => Promise<Result | undefined>,
  { failures, clock }: Ports,
): Promise<Result | undefined> {
  const nowSeconds = clock.nowSeconds();
  assertWithin(limits, nowSeconds, failures);
  const attempts = limits.map((limit) => failures.begin(limit, nowSeconds));
  const withdraw = () => {
    for (const attempt of attempts) attempt.withdraw();
  };
  const fail = () => Promise.all(attempts.map((attempt) => attempt.fail()));
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
 * Counts a failed attempt.
 * @throws DomainError `rate_limited` if too many attempts failed before it; the caller gets this error in place of the
 * first refusal
 */
export async function countFailure(limits: readonly AttemptLimit[], { failures, clock }: Ports): Promise<void> {
  const nowSeconds = clock.nowSeconds();
  assertWithin(limits, nowSeconds, failures);
  await Promise.all(limits.map((limit) => failures.begin(limit, nowSeconds).fail()));
}

/**
 * Counts a signed answer for a caller, before it is signed.
 * @throws DomainError `rate_limited` if the caller got too many signed answers in this minute
 */
export async function countSignedAnswer(callerId: string, { failures, clock }: Ports): Promise<void> {
  const nowSeconds = clock.nowSeconds();
  const limit = signedAnswerLimit(callerId);
  if (failures.count(limit.bucket, nowSeconds) >= limit.failuresMax) {
    throw new DomainError('rate_limited', 'Too many signed answers. Wait, or ask for answers without a signature.', {
      quotas: [usedUp(limit, nowSeconds, 'signed-answers')],
    });
  }
  await failures.begin(limit, nowSeconds).fail();
}

function isRateLimited(error: unknown): boolean {
  return error instanceof DomainError && error.code === 'rate_limited';
}

/** Whether another attempt may begin now within these limits. */
export function isWithin(limits: readonly AttemptLimit[], { failures, clock }: Ports): boolean {
  return findExceeded(limits, clock.nowSeconds(), failures) === undefined;
}

function findExceeded(limits: readonly AttemptLimit[], nowSeconds: number, failures: FailureCounter) {
  return limits.find(({ bucket, failuresMax }) => failures.count(bucket, nowSeconds) >= failuresMax);
}

function assertWithin(limits: readonly AttemptLimit[], nowSeconds: number, failures: FailureCounter): void {
  const exceeded = findExceeded(limits, nowSeconds, failures);
  if (exceeded === undefined) return;
  throw new DomainError('rate_limited', 'Too many failed attempts. Wait, then try again.', {
    quotas: [usedUp(exceeded, nowSeconds)],
  });
}

function usedUp({ failuresMax }: AttemptLimit, nowSeconds: number, name = 'failures'): RequestQuota {
  return {
    name,
    limit: failuresMax,
    windowSeconds: ATTEMPT_WINDOW_SECONDS,
    isExceeded: true,
    remaining: 0,
    resetSeconds: ATTEMPT_WINDOW_SECONDS - (nowSeconds % ATTEMPT_WINDOW_SECONDS),
  };
}

/**
 * The network that failures of an address are counted for: an IPv4 address itself, or the /64 of an IPv6 address
 * (RFC 6177). A text that is not an address is returned as it is.
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const mapped = /^::ffff:(?<ipv4>[\d.]+)$/i.exec(address)?.groups?.ipv4;
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = address.toLowerCase().split('::');
  const before = groupsOf(head);
  const after = tail === undefined ? [] : groupsOf(tail);
  const zeros = Array<string>(Math.max(0, ADDRESS_GROUPS - before.length - after.length)).fill('0');
  const network = [...before, ...zeros, ...after].slice(0, NETWORK_GROUPS);
  return `${network.map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}

function groupsOf(part: string): readonly string[] {
  return part === '' ? [] : part.split(':');
}
