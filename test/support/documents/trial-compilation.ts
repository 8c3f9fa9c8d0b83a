import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './command.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The sources of the Lambdas. The compiler reads them in a third of the time that it takes with CDK. */
const SOURCES = ['shared', 'functions'];

/** A change to a file: `insert` goes behind `after`, which the file has once. */
export interface Insertion {
  readonly path: string;
  readonly after: string;
  readonly insert: string;
}

/**
 * Compiles a copy of the Lambdas after some changes. Returns the paths of the files with errors, sorted. Rejects if the
 * compiler ends in another way than with such a list.
 */
export async function filesRefusedAfter(insertions: readonly Insertion[]): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'mintmark-trial-'));
  try {
    for (const name of [...SOURCES, 'package.json']) cpSync(join(root, name), join(folder, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const settings = { extends: join(root, 'tsconfig.json'), include: SOURCES.map((name) => join(folder, name)) };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings));
    for (const insertion of insertions) insertInto(folder, insertion);
    return await refusedIn(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function insertInto(folder: string, { path, after, insert }: Insertion): void {
  const [before, behind, ...more] = readFileSync(join(folder, path), 'utf8').split(after);
  if (behind === undefined || more.length > 0) throw new Error(`${path} does not have this text once: ${after}`);
  writeFileSync(join(folder, path), `${before}${after}${insert}${behind}`);
}

async function refusedIn(folder: string): Promise<readonly string[]> {
  const options = ['--noEmit', '--pretty', 'false', '-p', '.'];
  const { code, stdout, stderr } = await runCommand(join(root, 'node_modules/.bin/tsc'), options, { cwd: folder });
  const paths = [...stdout.matchAll(/^(\S+)\(\d+,\d+\): error /gm)].map(([, path = '']) => path);
  if (code !== 0 && paths.length === 0) throw new Error(`The compiler failed: ${stdout}${stderr}`);
  return [...new Set(paths)].toSorted();
}
