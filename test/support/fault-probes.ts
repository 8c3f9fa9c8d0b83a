import type { EngineProxy, Fault } from './engine-proxy.ts';
import { startWarmInstance, type TimedReply, type WarmInstance } from './function-instance.ts';
import type { RouteRequest } from './route-requests.ts';
import type { World } from './world.ts';

/** What may go wrong with a call, for as long as the request lasts. */
export const lastingFaults: Readonly<Record<string, Fault>> = {
  'an internal error': { kind: 'error', name: 'InternalServerError', status: 500 },
  throttling: { kind: 'error', name: 'ProvisionedThroughputExceededException' },
  silence: { kind: 'hang' },
  'a broken connection': { kind: 'reset' },
  'a lost reply': { kind: 'lose-reply' },
};

/** One call of a route to a dependency: which engine, and the how-manieth call of a request it is there. */
interface CallSite {
  readonly engine: 'dynamo' | 'kms';
  readonly index: number;
  readonly operation: string;
  /** The call that writes down how a change ended, after the change. */
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
 * Sends a request once for each of its calls and each fault, with that call failing: each call in an instance of its
 * own, so that all of them can wait at the same time.
 */
export async function probeFaults(world: World, prepare: () => Promise<RouteRequest>): Promise<readonly Probe[]> {
  const first = await startWarmInstance(world, await prepare());
  const sites = await findSites(first, await prepare());
  await first.close();
  const probes = sites.map(async (site) => {
    const instance = await startWarmInstance(world, await prepare());
    const outcomes: Probe[] = [];
    for (const [name, fault] of Object.entries(lastingFaults)) {
      outcomes.push(await probe(instance, site, name, fault, await prepare()));
    }
    await instance.close();
    return outcomes;
  });
  return (await Promise.all(probes)).flat();
}

async function findSites(instance: WarmInstance, request: RouteRequest): Promise<readonly CallSite[]> {
  const engines = ['dynamo', 'kms'] as const;
  for (const engine of engines) instance[engine].forget();
  await instance.send(request);
  return engines.flatMap((engine) =>
    instance[engine].calls.map((operation, index) => {
      const body = instance[engine].bodies[index] ?? '';
      return { engine, index, operation, isAfterwards: body.includes('{"S":"succeeded"}') };
    }),
  );
}

async function probe(
  instance: WarmInstance,
  { engine, index, operation, isAfterwards }: CallSite,
  name: string,
  fault: Fault,
  request: RouteRequest,
): Promise<Probe> {
  const failing = failCall(instance[engine], index, fault);
  const { status, retryAfter, seconds }: TimedReply = await instance.send(request);
  instance[engine].injectFault(undefined);
  const site = `${operation} (call ${index + 1}), ${name}`;
  return { site, isAfterwards, status, retryAfter, tries: failing.tries(), isInTime: seconds < ANSWER_SECONDS_MAX };
}

/** Makes one call of the next request fail, with all its repeats: the SDK repeats a call with the same body. */
function failCall(engine: EngineProxy, index: number, fault: Fault): { tries(): number } {
  const bodies: string[] = [];
  let tries = 0;
  engine.injectFault((_operation, body) => {
    if (!bodies.includes(body)) bodies.push(body);
    if (bodies[index] !== body) return undefined;
    tries += 1;
    return fault;
  });
  return { tries: () => tries };
}
