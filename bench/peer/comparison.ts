import { type Service, startService } from '../child.ts';
import { fire } from '../measure.ts';
import { median } from '../median.ts';
import type { Contender, Store } from './contender.ts';
import { type Task, tasks } from './tasks.ts';

/** Requests of a round: enough that the clock of CPU time is not what is measured. */
const REQUESTS = 300;
/** Both take turns, so that whatever else the machine does meets both; an odd number has a median. */
const ROUNDS = 7;
/** Only what ran some thousand times is as fast as it gets. */
const WARM_UP_ROUNDS = 8;

/** CPU time of one request, in microseconds: the median of all rounds. */
export interface PeerReport {
  readonly task: string;
  readonly store: Store;
  readonly mintmarkMicroseconds: number;
  readonly peerMicroseconds: number;
  /** Ours in theirs. */
  readonly ratio: number;
  readonly ratioMax: number;
}

/** Mintmark beside oidc-provider: the same requests, each in a process of its own, with its whole HTTP server. */
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
      console.error(`measuring: ${name} beside oidc-provider, ${store}`);
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

/** CPU time of one request of a round, in microseconds, kernel and garbage collection included. */
async function measureRound({ ready, ask }: Service<Contender>, task: Exchange): Promise<number> {
  const before = await ask<number>();
  await fire(ready.url, REQUESTS, {
    request: () => task.request(ready),
    checkAnswer: (status, body) => task.checkAnswer(ready, status, body),
  });
  return ((await ask<number>()) - before) / REQUESTS;
}
