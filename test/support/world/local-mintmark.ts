import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandEnvironment } from '../documents/command.ts';
import { patience } from './patient-process.ts';

const start = new URL('../../../infra/local/start.ts', import.meta.url).pathname;

/** The line that the banner asks a person to paste is the last thing that a start prints. */
const BANNER_END = /^ {2}.*mintmark\.sh.*\n\n$/m;

/** `npm start`, run in a folder of its own. */
export interface LocalMintmark {
  readonly url: string;
  /** Where it was started; its data is in `.mintmark` below. */
  readonly folder: string;
  /** Everything it printed by the time it was ready. */
  readonly printed: string;
  stop(): Promise<void>;
}

/** A new folder in which Mintmark is tried. */
export function newLocalFolder(): string {
  return mkdtempSync(join(tmpdir(), 'mintmark start '));
}

/** Starts Mintmark on a free port as a process of its own and waits for the end of its banner. */
export async function startLocalMintmark(
  folder = newLocalFolder(),
  settings: Readonly<Record<string, string>> = {},
): Promise<LocalMintmark> {
  const env = commandEnvironment({
    PORT: '0',
    MINTMARK_DATA: undefined,
    MINTMARK_IMPORTED_SECRETS: 'on',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    ...settings,
  });
  const child = spawn(process.execPath, [...patience, start], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const printed = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (BANNER_END.test(text)) resolve(text);
    });
    child.once('close', () => reject(new Error(`npm start ended early: ${text}`)));
  });
  return {
    url: /^Mintmark is ready at (\S+)$/m.exec(printed)?.[1] ?? '',
    folder,
    printed,
    stop: async () => {
      child.kill();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}
