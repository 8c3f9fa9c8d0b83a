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
import { METRIC_MATH_ALARMS } from './deviations.ts';
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

/**
 * Adds an algorithm, and changes a setting that functions have in their environment. A signing key may come meanwhile, by
 * the clock.
 */
async function update({ emulator, cdk, story }: Deployment): Promise<string> {
  const before = await listResources(emulator);
  const { Issuer } = await cdk.deploy({
    defaultAudience: REPORTS,
    signingAlgorithms: JSON.stringify(['RS256', 'ES256']),
    alarms: JSON.stringify({ omit: [...METRIC_MATH_ALARMS, 'SigningQuotaES256'] }),
  });
  const after = await listResources(emulator);
  deepStrictEqual({ issuer: Issuer, lost: missing(before, after) }, { issuer: story.url, lost: NOTHING });
  deepStrictEqual([before.algorithms, after.algorithms], [['rs256'], ['es256', 'rs256']]);
  return `the same ${before.tables.length} tables and ${before.keys.length} keys, and a key for ES256`;
}

/** The resources that were there before and are no longer there. */
function missing(before: Resources, after: Resources): Resources {
  return {
    tables: before.tables.filter((name) => !after.tables.includes(name)),
    keys: before.keys.filter((id) => !after.keys.includes(id)),
    logGroups: before.logGroups.filter((name) => !after.logGroups.includes(name)),
    algorithms: before.algorithms.filter((name) => !after.algorithms.includes(name)),
  };
}

async function findListeners({ emulator }: Deployment): Promise<string> {
  const { onLoopback, elsewhere } = listenersOf(emulator.processId);
  notDeepStrictEqual(onLoopback, []);
  deepStrictEqual(elsewhere, []);
  return `${onLoopback.length} on loopback, 0 elsewhere`;
}

/** Nothing that costs money is left: keys that wait for their deletion are free. */
async function destroy({ emulator, cdk }: Deployment): Promise<string> {
  const { keys } = await listResources(emulator);
  await cdk.destroy();
  const { algorithms: _aliases, ...left } = await listResources(emulator);
  deepStrictEqual(left, { tables: [], keys: [], logGroups: [] });
  return `no table, log group or key left, of ${keys.length} keys`;
}

const NOTHING: Resources = { tables: [], keys: [], logGroups: [], algorithms: [] };

/** Requests that no route serves: method, path, status, and the methods that the answer allows. */
const UNSERVED = [
  ['GET', '/wp-login.php', 404, null],
  ['GET', '/', 404, null],
  ['GET', '/oauth/token', 405, 'POST'],
  ['DELETE', '/v1/tenants', 405, 'GET, HEAD, POST'],
  ['PUT', '/v1/tenants/ten_0000000000000000000000/api-tokens', 405, 'GET, HEAD, POST'],
  ['HEAD', '/.well-known/jwks.json', 200, null],
  ['HEAD', '/v1/tenants', 401, null],
] as const;

/** The default route answers as on one machine; `test/e2e/http/unserved.test.ts` states it for each path. */
async function refuseUnserved({ story: { url } }: Deployment): Promise<string> {
  const answers = UNSERVED.map(async ([method, path]) => {
    const { status, headers } = await fetch(url + path, { method });
    const allowed = headers.get('allow')?.split(', ').toSorted().join(', ') ?? null;
    return [method, path, status, allowed];
  });
  deepStrictEqual(await Promise.all(answers), UNSERVED);
  return '404, and 405 with Allow';
}

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
  { name: 'what no route serves', run: refuseUnserved },
  { name: 'only loopback listens', run: findListeners },
  { name: 'cdk deploy with another setting', run: update },
  { name: 'exchange as before', run: ({ story }) => exchangeAsBefore(story, story.tenantToken) },
  { name: 'cdk destroy', run: destroy },
];
