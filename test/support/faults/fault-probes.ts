import type { RouteRequest } from '../route-requests/index.ts';
import type { EngineProxy } from '../world/engine-proxy.ts';
import { startWarmInstance, type TimedReply, type WarmInstance } from '../world/function-instance.ts';
import type { World } from '../world/world.ts';
import { type CallFailure, callFailures } from './call-failures.ts';

/** One call of a route to a dependency. */
interface CallSite {
  readonly engine: 'dynamo' | 'kms';
  /** The operation, with its table if it has only one. */
  readonly kind: string;
  /** How many calls of this kind the request has made before. */
  readonly index: number;
  /** How often a request that succeeds makes this very call: a change reads its record again before it writes. */
  readonly times: number;
  /** Whether the call comes after the change is made: it may fail, and the change stays. */
  readonly isAfterwards: boolean;
}

/** The outcome of a request while one of its calls failed. */
interface Outcome {
  readonly status: number;
  readonly retryAfter: string | null;
  /** How often the failing call was made; 0 if the request never made it. */
  readonly tries: number;
  readonly isInTime: boolean;
}

/** A request with one failing call: its outcome, and the right one. */
export interface Probe {
  /** The failing call and how it failed. */
  readonly what: string;
  readonly outcome: Outcome;
  readonly right: Outcome;
}

/** A route, as far as probing it needs to know it. */
export interface Subject {
  readonly prepare: () => Promise<RouteRequest>;
  readonly successStatus: number;
  /** Chooses the failures that are tried at a kind of call. The first failure is tried at every call. */
  readonly chooseFurther: (kind: string, all: readonly CallFailure[]) => readonly CallFailure[];
  /** Whether two requests at once would change the same record, so that each has to wait for the one before. */
  readonly isAlone?: boolean;
  /**
   * A good request before each probe, if the calls of a request depend on whether the one before succeeded. A reader
   * remembers what the last look with a name has read, and a failed request leaves another look the last.
   */
  readonly before?: () => Promise<RouteRequest>;
}

const ANSWER_SECONDS_MAX = 3;

/**
 * Sends a request once for each of its calls and each chosen failure. A request that takes long gets an instance of its
 * own, so that others need not wait.
 */
export async function probeFaults(world: World, subject: Subject): Promise<readonly Probe[]> {
  const instance = await startWarmInstance(world, await subject.prepare());
  // A process still learns with its second request, if the first one needed less.
  await instance.send(await subject.prepare());
  const sites = await findSites(instance, await subject.prepare());
  const meanwhile = subject.isAlone === true ? [] : sites.map((site) => probeFurther(world, subject, site));
  const probes: Probe[] = [];
  for (const site of sites) probes.push(await probe(instance, subject, site, callFailures[site.engine][0]));
  await instance.close();
  const further = await Promise.all(meanwhile);
  for (const site of sites.slice(further.length)) further.push(await probeFurther(world, subject, site));
  return [...probes, ...further.flat()];
}

async function probeFurther(world: World, subject: Subject, site: CallSite): Promise<readonly Probe[]> {
  const [, ...all] = callFailures[site.engine];
  const chosen = subject.chooseFurther(site.kind, all);
  if (chosen.length === 0) return [];
  const instance = await startWarmInstance(world, await subject.prepare());
  const probes: Probe[] = [];
  for (const misfortune of chosen) probes.push(await probe(instance, subject, site, misfortune));
  await instance.close();
  return probes;
}

/** The calls of one request. */
async function findSites(instance: WarmInstance, request: RouteRequest): Promise<readonly CallSite[]> {
  const engines = ['dynamo', 'kms'] as const;
  for (const engine of engines) instance[engine].forget();
  await instance.send(request);
  return engines.flatMap((engine) => {
    const { calls, bodies } = instance[engine];
    // A call that the request makes twice fails twice: the second one looks like a repeat.
    const different = [...bodies.entries()].filter(([index, body]) => bodies.indexOf(body) === index);
    const kinds = different.map(([index, body]) => kindOf(calls[index] ?? '', body));
    return different.map(([, body], index) => ({
      engine,
      kind: kinds[index] ?? '',
      index: kinds.slice(0, index).filter((earlier) => earlier === kinds[index]).length,
      times: bodies.filter((other) => other === body).length,
      isAfterwards: isAfterwards(body),
    }));
  });
}

function kindOf(operation: string, body: string): string {
  const table = operation === 'BatchGetItem' ? undefined : /"mintmark-(?<table>\w+)"/.exec(body)?.groups?.table;
  return table === undefined ? operation : `${operation} ${table}`;
}

/** The line about a change's success, and the reply that is kept for repeats of the request. */
function isAfterwards(body: string): boolean {
  return body.includes('{"S":"succeeded"}') || (body.includes('"idempotency#') && body.includes('"reply":'));
}

/**
 * How often a request is sent until it makes the call that is to fail. Reads that become due at the same time are one
 * call, so on a busy machine a request makes a call more or less.
 */
const REQUESTS_MAX = 20;

async function probe(
  instance: WarmInstance,
  subject: Subject,
  site: CallSite,
  misfortune: CallFailure,
): Promise<Probe> {
  let probed = await probeOnce(instance, subject, site, misfortune);
  for (let sent = 1; probed.outcome.tries === 0 && sent < REQUESTS_MAX; sent += 1) {
    probed = await probeOnce(instance, subject, site, misfortune);
  }
  return probed;
}

async function probeOnce(
  instance: WarmInstance,
  { prepare, successStatus, before }: Subject,
  site: CallSite,
  misfortune: CallFailure,
): Promise<Probe> {
  if (before !== undefined) await instance.send(await before());
  const request = await prepare();
  const failing = failCall(instance[site.engine], site, misfortune);
  const { status, retryAfter, seconds }: TimedReply = await instance.send(request);
  instance[site.engine].injectFault(undefined);
  return {
    what: `${site.kind} (${site.index + 1}), ${misfortune.name}`,
    outcome: { status, retryAfter, tries: failing.tries(), isInTime: seconds < ANSWER_SECONDS_MAX },
    right: rightOutcome(site, misfortune, successStatus),
  };
}

/**
 * The right outcome is a 503 in time, after one repeat of the call at most. A change that is made and written down, with
 * only the line about its success missing, must succeed.
 */
function rightOutcome(
  { isAfterwards, times }: CallSite,
  { isHarmless, tries }: CallFailure,
  successStatus: number,
): Outcome {
  const isSuccess = isAfterwards || isHarmless === true;
  const answer = isSuccess ? { status: successStatus, retryAfter: null } : { status: 503, retryAfter: '1' };
  return { ...answer, tries: isHarmless === true ? tries * times : tries, isInTime: true };
}

/** Makes one call of the next request fail, with all its repeats: the SDK repeats a call with the same body. */
function failCall(
  engine: EngineProxy,
  site: Pick<CallSite, 'kind' | 'index'>,
  { fault, isOutage }: CallFailure,
): { tries(): number } {
  const bodies: string[] = [];
  let tries = 0;
  engine.injectFault((operation, body) => {
    if (tries > 0 && isOutage === true && body !== bodies[site.index]) return fault;
    if (kindOf(operation, body) !== site.kind) return undefined;
    if (!bodies.includes(body)) bodies.push(body);
    if (bodies[site.index] !== body) return undefined;
    tries += 1;
    return fault;
  });
  return { tries: () => tries };
}
