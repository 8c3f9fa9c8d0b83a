import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandEnvironment } from '../documents/command.ts';
import { patience } from './patient-process.ts';
import type { Credentials } from './world.ts';

/** The program of `npm start`. */
export const START = new URL('../../../infra/local/start.ts', import.meta.url).pathname;

/** The options of a start: the data folder, the port and the environment. */
export interface StartOptions {
  readonly folder: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** The program to run; by default the program of `npm start`. */
  readonly command?: readonly [string, ...string[]];
  /** More variables of the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A running `npm start`. */
export interface StartProcess {
  readonly url: string;
  /** Its output up to the moment when it was ready. */
  readonly printed: string;
  /** The lines that it has printed since then. */
  lines(): readonly string[];
  readonly administrator: Credentials;
  /**
   * Sends a signal and waits for the end of the process and of its children. Answers the exit code, or the name of the
   * signal.
   */
  end(signal: NodeJS.Signals): Promise<number | string | null>;
}

/** The compile cache of Node from an earlier start, which halves the time of the next one. */
export const compileCache = join(tmpdir(), 'mintmark-compile-cache');

/** The settings of `npm start` with its data in this folder. */
export function startEnvironment({ folder, port = 0 }: StartOptions): Record<string, string> {
  return {
    PORT: String(port),
    MINTMARK_DATA: folder,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    NODE_COMPILE_CACHE: compileCache,
  };
}

/** Starts Mintmark as a process of its own and waits until it is ready. */
export async function startProcess(options: StartOptions): Promise<StartProcess> {
  const env = commandEnvironment({ ...startEnvironment(options), ...options.env });
  const [program, ...args] = options.command ?? [process.execPath, ...patience, START];
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | string | null>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? signal)),
  );
  const printed = await untilReady(child);
  child.stderr.pipe(process.stderr);
  let printedSince = '';
  child.stdout.on('data', (chunk: string) => {
    printedSince += chunk;
  });
  const file = await readFile(join(options.folder, 'admin.json'), 'utf8');
  return {
    url: /^Mintmark is ready at (\S+)$/m.exec(printed)?.[1] ?? '',
    printed,
    lines: () => printedSince.split('\n').filter((line) => line !== ''),
    administrator: JSON.parse(file),
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

function untilReady(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    // The banner is on standard error if standard output has JSON lines only.
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (/^Mintmark is ready at .+\n/m.test(text)) resolve(text);
      });
    }
    child.once('close', (code) => reject(new Error(`Mintmark ended with ${code} before it was ready: ${text}`)));
  });
}
