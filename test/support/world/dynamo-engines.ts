import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { startLocalDynamo } from '#infra/local/dynamo.ts';
import type { Listening } from '#infra/local/loopback.ts';
import type { Engine } from './engine-proxy.ts';

/** The engine; its server is missing if the engine is a process of its own. */
type StartedEngine = Engine & Pick<Listening, 'close'>;

/** An engine that speaks DynamoDB's protocol; adapters must behave the same on each. */
export interface DynamoEngine {
  readonly name: string;
  /** The npm package that is missing; undefined if the engine can be started. */
  readonly leftOutFor: string | undefined;
  start(): Promise<StartedEngine>;
}

const DYNOXIDE = '@dynoxide/linux-x64';
const ANSWERS_WITHIN_MILLISECONDS = 120_000;

const dynoxide = findBinary(`${DYNOXIDE}/dynoxide`);

/** The engines to test with: dynalite always, and the stricter dynoxide if its optional package is installed. */
export const dynamoEngines: readonly DynamoEngine[] = [
  { name: 'dynalite', leftOutFor: undefined, start: () => startLocalDynamo() },
  {
    name: 'dynoxide',
    leftOutFor: dynoxide === undefined ? DYNOXIDE : undefined,
    start: () => startDynoxide(dynoxide ?? ''),
  },
];

function findBinary(file: string): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(file);
  } catch {
    return undefined;
  }
}

async function startDynoxide(binary: string): Promise<StartedEngine> {
  const port = await findFreePort();
  const engine = spawn(binary, ['--host', '127.0.0.1', '--port', String(port)], { stdio: 'ignore' });
  process.once('exit', () => engine.kill());
  const url = `http://127.0.0.1:${port}`;
  await untilAnswering(url, engine);
  return {
    url,
    close: async () => {
      const ended = once(engine, 'exit');
      engine.kill();
      await ended;
    },
  };
}

/** A free port, because the binary does not say which port `--port 0` gave it. */
async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function untilAnswering(url: string, engine: ChildProcess): Promise<void> {
  const giveUpAt = Date.now() + ANSWERS_WITHIN_MILLISECONDS;
  while (Date.now() < giveUpAt && engine.exitCode === null) {
    const isAnswering = await fetch(url).then(
      () => true,
      () => false,
    );
    if (isAnswering) return;
    await wait(10);
  }
  engine.kill();
  throw new Error('dynoxide does not answer.');
}
