import { beforeAll, describe, expect, test } from 'vitest';
import type { SystemPermission } from '#shared/domain/access/system-api.ts';
import { SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import { createApi, createApiToken, createRole } from '#test/support/arrange/creations.ts';
import { type Manage, manageWith, succeed } from '#test/support/arrange/manage.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { createApplication, grantPermissions } from '#test/support/clients/applications.ts';
import { createServiceUser } from '#test/support/clients/service-users.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import type { Acme } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
let tenant: string;
/** An application that manages tenants' machines and members, and may do nothing else. */
let asProvisioning: Manage;
/** A role that gives what the application holds, and one that gives more. */
let within: string;
let beyond: string;
beforeAll(async () => {
  tenant = `/v1/tenants/${acme.tenantId}`;
  asProvisioning = await applicationWith('write:tenant-tokens', 'write:service-users', 'write:members');
  within = await roleWith('write:service-users');
  beyond = await roleWith('write:service-users', 'write:tenant-roles');
});

async function applicationWith(...permissions: readonly SystemPermission[]): Promise<Manage> {
  const application = await createApplication(world);
  await grantPermissions(world, application, SYSTEM_API_ID, permissions);
  return manageWith(world, await world.tokenFor(application));
}

function roleWith(...permissions: readonly SystemPermission[]): Promise<string> {
  return createRole(
    world,
    permissions.map((value) => ({ api: `${world.url}/v1/`, value })),
  );
}

describe('C8: a caller of the workspace', () => {
  test.each([
    ['a new tenant token', 'POST', () => `${tenant}/api-tokens`, { description: 'new' }],
    ['a tenant token', 'PATCH', () => `${tenant}/api-tokens/${acme.tenantToken.clientId}`, {}],
    ['a new service user', 'POST', () => `${tenant}/service-users`, { name: 'new' }],
    ['a service user', 'PATCH', () => createServiceUser(world, acme.tenantId, []), {}],
    ['a member', 'PUT', () => `${tenant}/members/${acme.userId}`, {}],
  ] as const)('gives %s no role with more of the management API than it holds', async (_what, method, at, body) => {
    const path = await at();
    const reply = await asProvisioning(method, path, { ...body, roleIds: [within, beyond] });
    expect(seen(reply)).toEqual(problem(403, 'forbidden'));
    await succeed(asProvisioning(method, path, { ...body, roleIds: [within, acme.writerRoleId] }));
    await succeed(world.manage(method, path, { ...body, roleIds: [beyond] }));
  });

  test('cannot control a service user that has a stronger role', async () => {
    const path = await createServiceUser(world, acme.tenantId, [beyond]);
    const acts = [
      ['PATCH', path, { roleIds: [] }],
      ['POST', `${path}/secrets`, { title: 'mine' }],
      ['POST', `${path}/keys`, { title: 'mine' }],
    ] as const;
    for (const [method, at, body] of acts) {
      expect(seen(await asProvisioning(method, at, body))).toEqual(problem(403, 'forbidden'));
    }
  });
});

describe('Sound 3: C8: a token', () => {
  const LEVEL = 1;
  const management = (...values: readonly SystemPermission[]) =>
    values.map((value) => ({ api: `${world.url}/v1/`, value }));
  /** Makes requests with a token of Acme that has a strong role; `scope` narrows the token. */
  const managerWith = async (permissions: readonly SystemPermission[], scope?: SystemPermission) => {
    const roleIds = [await createRole(world, management(...permissions), LEVEL)];
    const credentials = await createApiToken(world, acme.tenantId, { roleIds });
    const request = { audience: `${world.url}/v1/`, ...(scope !== undefined && { scope }) };
    return { ...credentials, ask: manageWith(world, await world.tokenFor(credentials, request)) };
  };

  test('with a strong level gives no role with more of the management API than it permits', async () => {
    const manager = await managerWith(['write:tenant-tokens']);
    const weaker = await createRole(world, management('write:service-users'), LEVEL + 1);
    const held = await createRole(world, management('write:tenant-tokens'), LEVEL + 1);
    const make = (roleId: string) =>
      manager.ask('POST', `${tenant}/api-tokens`, { description: 'tool', roleIds: [roleId] });
    expect(seen(await make(weaker))).toEqual(problem(403, 'forbidden'));
    expect((await make(held)).status).toBe(201);
  });

  test('with a strong level gets no secret of a token with more of the management API than it permits', async () => {
    const manager = await managerWith(['write:tenant-tokens']);
    const other = await managerWith(['write:tenant-tokens', 'write:service-users']);
    const replies = [
      await manager.ask('POST', `${tenant}/api-tokens/${other.clientId}/secrets`, {}),
      await manager.ask('PATCH', `${tenant}/api-tokens/${other.clientId}`, { description: 'mine' }),
    ];
    expect(replies.map(seen)).toEqual(Array(2).fill(problem(403, 'forbidden')));
  });

  test('that was narrowed by a scope makes no token with more than this scope', async () => {
    const permissions = ['write:tenant-tokens', 'write:service-users'] as const;
    const [narrow, wide] = [await managerWith(permissions, 'write:tenant-tokens'), await managerWith(permissions)];
    const roleIds = [await createRole(world, management(...permissions), LEVEL)];
    for (const [{ ask, clientId }, status] of [[narrow, 403] as const, [wide, 201] as const]) {
      const created = await ask('POST', `${tenant}/api-tokens`, { description: 'tool', roleIds });
      const secret = await ask('POST', `${tenant}/api-tokens/${clientId}/secrets`, {});
      expect([created.status, secret.status]).toEqual([status, status]);
    }
  });

  test('that may only add members gives no default role with more of the management API than it permits', async () => {
    const asMembers = await applicationWith('write:members');
    const { id } = await succeed(
      world.manage('POST', `${tenant}/roles`, {
        ...{ key: 'keeper', name: 'Keeper', level: LEVEL, permissions: management('write:tenant-tokens') },
        isDefault: true,
      }),
    );
    const { id: userId } = await succeed(world.manage('POST', '/v1/users', { email: 'sound@example.com' }));
    const path = `${tenant}/members/${userId}`;
    expect(seen(await asMembers('PUT', path, {}))).toEqual(problem(403, 'forbidden'));
    expect((await asMembers('PUT', path, { roleIds: [] })).status).toBe(200);
    await succeed(world.manage('DELETE', path));
    expect((await world.manage('PUT', path, {})).body).toMatchObject({ roleIds: [id] });
    await succeed(world.manage('DELETE', `${tenant}/roles/${id}`));
  });
});

test('T6: a tenant learns of no API by naming its permissions for a token', async () => {
  await createApi(world, 'https://api.example.com/secret-project', ['read']);
  const { clientId, clientSecret } = await succeed<Acme['tenantToken']>(
    world.manage('POST', `${tenant}/api-tokens`, {
      description: 'm',
      roleIds: [await roleWith('write:tenant-tokens')],
    }),
  );
  const asTenant = manageWith(world, await world.tokenFor({ clientId, clientSecret }));
  for (const [api, value] of [
    ['https://api.example.com/secret-project', 'read'],
    ['https://api.example.com/secret-project', 'write'],
    ['https://api.example.com/no-project', 'read'],
  ]) {
    const permissions = [{ api, value }];
    const created = await asTenant('POST', `${tenant}/api-tokens`, { description: 'probe', permissions });
    expect(seen(created)).toEqual(problem(403, 'forbidden', 'permissions'));
  }
});
