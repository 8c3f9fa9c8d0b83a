import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { ScheduledFunction } from '#infra/local/schedules.ts';
import { commandEnvironment } from '../documents/command.ts';
import type {
  KeptSigningKeys,
  KillableCommand,
  KillableOptions,
  KillableReady,
  KillPoint,
} from './killable-mintmark.ts';
import { compileCache } from './start-process.ts';

const SCRIPT = new URL('./killable-mintmark.ts', import.meta.url);

/** Mintmark as a process of its own with its data on disk, which tests kill. */
export interface KillableProcess extends KillableReady {
  /** Makes it die at a later call, which may never come. */
  dieAt(point: KillPoint): Promise<void>;
  advance(seconds: number): Promise<void>;
  /** Runs a scheduled function. @throws Error if the process dies meanwhile */
  run(task: ScheduledFunction): Promise<unknown>;
  /** Begins a rotation of the pepper, or finishes it. @throws Error if the process dies meanwhile */
  rotatePepper(finish: boolean): Promise<unknown>;
  /** The keys of everything in the tables that mentions an id. */
  keysNaming(id: string): Promise<unknown>;
  signingKeys(): Promise<KeptSigningKeys>;
  /** Kills it if it still runs, and waits for the end. */
  kill(): Promise<void>;
}

/** Starts the process and waits until it is ready. @throws Error if it ends before */
export async function startKillable(options: KillableOptions): Promise<KillableProcess> {
  const env = commandEnvironment({ POWERTOOLS_LOG_LEVEL: 'SILENT', NODE_COMPILE_CACHE: compileCache });
  const child = fork(SCRIPT, [JSON.stringify(options)], { env, execArgv: [] });
  const ended = once(child, 'exit');
  const ready = await nextMessage<KillableReady>(child, ended);
  const tell = async (command: KillableCommand) => {
    child.send(command);
    return (await nextMessage<{ readonly result?: unknown }>(child, ended)).result;
  };
  return {
    ...ready,
    dieAt: async (point) => void (await tell({ name: 'dieAt', point })),
    advance: async (seconds) => void (await tell({ name: 'advance', seconds })),
    run: (task) => tell({ name: 'run', task }),
    rotatePepper: (finish) => tell({ name: 'rotatePepper', finish }),
    keysNaming: (id) => tell({ name: 'keysNaming', id }),
    signingKeys: async () => (await tell({ name: 'signingKeys' })) as KeptSigningKeys,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function nextMessage<Message>(child: ChildProcess, ended: Promise<unknown>): Promise<Message> {
  const listening = new AbortController();
  const failure = ended.then(() => Promise.reject(new Error('The process has ended.')));
  try {
    const [message] = await Promise.race([once(child, 'message', { signal: listening.signal }), failure]);
    return message as Message;
  } finally {
    listening.abort();
  }
}
