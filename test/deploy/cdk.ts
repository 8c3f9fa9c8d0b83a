import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '#test/support/documents/command.ts';
import { METRIC_MATH_ALARMS } from './deviations.ts';
import type { Emulator } from './emulator.ts';

const root = join(import.meta.dirname, '../..');

const CDK = join(root, 'node_modules/aws-cdk/bin/cdk');

/** The settings of the deployment: as few as the emulator allows. */
const SETTINGS = { removalPolicy: 'destroy', alarms: JSON.stringify({ omit: METRIC_MATH_ALARMS }) };

/** The outputs of the stack `Mintmark`. */
export type Outputs = Readonly<Record<string, string>>;

/** The CDK command line, on this repository's app and in the emulator's account. */
export interface Cdk {
  bootstrap(): Promise<void>;
  /** Deploys the app with more settings, and returns the outputs. */
  deploy(settings?: Readonly<Record<string, string>>): Promise<Outputs>;
  destroy(): Promise<void>;
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
  return {
    bootstrap: () => run('bootstrap', 'aws://000000000000/us-east-1'),
    async deploy(settings = {}) {
      await run('deploy', '--require-approval', 'never', '--outputs-file', outputsFile, ...context(settings));
      return JSON.parse(readFileSync(outputsFile, 'utf8')).Mintmark;
    },
    destroy: () => run('destroy', '--force', ...context({})),
  };
}

function context(settings: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries({ ...SETTINGS, ...settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
