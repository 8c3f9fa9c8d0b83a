import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type CfnElement } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { IConstruct } from 'constructs';
import type { MintmarkProps } from '#infra/mintmark-props.ts';
import { MintmarkStack } from '#infra/stack.ts';
import { tables } from '#shared/api/tables.ts';

/** Shared by the files of a process; goes with all temporary folders when the test run ends. */
const directory = mkdtempSync(join(tmpdir(), 'mintmark-synthesis-'));

/** The example of cdk.json. */
export const reports = {
  audience: 'https://api.example.com/reports',
  mode: 'online',
  routes: { 'GET /reports': 'read:reports', 'POST /reports': 'write:reports' },
} as const;

export interface Prepared {
  readonly app: App;
  readonly stack: MintmarkStack;
}

/**
 * Mintmark in an app that may still grow. Its bundles hold nothing, since what is in them does not show in a template;
 * CDK's own check against CloudFormation's schemas, two seconds per process, is left to `npm run synth`.
 */
export function prepare(props: MintmarkProps = {}): Prepared {
  const app = new App({ outdir: mkdtempSync(join(directory, 'out-')), builtinCloudFormationValidation: false });
  const bundlesDirectory = emptyBundles();
  return { app, stack: new MintmarkStack(app, 'Mintmark', { bundlesDirectory, protectedApis: { reports }, ...props }) };
}

export interface Synthesized extends Prepared {
  readonly template: Template;
}

/** Mintmark as a template. */
export function synthesize(props: MintmarkProps = {}): Synthesized {
  const prepared = prepare(props);
  return { ...prepared, template: Template.fromStack(prepared.stack) };
}

/** A folder with an empty bundle for every Lambda. */
function emptyBundles(): string {
  const bundles = join(directory, 'bundles');
  for (const { name } of tables) {
    mkdirSync(join(bundles, name), { recursive: true });
    writeFileSync(join(bundles, name, 'index.mjs'), '');
  }
  return bundles;
}

/** The logical id of the one resource that a construct stands for. */
export function logicalIdOf(construct: IConstruct, { stack }: Prepared): string {
  return stack.resolve(stack.getLogicalId(construct.node.defaultChild as CfnElement));
}

/** The properties of the one resource that a construct stands for. */
export function propertiesOf(construct: IConstruct, deployment: Synthesized): Readonly<Record<string, unknown>> {
  return deployment.template.toJSON().Resources[logicalIdOf(construct, deployment)].Properties;
}
