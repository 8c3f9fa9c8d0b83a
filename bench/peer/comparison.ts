import { type Service, startService } from '../child.ts';
import { fire } from '../measure.ts';
import { median } from '../median.ts';
import type { Contender, Store } from './contender.ts';
import { type Task, tasks } from './tasks.ts';

/** The number of requests in a round. With fewer requests, the clock of CPU time would be too coarse. */
const REQUESTS = 300;
/**
 * The number of measured rounds. Rounds alternate, so that other work on the machine affects both. It is odd, for a
 * median.
 */
const ROUNDS = 7;
/** The number of rounds before the measurement. Code reaches its full speed after some thousand runs. */
const WARM_UP_ROUNDS = 8;

/** The CPU time of a request in Mintmark and in oidc-provider, in microseconds: medians of all rounds. */
export interface PeerReport {
  readonly task: string;
  readonly store: Store;
  readonly mintmarkMicroseconds: number;
  readonly peerMicroseconds: number;
  /** Mintmark's time divided by the peer's time. */
  readonly ratio: number;
  readonly ratioMax: number;
}

/** Compares Mintmark with oidc-provider: the same requests, each server in its own process, with its HTTP server. */
export async function comparePeers(): Promise<readonly PeerReport[]> {
  return [...(await compareWith('memory')), ...(await compareWith('dynamo'))];
}

async function compareWith(store: Store): Promise<readonly PeerReport[]> {
  const services: Service<Contender>[] = [];
  try {
    const mintmark = await startService<Contender>(new URL('mintmark-process.ts', import.meta.url), { args: [store] });
    services.push(mintmark);
    const peer = await startService<Contender>(new URL('oidc-provider-process.ts', import.meta.url), { args: [store] });
    services.push(peer);
    const reports: PeerReport[] = [];
    for (const { name, ratioMax, ...task } of tasks) {
      console.error(`measuring: ${name} compared with oidc-provider, ${store}`);
      reports.push({ task: name, store, ratioMax, ...(await measureBoth(mintmark, peer, task)) });
    }
    return reports;
  } finally {
    for (const service of services) await service.stop();
  }
}

type Exchange = Pick<Task, 'request' | 'checkAnswer'>;

async function measureBoth(mintmark: Service<Contender>, peer: Service<Contender>, task: Exchange) {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    ours.push(await measureRound(mintmark, task));
    theirs.push(await measureRound(peer, task));
  }
  const mintmarkMicroseconds = median(ours.slice(WARM_UP_ROUNDS));
  const peerMicroseconds = median(theirs.slice(WARM_UP_ROUNDS));
  return { mintmarkMicroseconds, peerMicroseconds, ratio: mintmarkMicroseconds / peerMicroseconds };
}

/** Measures the CPU time of a request in microseconds, in a round. It includes kernel and garbage collection. */
async function measureRound({ ready, ask }: Service<Contender>, task: Exchange): Promise<number> {
  const before = await ask<number>();
  await fire(ready.url, REQUESTS, {
    request: () => task.request(ready),
    checkAnswer: (status, body) => task.checkAnswer(ready, status, body),
  });
  return ((await ask<number>()) - before) / REQUESTS;
}
