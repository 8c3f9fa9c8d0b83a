import { deepStrictEqual, notDeepStrictEqual } from 'node:assert/strict';
import { delegating } from '#infra/local/demo/delegating.ts';
import { exchangeAsBefore, exchanging } from '#infra/local/demo/exchanging.ts';
import { founding, REPORTS } from '#infra/local/demo/founding.ts';
import { issuing } from '#infra/local/demo/issuing.ts';
import { rotating } from '#infra/local/demo/rotating.ts';
import type { Story } from '#infra/local/demo/story.ts';
import type { Step } from '#infra/local/demo/tell.ts';
import { invoke, listResources, type Resources } from './account.ts';
import type { Cdk } from './cdk.ts';
import type { Emulator } from './emulator.ts';
import { listenersOf } from './listening.ts';

/** A deployment into the emulator, and the story that is told there. */
export interface Deployment {
  readonly emulator: Emulator;
  readonly cdk: Cdk;
  readonly story: Story;
}

async function bootstrapAccount({ cdk }: Deployment): Promise<string> {
  await cdk.bootstrap();
  return 'CDKToolkit';
}

async function deploy({ emulator, cdk, story }: Deployment): Promise<string> {
  const { Issuer = '', BootstrapFunctionName = '' } = await cdk.deploy();
  story.url = Issuer;
  story.bootstrap = () => invoke(emulator, BootstrapFunctionName);
  return Issuer;
}

/** Changes a setting that functions have in their environment. A signing key may come meanwhile, by the clock. */
async function update({ emulator, cdk, story }: Deployment): Promise<string> {
  const before = await listResources(emulator);
  const { Issuer } = await cdk.deploy({ defaultAudience: REPORTS });
  const after = await listResources(emulator);
  deepStrictEqual({ issuer: Issuer, lost: missing(before, after) }, { issuer: story.url, lost: NOTHING });
  return `the same ${before.tables.length} tables and ${before.keys.length} keys`;
}

/** The resources that were there before and are no longer there. */
function missing(before: Resources, after: Resources): Resources {
  return {
    tables: before.tables.filter((name) => !after.tables.includes(name)),
    keys: before.keys.filter((id) => !after.keys.includes(id)),
    logGroups: before.logGroups.filter((name) => !after.logGroups.includes(name)),
  };
}

async function findListeners({ emulator }: Deployment): Promise<string> {
  const { onLoopback, elsewhere } = listenersOf(emulator.processId);
  notDeepStrictEqual(onLoopback, []);
  deepStrictEqual(elsewhere, []);
  return `${onLoopback.length} on loopback, 0 elsewhere`;
}

async function destroy({ emulator, cdk }: Deployment): Promise<string> {
  await cdk.destroy();
  const { keys, ...rest } = await listResources(emulator);
  deepStrictEqual(rest, { tables: [], logGroups: [] });
  return `no table or log group left; keys left: ${keys.join(', ') || 'none'}`;
}

const NOTHING: Resources = { tables: [], keys: [], logGroups: [] };

/** Takes steps of the demo that need only an issuer: the demo's own start and its sample API are local. */
function told(steps: readonly Step<Story>[]): readonly Step<Deployment>[] {
  return steps.map(({ name, run }) => ({ name, run: ({ story }) => run(story) }));
}

/** From an empty account over a deployment, a story and an update, back to an empty account. */
export const steps: readonly Step<Deployment>[] = [
  { name: 'cdk bootstrap', run: bootstrapAccount },
  { name: 'cdk deploy', run: deploy },
  ...told(founding.slice(1)),
  ...told(issuing),
  ...told(exchanging),
  ...told(delegating),
  ...told(rotating),
  { name: 'only loopback listens', run: findListeners },
  { name: 'cdk deploy with another setting', run: update },
  { name: 'exchange as before', run: ({ story }) => exchangeAsBefore(story, story.tenantToken) },
  { name: 'cdk destroy', run: destroy },
];
