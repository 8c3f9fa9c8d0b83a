import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type CfnElement } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { IConstruct } from 'constructs';
import type { MintmarkProps } from '#infra/mintmark-props.ts';
import { MintmarkStack } from '#infra/stack.ts';
import { tables } from '#shared/api/tables.ts';

/** A folder for the test files of this process. It is deleted with all temporary folders at the end of the run. */
const directory = mkdtempSync(join(tmpdir(), 'mintmark-synthesis-'));

/** An API behind the authorizer, as a deployment would name it. */
export const reports = {
  audience: 'https://api.example.com/reports',
  mode: 'online',
  routes: { 'GET /reports': 'read:reports', 'POST /reports': 'write:reports' },
} as const;

/** What makes a deployment complete: something to protect, and an address from which mails come. */
const complete = { protectedApis: { reports }, mailFrom: 'login@auth.example.com' };

/** An app with a stack of Mintmark, before synthesis. */
export interface Prepared {
  readonly app: App;
  readonly stack: MintmarkStack;
}

/**
 * Creates an app with Mintmark; a test can add to it before synthesis. Its bundles are empty, because a template does
 * not show their content. CDK's check against CloudFormation's schemas takes two seconds and is left to `npm run
 * synth`.
 */
export function prepare(props: MintmarkProps = {}): Prepared {
  const app = new App({ outdir: mkdtempSync(join(directory, 'out-')), builtinCloudFormationValidation: false });
  const bundlesDirectory = emptyBundles();
  return { app, stack: new MintmarkStack(app, 'Mintmark', { bundlesDirectory, ...complete, ...props }) };
}

/** The same with the synthesized template. */
export interface Synthesized extends Prepared {
  readonly template: Template;
}

/** Synthesizes Mintmark to a template. */
export function synthesize(props: MintmarkProps = {}): Synthesized {
  const prepared = prepare(props);
  return { ...prepared, template: Template.fromStack(prepared.stack) };
}

/** Makes a folder with an empty bundle for each Lambda. */
function emptyBundles(): string {
  const bundles = join(directory, 'bundles');
  for (const { name } of tables) {
    mkdirSync(join(bundles, name), { recursive: true });
    writeFileSync(join(bundles, name, 'index.mjs'), '');
  }
  return bundles;
}

/** Returns the logical id of a construct's resource. */
export function logicalIdOf(construct: IConstruct, { stack }: Prepared): string {
  return stack.resolve(stack.getLogicalId(construct.node.defaultChild as CfnElement));
}

/** Returns the properties of a construct's resource. */
export function propertiesOf(construct: IConstruct, deployment: Synthesized): Readonly<Record<string, unknown>> {
  return deployment.template.toJSON().Resources[logicalIdOf(construct, deployment)].Properties;
}
