import { readFileSync } from 'node:fs';
import type { LocalMintmark } from '../world/local-mintmark.ts';
import { type CommandResult, runCommand } from './command.ts';
import { codeBlocks } from './markdown.ts';

const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');

/** The first block for the terminal next to `npm start`; all that follow build upon it. */
const FIRST_BLOCK = 'make-token';
const EXPORTED = ['MINTMARK', 'CLIENT_ID', 'CLIENT_SECRET', 'ACCESS_TOKEN'];

/** The blocks start some fifty programs, one after the other. */
export const SESSION_MILLISECONDS = 60_000;

/** One shell in which somebody pasted what README.md says, one block after the other. */
export interface ReadmeSession {
  readonly result: CommandResult;
  /** The variables that README.md's programs in other languages read. */
  readonly exported: Readonly<Record<string, string>>;
  /** What the block of this name printed. */
  output(name: string): string;
  /** The same, one JSON value for each line. */
  answers(name: string): readonly unknown[];
}

/** Runs README.md's blocks, up to the one of this name, in the folder where `npm start` was run. */
export async function runReadmeSession({ folder: cwd }: LocalMintmark, last: string): Promise<ReadmeSession> {
  const shellBlocks = codeBlocks(readme).filter(({ language }) => language === 'sh');
  const indexOf = (name: string) => shellBlocks.findIndex((block) => block.name === name);
  const blocks = shellBlocks.slice(indexOf(FIRST_BLOCK), indexOf(last) + 1);
  const parts = blocks.map(({ code }) => `${code}\nprintf '\\0'\n`);
  const input = `${parts.join('')}\nprintf '%s\\n' ${EXPORTED.map((name) => `"$${name}"`).join(' ')}\n`;
  const result = await runCommand('sh', [], { cwd, input });
  const outputs = result.stdout.split('\0');
  const values = outputs.at(-1)?.trim().split('\n') ?? [];
  const output = (name: string) => outputs[blocks.findIndex((block) => block.name === name)] ?? '';
  return {
    result,
    exported: Object.fromEntries(EXPORTED.map((name, index) => [name, values[index] ?? ''])),
    output,
    answers: (name) =>
      output(name)
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)),
  };
}
