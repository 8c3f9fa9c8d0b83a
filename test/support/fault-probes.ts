import type { EngineProxy, Fault } from './engine-proxy.ts';
import { startWarmInstance, type TimedReply, type WarmInstance } from './function-instance.ts';
import type { RouteRequest } from './route-requests.ts';
import type { World } from './world.ts';

const internalError = ['an internal error', { kind: 'error', name: 'InternalServerError', status: 500 }] as const;

/** What else may go wrong with a call, for as long as the request lasts. */
const otherFaults: Readonly<Record<string, Fault>> = {
  throttling: { kind: 'error', name: 'ProvisionedThroughputExceededException' },
  silence: { kind: 'hang' },
  'a broken connection': { kind: 'reset' },
  'a lost reply': { kind: 'lose-reply' },
};

/** One call of a route to a dependency. */
interface CallSite {
  readonly engine: 'dynamo' | 'kms';
  /** The operation, with the table that it is about where it can be about one only. */
  readonly kind: string;
  /** How many calls of this kind the request has made before. */
  readonly index: number;
  /** A call after the change is made: it may fail, but no longer the change. */
  readonly isAfterwards: boolean;
}

/** What became of a request while one of its calls failed. */
export interface Probe {
  readonly site: string;
  readonly isAfterwards: boolean;
  readonly status: number;
  readonly retryAfter: string | null;
  /** How often the failing call was tried; 0 where the request never made it. */
  readonly tries: number;
  readonly isInTime: boolean;
}

const ANSWER_SECONDS_MAX = 3;

/**
 * How a probe has to come out: the caller is asked to come back, after one repeat of the call and in time. Only where
 * the change is made and written down, and just the line about its success is missing, the change is what counts.
 */
export function rightOutcome({ site, isAfterwards }: Probe, successStatus: number): Probe {
  const answer = isAfterwards ? { status: successStatus, retryAfter: null } : { status: 503, retryAfter: '1' };
  return { site, isAfterwards, ...answer, tries: 2, isInTime: true };
}

/**
 * Sends a request once for each of its calls, with that call failing. Of each kind of call that is not in `known` yet,
 * one is made to fail in every other way too, in an instance of its own, because some of these ways take their time.
 */
export async function probeFaults(
  world: World,
  prepare: () => Promise<RouteRequest>,
  known: Set<string>,
): Promise<readonly Probe[]> {
  const instance = await startWarmInstance(world, await prepare());
  const sites = await findSites(instance, await prepare());
  const unknown = sites.filter(({ kind }) => !known.has(kind) && known.add(kind));
  const slowly = unknown.map(async (site) => {
    const waiting = await startWarmInstance(world, await prepare());
    const probes = await probeAll(
      waiting,
      Object.entries(otherFaults).map((fault) => ({ site, fault })),
      prepare,
    );
    await waiting.close();
    return probes;
  });
  const quickly = await probeAll(
    instance,
    sites.map((site) => ({ site, fault: internalError })),
    prepare,
  );
  await instance.close();
  return [...quickly, ...(await Promise.all(slowly)).flat()];
}

interface Case {
  readonly site: CallSite;
  readonly fault: readonly [name: string, Fault];
}

async function probeAll(
  instance: WarmInstance,
  cases: readonly Case[],
  prepare: () => Promise<RouteRequest>,
): Promise<readonly Probe[]> {
  const probes: Probe[] = [];
  for (const { site, fault } of cases) probes.push(await probe(instance, site, fault, await prepare()));
  return probes;
}

/** The calls of one request. */
async function findSites(instance: WarmInstance, request: RouteRequest): Promise<readonly CallSite[]> {
  const engines = ['dynamo', 'kms'] as const;
  for (const engine of engines) instance[engine].forget();
  await instance.send(request);
  return engines.flatMap((engine) => {
    const { calls, bodies } = instance[engine];
    // The same call twice fails twice: it cannot be told from a repeat.
    const different = [...bodies.entries()].filter(([index, body]) => bodies.indexOf(body) === index);
    const kinds = different.map(([index, body]) => kindOf(calls[index] ?? '', body));
    return different.map(([, body], index) => ({
      engine,
      kind: kinds[index] ?? '',
      index: kinds.slice(0, index).filter((earlier) => earlier === kinds[index]).length,
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

async function probe(
  instance: WarmInstance,
  { engine, kind, index, isAfterwards }: CallSite,
  [name, fault]: readonly [string, Fault],
  request: RouteRequest,
): Promise<Probe> {
  const failing = failCall(instance[engine], { kind, index }, fault);
  const { status, retryAfter, seconds }: TimedReply = await instance.send(request);
  instance[engine].injectFault(undefined);
  const site = `${kind} (${index + 1}), ${name}`;
  return { site, isAfterwards, status, retryAfter, tries: failing.tries(), isInTime: seconds < ANSWER_SECONDS_MAX };
}

/** Makes one call of the next request fail, with all its repeats: the SDK repeats a call with the same body. */
function failCall(engine: EngineProxy, site: Pick<CallSite, 'kind' | 'index'>, fault: Fault): { tries(): number } {
  const bodies: string[] = [];
  let tries = 0;
  engine.injectFault((operation, body) => {
    if (kindOf(operation, body) !== site.kind) return undefined;
    if (!bodies.includes(body)) bodies.push(body);
    if (bodies[site.index] !== body) return undefined;
    tries += 1;
    return fault;
  });
  return { tries: () => tries };
}
