import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommandResult, runCommand } from './command.ts';

/** Tools that would need an account, a network or minutes. */
const TOOLS = ['npm', 'npx', 'aws'];

/** Writes down how it was called. */
const RECORDER = '#!/bin/sh\necho "$(basename "$0") $*" >> "$CALLS"\n';

export interface RecordedRun {
  readonly result: CommandResult;
  /** How the tools were called, such as `npm run deploy`. */
  readonly calls: readonly string[];
}

/** A folder in which commands run with stand-ins for npm, npx and the AWS CLI. */
export interface StandIns {
  /** The folder in which commands run. */
  readonly folder: string;
  run(code: string): Promise<RecordedRun>;
  remove(): void;
}

/** Makes such a folder. `aws` is what the stand-in of the AWS CLI does after it has recorded its call: a script of sh. */
export function makeStandIns({ aws = '' }: { readonly aws?: string } = {}): StandIns {
  const home = mkdtempSync(join(tmpdir(), 'mintmark-stand-ins-'));
  const [bin, folder, calls] = ['bin', 'work', 'calls'].map((name) => join(home, name)) as [string, string, string];
  mkdirSync(bin);
  mkdirSync(folder);
  for (const tool of TOOLS) {
    writeFileSync(join(bin, tool), tool === 'aws' ? RECORDER + aws : RECORDER);
    chmodSync(join(bin, tool), 0o755);
  }
  return {
    folder,
    run: async (code) => {
      writeFileSync(calls, '');
      const env = { PATH: `${bin}:${process.env.PATH}`, CALLS: calls };
      const result = await runCommand('sh', [], { cwd: folder, env, input: code });
      return { result, calls: readFileSync(calls, 'utf8').trim().split('\n') };
    },
    remove: () => rmSync(home, { recursive: true }),
  };
}
