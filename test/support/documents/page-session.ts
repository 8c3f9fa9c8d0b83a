import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalMintmark } from '../world/local-mintmark.ts';
import { type CommandResult, runCommand } from './command.ts';
import { type CodeBlock, codeBlocks } from './markdown.ts';

const root = new URL('../../..', import.meta.url).pathname;

/** The blocks of one page start up to a hundred programs, one after the other. */
export const PAGE_MILLISECONDS = 600_000;

/** The options of a session. */
export interface PageOptions {
  /** Names of `sh` blocks that the session leaves out, because another test runs them. */
  readonly leaveOut?: readonly string[];
  /** Shell variables to read at the end, such as `CLIENT_ID`. */
  readonly read?: readonly string[];
  /** Variables that the reader has set before. */
  readonly env?: Readonly<Record<string, string>>;
}

/** One shell into which a reader pasted the `sh` blocks of a page, from the first to the last. */
export interface PageSession {
  /** The exit code is that of the first block that fails; the blocks after it do not run. */
  readonly result: CommandResult;
  /** The values of the variables in `read`. */
  readonly variables: Readonly<Record<string, string>>;
  /** What the block of this name printed. */
  output(name: string): string;
  /** The same as JSON values, one for each line. */
  answers(name: string): readonly unknown[];
}

/**
 * Runs the `sh` blocks of a page, such as `docs/use/audit.md`, in the folder where `npm start` runs, as a reader does.
 * @throws Error if a name in `leaveOut` is no block of the page
 */
export async function runPage(
  page: string,
  { folder }: LocalMintmark,
  { leaveOut = [], read = [], env = {} }: PageOptions = {},
): Promise<PageSession> {
  const blocks = blocksToRun(page, leaveOut);
  const links = join(folder, 'docs');
  if (!existsSync(links)) symlinkSync(join(root, 'docs'), links);
  const parts = blocks.map(({ code }) => `{\n${code}} || exit 1\nprintf '\\0'\n`);
  const ending = read.map((name) => `printf '%s\\n' "$${name}"\n`);
  const result = await runCommand('sh', [], { cwd: folder, env, input: [...parts, ...ending].join('') });
  const outputs = result.stdout.split('\0');
  const values = outputs[blocks.length]?.split('\n') ?? [];
  const output = (name: string) => outputs[blocks.findIndex((block) => block.name === name)] ?? '';
  return {
    result,
    variables: Object.fromEntries(read.map((name, index) => [name, values[index] ?? ''])),
    output,
    answers: (name) => linesOf(output(name)).map((line) => JSON.parse(line)),
  };
}

/** The text of a page, such as `docs/use/audit.md` or `README.md`. */
export function readPage(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}

/** Language and name of each block of a page, in order: `sh make-token`. */
export function blockNames(page: string): readonly string[] {
  return codeBlocks(readPage(page)).map(({ language, name }) => `${language} ${name}`.trim());
}

function blocksToRun(page: string, leaveOut: readonly string[]): readonly CodeBlock[] {
  const blocks = codeBlocks(readPage(page)).filter(({ language }) => language === 'sh');
  const unknown = leaveOut.filter((name) => !blocks.some((block) => block.name === name));
  if (unknown.length > 0) throw new Error(`${page} has no sh block named ${unknown.join(', ')}.`);
  return blocks.filter(({ name }) => !leaveOut.includes(name));
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}
