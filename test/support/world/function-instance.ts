import { type AdapterChanges, localFunctions } from '#infra/local/functions.ts';
import { startGateway } from '#infra/local/gateway/gateway.ts';
import { functionRoutes } from '#infra/routes.ts';
import { bcryptHasher } from '#shared/adapters/node/bcrypt-hasher.ts';
import { settingsOf } from '../arrange/settings.ts';
import type { RouteRequest } from '../route-requests/desk.ts';
import { type EngineProxy, startEngineProxy } from './engine-proxy.ts';
import { millisecondsWaited } from './waiting-time.ts';
import { pepperAt, type World } from './world.ts';

const HASH_COST = 4;

/** A reply of an instance, and the seconds for which it waited. */
export interface TimedReply {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly requestId: string | null;
  readonly body: unknown;
  readonly seconds: number;
}

/** A second set of a world's functions, as a process that Lambda has just started. */
export interface FunctionInstance {
  readonly url: string;
  send(request: RouteRequest): Promise<TimedReply>;
  close(): Promise<void>;
}

/** Starts an instance without a request so far. The AWS SDK finds the engines at its first call. */
export async function startFunctionInstance(world: World, adapters: AdapterChanges = {}): Promise<FunctionInstance> {
  const functions = localFunctions(settingsOf(world), {
    clock: () => world.clock,
    hasher: () => bcryptHasher(undefined, HASH_COST),
    pepper: pepperAt(world.clock),
    ...adapters,
  });
  const httpRoutes = functionRoutes().map((route) => ({ ...route, handler: functions[route.functionName] }));
  const gateway = await startGateway({ httpRoutes });
  return {
    url: gateway.url,
    send: async ({ path, ...init }) => {
      const startedAt = millisecondsWaited();
      const response = await fetch(gateway.url + path, init);
      const text = await response.text();
      return {
        status: response.status,
        retryAfter: response.headers.get('retry-after'),
        requestId: response.headers.get('x-request-id'),
        body: text === '' ? undefined : JSON.parse(text),
        seconds: (millisecondsWaited() - startedAt) / 1_000,
      };
    },
    close: () => gateway.close(),
  };
}

/** An instance that has served a route, over proxies of its own: a fault there touches no other instance. */
export interface WarmInstance extends FunctionInstance {
  readonly dynamo: EngineProxy;
  readonly kms: EngineProxy;
}

let lastWaking: Promise<unknown> = Promise.resolve();

/** Starts an instance and warms it with a request, one at a time, because the SDK reads the environment. */
export function startWarmInstance(world: World, request: RouteRequest): Promise<WarmInstance> {
  const waking = lastWaking.then(() => wake(world, request));
  lastWaking = waking.catch(() => undefined);
  return waking;
}

async function wake(world: World, request: RouteRequest): Promise<WarmInstance> {
  const instance = await startFunctionInstance(world);
  const dynamo = await startEngineProxy(world.dynamo.engine);
  const kms = await startEngineProxy(world.kms.engine);
  process.env.AWS_ENDPOINT_URL_DYNAMODB = dynamo.url;
  process.env.AWS_ENDPOINT_URL_KMS = kms.url;
  await instance.send(request);
  process.env.AWS_ENDPOINT_URL_DYNAMODB = world.dynamo.url;
  process.env.AWS_ENDPOINT_URL_KMS = world.kms.url;
  const close = async () => {
    for (const part of [instance, dynamo, kms]) await part.close();
  };
  return { ...instance, dynamo, kms, close };
}
