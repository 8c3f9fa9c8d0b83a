import { join } from 'node:path';
import { startLocalDynamo } from '#infra/local/dynamo.ts';
import { startLocalKms } from '#infra/local/kms/kms.ts';
import type { ScheduledFunction } from '#infra/local/schedules.ts';
import { startSystem } from '#infra/local/system.ts';
import { kmsPepper } from '#shared/adapters/kms/pepper.ts';
import { bcryptHasher } from '#shared/adapters/node/bcrypt-hasher.ts';
import { memoryRequestLimiter } from '#shared/adapters/node/memory-request-limiter.ts';
import type { SigningKeys } from '#shared/domain/keys/signing-key.ts';
import { itemsNaming } from '../arrange/tenant-rows.ts';
import { keysInKms } from '../stored/keys-in-kms.ts';
import { itemsOf } from '../stored/table-items.ts';
import { type Fault, startEngineProxy } from './engine-proxy.ts';
import { countWaitingTime } from './waiting-time.ts';

/** The point where a process dies: at its n-th call to DynamoDB or KMS from now, before the engine gets it or after. */
export interface KillPoint {
  readonly call: number;
  readonly side: 'before' | 'after';
}

/** The options of a process of `killable-mintmark.ts`, as JSON in its first argument. */
export interface KillableOptions {
  readonly folder: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** How far its clock is ahead of the machine's. */
  readonly aheadSeconds: number;
}

/** The messages that it takes, one at a time. It answers each with a message. */
export type KillableCommand =
  | { readonly name: 'dieAt'; readonly point: KillPoint }
  | { readonly name: 'advance'; readonly seconds: number }
  | { readonly name: 'run'; readonly task: ScheduledFunction }
  | { readonly name: 'rotatePepper'; readonly finish: boolean }
  | { readonly name: 'keysNaming'; readonly id: string }
  | { readonly name: 'signingKeys' };

/** The signing keys that the product made and has not given up. */
export interface KeptSigningKeys {
  readonly recorded: readonly string[];
  readonly inKms: readonly string[];
}

/** Its first message. */
export interface KillableReady {
  readonly url: string;
  readonly clientId: string;
  /** Only at the first start in a folder. */
  readonly clientSecret?: string | undefined;
}

/** The bcrypt cost of these tests, which make many hashes. */
const HASH_COST = 4;

/**
 * How long calls may take that the engine has begun. DynamoDB writes an item and its indexes at once; the engine on this
 * machine would be killed between the two.
 */
const SETTLE_MILLISECONDS = 20;

/** Stops every call from the point on, and then the whole process with the engines in it. */
function assassin() {
  let point: KillPoint = { call: Number.POSITIVE_INFINITY, side: 'before' };
  let calls = 0;
  return {
    dieAt: (next: KillPoint) => {
      point = next;
      calls = 0;
    },
    decide: (): Fault | undefined => {
      calls += 1;
      if (calls < point.call) return undefined;
      if (calls > point.call) return { kind: 'hang' };
      setTimeout(() => process.kill(process.pid, 'SIGKILL'), SETTLE_MILLISECONDS);
      return { kind: point.side === 'before' ? 'hang' : 'lose-reply' };
    },
  };
}

async function startKillable({ folder, port, aheadSeconds }: KillableOptions): Promise<void> {
  countWaitingTime();
  const { dieAt, decide } = assassin();
  const engines = [
    await startLocalDynamo(join(folder, 'dynamodb')),
    await startLocalKms({ path: join(folder, 'kms.json') }),
  ];
  const [dynamo, kms] = await Promise.all(engines.map(startEngineProxy));
  process.env.AWS_ENDPOINT_URL_DYNAMODB = dynamo?.url;
  process.env.AWS_ENDPOINT_URL_KMS = kms?.url;
  for (const proxy of [dynamo, kms]) proxy?.injectFault(decide);
  let ahead = aheadSeconds;
  const clock = { nowSeconds: () => Math.floor(Date.now() / 1_000) + ahead };
  const system = await startSystem({
    port,
    runsSchedules: false,
    adapters: {
      clock: () => clock,
      pepper: (environment) => kmsPepper(environment, () => clock.nowSeconds() * 1_000),
      hasher: () => bcryptHasher(undefined, HASH_COST),
      requestLimiter: () => memoryRequestLimiter(undefined, 1_000_000),
    },
  });
  const obey = async (command: KillableCommand): Promise<unknown> => {
    if (command.name === 'dieAt') return dieAt(command.point);
    if (command.name === 'run') return system.run(command.task);
    if (command.name === 'rotatePepper') return system.rotatePepper({ finish: command.finish });
    if (command.name === 'keysNaming') return (await itemsNaming(command.id)).map(({ key, id }) => key ?? id);
    if (command.name === 'signingKeys') return readSigningKeys();
    ahead += command.seconds;
    return undefined;
  };
  process.on('message', (command: KillableCommand) => void obey(command).then((result) => process.send?.({ result })));
  const { clientId, clientSecret } = await system.bootstrap();
  const ready: KillableReady = { url: system.url, clientId, clientSecret };
  process.send?.(ready);
}

/** The keys that the product made, by its record and by KMS. */
async function readSigningKeys(): Promise<KeptSigningKeys> {
  const item = (await itemsOf('directory')).find(({ key }) => key === 'signingKeys#workspace');
  const { keys = [] } = (item?.record ?? {}) as Partial<SigningKeys>;
  const recorded = keys.flatMap(({ custody }) => (custody.type === 'kms' && custody.slot ? [custody.keyArn] : []));
  return { recorded: recorded.toSorted(), inKms: (await keysInKms()).toSorted() };
}

if (import.meta.main) await startKillable(JSON.parse(process.argv[2] ?? '') as KillableOptions);
