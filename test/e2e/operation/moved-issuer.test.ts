import { expect, test } from 'vitest';
import { localFunctions } from '#infra/local/functions.ts';
import { startGateway } from '#infra/local/gateway/gateway.ts';
import { lambdaContext } from '#infra/local/gateway/lambda-context.ts';
import { functionRoutes } from '#infra/routes.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { settingsOf } from '#test/support/arrange/settings.ts';
import { type Deployment, reach } from '#test/support/world/deployment.ts';
import { useWorld } from '#test/support/world/use-world.ts';
import { type Credentials, unlimited } from '#test/support/world/world.ts';

/** The issuer of a data folder that an earlier version has made. */
const BEFORE = 'http://127.0.0.1:8787';
const CACHES_END_SECONDS = 60;

const world = useWorld();

/** The functions of the world with an issuer, which bootstrap makes the issuer of the workspace. */
async function moveTo(issuer: string) {
  const settings = settingsOf(world);
  const environment = (variable: Parameters<typeof settings>[0]) =>
    variable === 'MINTMARK_ISSUER' ? issuer : settings(variable);
  const functions = localFunctions(environment, { clock: () => world.clock, ...unlimited });
  const { clientId } = await functions.bootstrap({}, lambdaContext('bootstrap', 30_000));
  world.clock.advance(CACHES_END_SECONDS);
  return { functions, clientId };
}

/** Makes a tenant's token that may make tokens for its tenant, while the issuer is another one. */
async function makeManager(before: Deployment) {
  const create = async <Body>(path: string, body: object) => (await succeed(before.manage('POST', path, body))) as Body;
  const permissions = [{ api: `${BEFORE}/v1/`, value: 'write:tenant-tokens' }];
  const role = { key: 'manager', name: 'Manager', level: 80, permissions };
  const { id: roleId } = await create<{ id: string }>('/v1/roles', role);
  const { id: tenantId } = await create<{ id: string }>('/v1/tenants', { name: 'Acme' });
  const path = `/v1/tenants/${tenantId}/api-tokens`;
  return { roleId, path, manager: await create<Credentials>(path, { description: 'self-service', roleIds: [roleId] }) };
}

test('a workspace whose issuer was an address keeps administrator, roles and tokens when it is localhost', async () => {
  const { functions, clientId } = await moveTo(BEFORE);
  const httpRoutes = functionRoutes().map((route) => ({ ...route, handler: functions[route.functionName] }));
  const gateway = await startGateway({ httpRoutes });
  const before = reach({ url: gateway.url, admin: world.admin, clock: world.clock });
  const { roleId, path, manager } = await makeManager(before);
  await gateway.close();

  expect(await moveTo(world.url)).toMatchObject({ clientId });
  const parameters = { grant_type: 'client_credentials', audience: `${world.url}/v1/` };
  expect((await world.post('/oauth/token', manager, parameters)).body).toMatchObject({ scope: 'write:tenant-tokens' });
  const token = await world.tokenFor(manager, parameters);
  const description = 'made by the tenant itself';
  const made = await world.manage('POST', path, { description, roleIds: [roleId] }, token);
  expect(made).toMatchObject({ status: 201, body: { description, roleIds: [roleId] } });
});
