import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleFunctions, bundlesDirectory } from '#infra/bundle.ts';
import { apiTables as tables } from '#shared/api/tables.ts';
import { type CommandResult, runCommand } from './command.ts';

const root = new URL('../../..', import.meta.url).pathname;

/** CDK's library alone is megabytes of types and code. */
export const CDK_MILLISECONDS = 900_000;

/** A CDK app of a page, in a folder of the repository that nobody commits, as its reader has it. */
export interface CdkProgram {
  /** Type-checks the program. */
  check(): Promise<CommandResult>;
  /** Properties of all resources of a type, in the template of a stack. */
  properties(stack: string, type: string): readonly Readonly<Record<string, unknown>>[];
  remove(): void;
}

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/**
 * Runs a CDK app, which writes the templates of its stacks.
 * @throws Error with what the program complained about
 */
export async function runCdkProgram(code: string): Promise<CdkProgram> {
  const isBundled = tables.every(({ name }) => existsSync(join(bundlesDirectory, name)));
  if (!isBundled) await bundleFunctions();
  const folder = mkdtempSync(join(root, 'dist', 'page-'));
  writeFileSync(join(folder, 'app.ts'), code);
  writeFileSync(join(folder, 'tsconfig.json'), '{ "extends": "../../tsconfig.json", "include": ["app.ts"] }');
  const { code: exitCode, stderr } = await runCommand(process.execPath, ['app.ts'], {
    cwd: folder,
    env: { CDK_OUTDIR: folder },
  });
  if (exitCode !== 0) throw new Error(stderr);
  return {
    check: () => runCommand(join(root, 'node_modules/.bin/tsc'), ['--noEmit', '-p', '.'], { cwd: folder }),
    properties: (stack, type) => {
      const { Resources } = JSON.parse(readFileSync(join(folder, `${stack}.template.json`), 'utf8'));
      const resources: readonly Resource[] = Object.values(Resources);
      return resources.filter(({ Type }) => Type === type).map(({ Properties }) => Properties);
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
