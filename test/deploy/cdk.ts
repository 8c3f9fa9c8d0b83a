import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '#test/support/documents/command.ts';
import { METRIC_MATH_ALARMS } from './deviations.ts';
import type { Emulator } from './emulator.ts';

const root = join(import.meta.dirname, '../..');

const CDK = join(root, 'node_modules/aws-cdk/bin/cdk');

/** The settings of the deployment: as few as the emulator allows. */
const SETTINGS = { removalPolicy: 'destroy', alarms: JSON.stringify({ omit: METRIC_MATH_ALARMS }) };

/** The settings of an update, with all that gives functions more rights. */
export type Settings = Readonly<Record<string, string>>;

/** The outputs of a stack. */
export type Outputs = Readonly<Record<string, string>>;

/** The outputs of the stacks of an app. */
export interface Deployed {
  readonly Mintmark: Outputs;
  /** The stack of a team with an API; only in the app `guarded-app.ts`. */
  readonly Reports?: Outputs;
}

/** The CDK command line, in the emulator's account. */
export interface Cdk {
  bootstrap(): Promise<void>;
  /** Deploys this repository's app, unchanged, and returns the outputs. */
  deploy(): Promise<Deployed>;
  /** Updates it with more settings, beside the stack of a team whose API it protects. */
  deployGuarded(settings: Settings): Promise<Deployed>;
  /** Destroys both stacks. */
  destroy(settings: Settings): Promise<void>;
}

/** Opens the command line. It writes its files into the folder. */
export function cdkIn({ environment }: Emulator, folder: string): Cdk {
  const outputsFile = join(folder, 'outputs.json');
  const run = async (...args: readonly string[]) => {
    const options = ['--no-notices', '--no-color', '--output', join(folder, 'cdk.out')];
    const hidden = Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined]));
    const env = { ...hidden, ...environment };
    const { code, stdout, stderr } = await runCommand(process.execPath, [CDK, ...args, ...options], { cwd: root, env });
    if (code !== 0) throw new Error(`cdk ${args[0]} ended with ${code}:\n${stdout}\n${stderr}`);
  };
  const deploy = async (...args: readonly string[]): Promise<Deployed> => {
    await run('deploy', '--require-approval', 'never', '--outputs-file', outputsFile, ...args);
    return JSON.parse(readFileSync(outputsFile, 'utf8'));
  };
  return {
    bootstrap: () => run('bootstrap', 'aws://000000000000/us-east-1'),
    deploy: () => deploy(...context({})),
    deployGuarded: (settings) => deploy('--all', '--app', GUARDED_APP, ...context(settings)),
    destroy: (settings) => run('destroy', '--all', '--force', '--app', GUARDED_APP, ...context(settings)),
  };
}

const GUARDED_APP = 'node test/deploy/guarded-app.ts';

function context(settings: Settings): readonly string[] {
  return Object.entries({ ...SETTINGS, ...settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
