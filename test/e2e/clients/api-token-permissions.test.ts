import { decodeJwt } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { createApi, createApiToken, createRole, type PermissionName } from '#test/support/arrange/creations.ts';
import { type Manage, manageWith, succeed } from '#test/support/arrange/manage.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { exchangeOutcome, introspectedScope } from '#test/support/ask/scope-or-refusal.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import { type Credentials, REPORTS } from '#test/support/world/world.ts';

const LEDGER = 'https://api.example.com/ledger';
const read = { api: REPORTS, value: 'read:reports' };
const write = { api: REPORTS, value: 'write:reports' };

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const manage = useManage(world);
/** A manager of Acme's tokens that may read reports. */
let asManager: Manage;
let system: (value: string) => PermissionName;
let managerRoleId: string;
beforeAll(async () => {
  system = (value) => ({ api: `${world.url}/v1/`, value });
  await createApi(world, LEDGER, ['read']);
  const held = [read, system('read:tenant-tokens'), system('write:tenant-tokens')];
  managerRoleId = await createRole(world, held);
  asManager = await managerWith({ roleIds: [managerRoleId] });
});

const tokens = () => `/v1/tenants/${acme.tenantId}/api-tokens`;
const pathOf = ({ clientId }: Credentials) => `${tokens()}/${clientId}`;
const create = (permissions: readonly PermissionName[], by = manage) =>
  succeed<Credentials>(by('POST', tokens(), { description: 'direct', permissions }));
const post = (permissions: readonly unknown[], by = manage) =>
  by('POST', tokens(), { description: 'direct', permissions });
async function managerWith(body: object): Promise<Manage> {
  const credentials = await succeed<Credentials>(manage('POST', tokens(), { description: 'manager', ...body }));
  return manageWith(world, await world.tokenFor(credentials, { audience: `${world.url}/v1/` }));
}
const FORBIDDEN = problem(403, 'forbidden', 'permissions');

describe('an API token with permissions of its own', () => {
  test('may use these permissions, has no roles, and shows the permissions', async () => {
    const credentials = await create([read]);
    expect((await manage('GET', pathOf(credentials))).body).toMatchObject({ roleIds: [], permissions: [read] });
    const token = await world.tokenFor(credentials);
    expect(decodeJwt(token)).toMatchObject({ scope: 'read:reports', roles: [], permissions: ['read:reports'] });
    const refused = await exchangeOutcome(world, credentials, { scope: 'write:reports' });
    expect([await introspectedScope(world, token), refused]).toEqual(['read:reports', '400 invalid_scope']);
    expect(await exchangeOutcome(world, credentials, { audience: LEDGER })).toBe('400 invalid_target');
  });

  test('C9: loses at once the permissions that its API no longer declares', async () => {
    const api = 'https://api.example.com/shrinking';
    await createApi(world, api, ['read', 'write']);
    const { items } = (await manage('GET', '/v1/apis?limit=100')).body as {
      items: { id: string; identifier: string }[];
    };
    const credentials = await create([
      { api, value: 'read' },
      { api, value: 'write' },
    ]);
    const token = await world.tokenFor(credentials);
    const id = items.find(({ identifier }) => identifier === api)?.id;
    await succeed(manage('PATCH', `/v1/apis/${id}`, { permissions: [{ value: 'read' }] }));
    expect([await introspectedScope(world, token), await exchangeOutcome(world, credentials, {})]).toEqual([
      'read',
      'read',
    ]);
    await manage('DELETE', `/v1/apis/${id}`);
    await createApi(world, api, ['read', 'write']);
    expect([
      await introspectedScope(world, token),
      await exchangeOutcome(world, credentials, { audience: api }),
    ]).toEqual([undefined, '400 invalid_target']);
  });

  test('C9: changes them, or has roles in their place, and the other way round', async () => {
    const credentials = await create([read]);
    const token = await world.tokenFor(credentials);
    const rolesAndScopes = async (patch: object) => {
      const { roleIds, permissions } = await succeed<{ roleIds: unknown; permissions?: unknown }>(
        manage('PATCH', pathOf(credentials), patch),
      );
      return [roleIds, permissions, await exchangeOutcome(world, credentials), await introspectedScope(world, token)];
    };
    const both = 'read:reports write:reports';
    expect(await rolesAndScopes({ permissions: [read, write] })).toEqual([[], [read, write], both, 'read:reports']);
    expect(await rolesAndScopes({ description: 'same' })).toEqual([[], [read, write], both, 'read:reports']);
    const { writerRoleId } = acme;
    expect(await rolesAndScopes({ roleIds: [writerRoleId] })).toEqual([
      [writerRoleId],
      undefined,
      'write:reports',
      undefined,
    ]);
    expect(await rolesAndScopes({ permissions: [read] })).toEqual([[], [read], 'read:reports', 'read:reports']);
    expect(await rolesAndScopes({ permissions: [] })).toEqual([[], [], '400 invalid_target', undefined]);
  });

  test.each([
    ['a permission that the API does not declare', [{ ...read, value: 'delete:reports' }]],
    ['a permission at an API that does not exist', [{ ...read, api: 'https://api.example.com/none' }]],
    ['a permission twice', [read, read]],
  ])('never names %s', async (_what, permissions) => {
    const refused = problem(400, 'invalid_request', 'permissions');
    expect(seen(await post(permissions))).toEqual(refused);
    const credentials = await create([read]);
    expect(seen(await manage('PATCH', pathOf(credentials), { permissions }))).toEqual(refused);
  });

  test('cannot have roles too', async () => {
    const both = { description: 'both', roleIds: [acme.readerRoleId], permissions: [read] };
    const refused = problem(400, 'invalid_request', 'permissions');
    expect(seen(await manage('POST', tokens(), both))).toEqual(refused);
    expect(seen(await manage('PATCH', pathOf(acme.tenantToken), both))).toEqual(refused);
  });

  test("A18: is a tenant's, never a member's", async () => {
    const path = `/v1/tenants/${acme.tenantId}/members/${acme.userId}/api-tokens`;
    const refused = problem(400, 'invalid_request', 'permissions');
    expect(seen(await manage('POST', path, { description: 'mine', permissions: [write] }))).toEqual(refused);
    const personal = await succeed<Credentials>(manage('POST', path, { description: 'mine' }));
    await manage('PATCH', `${path}/${personal.clientId}`, { permissions: [write] });
    expect(await exchangeOutcome(world, personal)).toBe('read:reports');
  });
});

describe('C8: a caller of a tenant that gives permissions to API tokens', () => {
  test('gives the permissions that it holds through its roles', async () => {
    const credentials = await create([read], asManager);
    expect(await exchangeOutcome(world, credentials)).toBe('read:reports');
    await succeed(asManager('PATCH', pathOf(credentials), { permissions: [read, system('read:tenant-tokens')] }));
  });

  test('gives no other permissions, neither when creating nor when changing', async () => {
    const mine = await create([read], asManager);
    for (const more of [write, { api: LEDGER, value: 'read' }]) {
      expect(seen(await post([read, more], asManager))).toEqual(FORBIDDEN);
      expect(seen(await asManager('PATCH', pathOf(mine), { permissions: [more] }))).toEqual(FORBIDDEN);
    }
    expect(seen(await post([system('write:roles')], asManager))).toEqual(problem(403, 'forbidden'));
    expect(await exchangeOutcome(world, mine)).toBe('read:reports');
  });

  test('cannot change a token that may do more than the caller itself', async () => {
    const strong = await create([read, write]);
    const acts = [
      ['PATCH', '', { description: 'mine' }],
      ['PATCH', '', { permissions: [read] }],
      ['PATCH', '', { roleIds: [] }],
      ['POST', '/secrets', {}],
      ['POST', '/secrets/rotate', { graceSeconds: 60 }],
    ] as const;
    for (const [method, path, body] of acts) {
      expect(seen(await asManager(method, pathOf(strong) + path, body))).toEqual(FORBIDDEN);
    }
    expect((await manage('GET', pathOf(strong))).body).toMatchObject({ version: 1, permissions: [read, write] });
  });

  test('gives permissions that it holds directly, but no role, not even the weakest', async () => {
    const direct = await managerWith({ permissions: [read, system('write:tenant-tokens')] });
    await create([read], direct);
    const weak = await createRole(world, [], 10_000);
    const reply = await direct('POST', tokens(), { description: 'weak', roleIds: [weak] });
    expect(seen(reply)).toEqual(problem(403, 'forbidden', 'roleIds'));
    expect(seen(await post([write], direct))).toEqual(FORBIDDEN);
  });

  test('gives nothing of the management API that its access token leaves out', async () => {
    const credentials = await createApiToken(world, acme.tenantId, { roleIds: [managerRoleId] });
    const parameters = { audience: `${world.url}/v1/`, scope: 'write:tenant-tokens' };
    const narrowed = manageWith(world, await world.tokenFor(credentials, parameters));
    expect(seen(await post([system('read:tenant-tokens')], narrowed))).toEqual(problem(403, 'forbidden'));
    expect((await post([system('write:tenant-tokens')], narrowed)).status).toBe(201);
  });

  test('C9: gives nothing that its roles have lost since it got its access token', async () => {
    const roleId = await createRole(world, [read, write, system('write:tenant-tokens')]);
    const manager = await managerWith({ roleIds: [roleId] });
    expect((await post([write], manager)).status).toBe(201);
    await succeed(manage('PATCH', `/v1/roles/${roleId}`, { permissions: [read, system('write:tenant-tokens')] }));
    expect(seen(await post([write], manager))).toEqual(FORBIDDEN);
    expect((await post([read], manager)).status).toBe(201);
  });
});

test('C8: a caller of the workspace gives every permission, but of the management API only permissions that it holds', async () => {
  const application = await succeed<Credentials>(manage('POST', '/v1/applications', { name: 'provisioning' }));
  const grant = `/v1/applications/${application.clientId}/grants/api_0000000000000000000000`;
  await succeed(manage('PUT', grant, { permissions: ['write:tenant-tokens'] }));
  const provisioning = manageWith(world, await world.tokenFor(application));
  expect((await post([read, write, system('write:tenant-tokens')], provisioning)).status).toBe(201);
  expect(seen(await post([system('read:tenant-tokens')], provisioning))).toEqual(problem(403, 'forbidden'));
  const strong = await create([system('read:tenant-tokens')]);
  expect(seen(await provisioning('POST', `${pathOf(strong)}/secrets`, {}))).toEqual(problem(403, 'forbidden'));
});
