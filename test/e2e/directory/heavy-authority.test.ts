import { expect, test } from 'vitest';
import { createRole } from '#test/support/arrange/creations.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { registerApi } from '#test/support/clients/applications.ts';
import { prepared, useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import type { Credentials } from '#test/support/world/world.ts';

const world = useWorld();
const acme = useAcme(world);
const manage = useManage(world);

/** 40 permissions with long names: more than the 8 KiB of one role. 30 of them are less. */
const values = Array.from({ length: 40 }, (_, serial) => `read:${String(serial).padStart(3, '0')}:${'x'.repeat(100)}`);
const api = prepared(() => registerApi(world, values, { identifier: `https://api.example.com/${'y'.repeat(60)}` }));
const named = (count: number) => values.slice(0, count).map((value) => ({ api: api.identifier, value }));
const FITTING = 30;
const makeRoles = (count: number) => Promise.all(Array.from({ length: count }, () => createRole(world, named(1))));
const tokens = () => `/v1/tenants/${acme.tenantId}/api-tokens`;
const members = () => `/v1/tenants/${acme.tenantId}/members/${acme.userId}`;
const JSON_TYPE = { 'content-type': 'application/json' };

test('Sound 5: a role takes 8 KiB of permissions and no more', async () => {
  const id = await createRole(world, named(FITTING));
  const refused = await manage('PATCH', `/v1/roles/${id}`, { permissions: named(values.length) });
  const created = await manage('POST', '/v1/roles', {
    key: 'heavy',
    name: 'Heavy',
    level: 100,
    permissions: named(values.length),
  });
  expect([seen(refused), seen(created)]).toEqual(Array(2).fill(problem(400, 'invalid_request', 'permissions')));
});

test('Sound 5: a principal gets 20 roles and no more, and keeps the roles that it has', async () => {
  const roleIds = await makeRoles(21);
  const refusals = [
    await manage('POST', tokens(), { description: 'x', roleIds }),
    await manage('POST', `/v1/tenants/${acme.tenantId}/service-users`, { name: 'x', roleIds }),
    await manage('PUT', members(), { roleIds }, JSON_TYPE),
  ];
  const most = roleIds.slice(0, 20);
  const { clientId } = await succeed<{ clientId: string }>(
    manage('POST', tokens(), { description: 'x', roleIds: most }),
  );
  const same = await succeed<{ roleIds: string[] }>(manage('PATCH', `${tokens()}/${clientId}`, { roleIds: most }));
  expect([refusals.map(seen), same.roleIds]).toEqual([Array(3).fill(problem(400, 'invalid_request', 'roleIds')), most]);
});

test('Sound 5: the roles of a principal have 160 KiB at most, however much each grows after it was assigned', async () => {
  const roleIds = await makeRoles(20);
  const holder = await succeed<Credentials>(manage('POST', tokens(), { description: 'x', roleIds }));
  const grow = async (id: string, count: number) =>
    (await manage('PATCH', `/v1/roles/${id}`, { permissions: named(count) })).status;
  const stored = async (id: string) => {
    const { permissions } = (await manage('GET', `/v1/roles/${id}`)).body as { permissions: readonly object[] };
    return JSON.stringify(permissions.map((permission) => ({ apiId: api.id, ...permission }))).length;
  };
  const beyond = await Promise.all(roleIds.map((id) => grow(id, values.length)));
  const fitting = await Promise.all(roleIds.map((id) => grow(id, FITTING)));
  const bytes = (await Promise.all(roleIds.map(stored))).reduce((sum, each) => sum + each, 0);
  const form = { grant_type: 'client_credentials', audience: api.identifier, scope: values[0] ?? '' };
  const exchange = await world.post('/oauth/token', holder, form);
  expect([beyond, fitting, exchange.status]).toEqual([Array(20).fill(400), Array(20).fill(200), 200]);
  expect([bytes > 20 * 7_000, bytes <= 20 * 8_192]).toEqual([true, true]);
});

test('Sound 5: a new member gets all default roles, which are 20 at most', async () => {
  const roles = [...(await makeRoles(11)).map((id) => `/v1/roles/${id}`), ...(await tenantRoles(11))];
  const statuses = [];
  for (const path of roles) statuses.push((await manage('PATCH', path, { isDefault: true })).status);
  const { id } = await succeed<{ id: string }>(manage('POST', '/v1/users', { email: 'grace@example.com' }));
  const path = `/v1/tenants/${acme.tenantId}/members/${id}`;
  const { roleIds } = await succeed<{ roleIds: string[] }>(manage('PUT', path, {}, JSON_TYPE));
  const ofEach = [...Array(10).fill(200), 409];
  expect([statuses, roleIds.length]).toEqual([[...ofEach, ...ofEach], 20]);
});

async function tenantRoles(count: number): Promise<readonly string[]> {
  const path = `/v1/tenants/${acme.tenantId}/roles`;
  const make = async (_: unknown, serial: number) => {
    const role = { key: `own-${serial}`, name: 'Own', level: 100, permissions: named(1) };
    return `${path}/${(await succeed<{ id: string }>(manage('POST', path, role))).id}`;
  };
  return Promise.all(Array.from({ length: count }, make));
}
