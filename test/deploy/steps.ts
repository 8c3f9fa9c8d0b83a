import { deepStrictEqual, notDeepStrictEqual } from 'node:assert/strict';
import { delegating } from '#infra/local/demo/delegating.ts';
import { exchangeAsBefore, exchanging } from '#infra/local/demo/exchanging.ts';
import { founding, REPORTS } from '#infra/local/demo/founding.ts';
import { issuing } from '#infra/local/demo/issuing.ts';
import { rotating } from '#infra/local/demo/rotating.ts';
import type { Story } from '#infra/local/demo/story.ts';
import type { Step } from '#infra/local/demo/tell.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { adoptReports } from '#test/support/world/world.ts';
import { invoke, listResources, type Resources, stopSchedule } from './account.ts';
import type { Cdk } from './cdk.ts';
import { METRIC_MATH_ALARMS_WITH_ES256 } from './deviations.ts';
import type { Emulator } from './emulator.ts';
import type { DeployedPolicies } from './iam/deployed-policies.ts';
import type { Ledger } from './iam/ledger.ts';
import type { Mishaps } from './iam/mishaps.ts';
import { listenersOf } from './listening.ts';
import { PROTECTED_APIS } from './story/guarded-api.ts';
import { permissionSteps } from './story/permission-steps.ts';
import { pasteReadme } from './story/readme.ts';
import { openSite, type Site } from './story/site.ts';

/** A deployment into the emulator, and the story that is told there. */
export interface Deployment {
  readonly emulator: Emulator;
  readonly cdk: Cdk;
  readonly story: Story;
  readonly policies: DeployedPolicies;
  readonly ledger: Ledger;
  readonly mishaps: Mishaps;
  /** Where functions reach AWS. */
  readonly checkpointUrl: string;
  /** The URL of the API of a team; empty until it is deployed. */
  apiUrl: string;
}

/** What the update adds: everything that gives functions more rights. */
const UPDATE = {
  defaultAudience: REPORTS,
  hs256Apis: 'true',
  signingAlgorithms: JSON.stringify(['RS256', 'ES256']),
  protectedApis: JSON.stringify(PROTECTED_APIS),
  alarms: JSON.stringify({ omit: METRIC_MATH_ALARMS_WITH_ES256 }),
};

async function bootstrapAccount({ cdk }: Deployment): Promise<string> {
  await cdk.bootstrap();
  return 'CDKToolkit';
}

async function deploy({ emulator, cdk, story, policies }: Deployment): Promise<string> {
  const { Issuer = '', BootstrapFunctionName = '' } = (await cdk.deploy()).Mintmark;
  story.url = Issuer;
  story.bootstrap = () => invoke(emulator, BootstrapFunctionName);
  policies.forget();
  await policies.roles();
  return Issuer;
}

/** From here on, signing keys change and rows of deleted records go only when the story says so. */
async function stopSchedules({ emulator }: Deployment): Promise<string> {
  const names = ['RotateSigningKeys', 'RemoveDeleted'];
  for (const name of names) await stopSchedule(emulator, name);
  return names.join(', ');
}

/** The update, and the end of the deployment, then meet a key that Mintmark has made. */
async function makeNextKey(deployment: Deployment): Promise<string> {
  await reachSite(deployment).invoke('rotate-signing-keys');
  return 'by Mintmark';
}

/** Changes settings that functions have in their environment, and adds an algorithm, an authorizer and an API. */
async function update(deployment: Deployment): Promise<string> {
  const { emulator, cdk, story } = deployment;
  const before = await listResources(emulator);
  const { Mintmark, Reports } = await cdk.deployGuarded(UPDATE);
  const after = await listResources(emulator);
  deployment.apiUrl = Reports?.Url ?? '';
  deepStrictEqual({ issuer: Mintmark.Issuer, lost: missing(before, after) }, { issuer: story.url, lost: NOTHING });
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

/** All rights of the deployment, of which the following steps have to use each. */
async function readPolicies({ policies, ledger }: Deployment): Promise<string> {
  policies.forget();
  const roles = [...(await policies.roles()).values()];
  const keys = await policies.keys();
  ledger.expect(roles, keys);
  return `${roles.length} roles, ${keys.length} keys`;
}

/** Lets the exchange delete a client, which no policy permits. The exceptions expect this refusal. */
async function tryJudge({ policies, checkpointUrl, emulator }: Deployment): Promise<string> {
  const { tables } = await listResources(emulator);
  const functionName = [...(await policies.roles()).keys()].find((name) => name.includes('ServiceExchangeFunction'));
  const response = await fetch(checkpointUrl, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${functionName}/20260101/us-east-1/dynamodb/aws4_request`,
      'x-amz-target': 'DynamoDB_20120810.DeleteItem',
    },
    body: JSON.stringify({ TableName: tables.find((name) => name.includes('Clients')), Key: { id: { S: 'cli_1' } } }),
  });
  const { __type: type } = (await response.json()) as { __type: string };
  deepStrictEqual([response.status, type], [400, 'AccessDeniedException']);
  return 'refused';
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
  await cdk.destroy(UPDATE);
  const { algorithms: _aliases, ...left } = await listResources(emulator);
  deepStrictEqual(left, { tables: [], keys: [], logGroups: [] });
  return `no table, log group or key left, of ${keys.length} keys`;
}

const NOTHING: Resources = { tables: [], keys: [], logGroups: [], algorithms: [] };

/** Requests that no route serves: method, path, status, and the methods that the answer allows. */
const UNSERVED = [
  ['GET', '/wp-login.php', 404, null],
  ['GET', '/', 404, null],
  ['GET', '/oauth/token', 405, 'OPTIONS, POST'],
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

/** Takes steps that use each right of the deployment. */
function permitted(steps: typeof permissionSteps): readonly Step<Deployment>[] {
  return steps.map(({ name, run }) => ({
    name,
    run: async (deployment) => run(await siteOf(deployment), deployment.apiUrl),
  }));
}

/** The site of a deployment. Its tenants share the API and the roles of the story. */
async function siteOf(deployment: Deployment): Promise<Site> {
  const known = sites.get(deployment) ?? reachSite(deployment);
  if (sites.has(deployment)) return known;
  sites.set(deployment, known);
  const { readerRoleId, writerRoleId } = deployment.story;
  const { items } = await succeed<{ items: readonly { id: string; identifier: string }[] }>(
    known.manage('GET', '/v1/apis'),
  );
  const apiId = items.find(({ identifier }) => identifier === REPORTS)?.id ?? '';
  adoptReports(known, { apiId, readerRoleId, writerRoleId });
  return known;
}

const sites = new WeakMap<Deployment, Site>();

/** The operator invokes functions by their names in the API tables, such as `rotate-signing-keys`. */
function reachSite({ emulator, story, policies, mishaps }: Deployment): Site {
  const nameOf = async (name: string) => {
    const part = name.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
    const names = [...(await policies.roles()).keys()];
    return names.find((candidate) => candidate.startsWith(`Mintmark-Service${part}`)) ?? '';
  };
  return openSite({
    url: story.url,
    admin: story.administrator,
    mishaps,
    invoke: async (name, event) => invoke(emulator, await nameOf(name), event),
  });
}

/** From an empty account over a deployment, a story, an update and each right, back to an empty account. */
export const steps: readonly Step<Deployment>[] = [
  { name: 'cdk bootstrap', run: bootstrapAccount },
  { name: 'cdk deploy', run: deploy },
  { name: 'stop two schedules', run: stopSchedules },
  ...told(founding.slice(1)),
  ...told(issuing),
  ...told(exchanging),
  ...told(delegating),
  ...told(rotating),
  { name: 'what no route serves', run: refuseUnserved },
  { name: 'paste README.md', run: ({ story }) => pasteReadme(story) },
  { name: 'only loopback listens', run: findListeners },
  { name: 'make the next signing key', run: makeNextKey },
  { name: 'cdk deploy with other settings', run: update },
  { name: 'read all policies', run: readPolicies },
  { name: 'the exchange deletes a client', run: tryJudge },
  { name: 'exchange as before', run: ({ story }) => exchangeAsBefore(story, story.tenantToken) },
  ...permitted(permissionSteps),
  { name: 'read the policies of new keys, too', run: readPolicies },
  { name: 'cdk destroy', run: destroy },
];
