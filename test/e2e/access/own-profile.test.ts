import { describe, expect, test } from 'vitest';
import { createApiToken, createRole } from '#test/support/arrange/creations.ts';
import { manageWith, succeed } from '#test/support/arrange/manage.ts';
import { type OwnAccount, ownAccount } from '#test/support/arrange/own-account.ts';
import { memberOfWorkspace } from '#test/support/arrange/workspace-members.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const globex = useAcme(world);
const manage = useManage(world);

const managementApi = () => `${world.url}/v1/`;

/** A new person who is a member of Acme with these roles. */
async function newMember(...roleIds: readonly string[]): Promise<OwnAccount> {
  const account = await ownAccount(world);
  await succeed(manage('PUT', `/v1/tenants/${acme.tenantId}/members/${account.userId}`, { roleIds }));
  return account;
}

const show = ({ token }: OwnAccount, path = '/v1/me') => manageWith(world, token)('GET', path);

describe("W13: a person's own account", () => {
  test('names the tenants of the person, with roles and level there', async () => {
    const { body } = await show(await newMember(acme.readerRoleId));
    const { name } = (await manage('GET', `/v1/tenants/${acme.tenantId}`)).body as { name: string };
    expect(body).toMatchObject({
      memberships: [
        {
          tenantId: acme.tenantId,
          tenantName: name,
          roles: [{ id: acme.readerRoleId, name: 'reports-reader', level: 100 }],
          level: 100,
        },
      ],
    });
    expect(body).not.toHaveProperty('workspaceRoles');
  });

  test('leaves out a tenant that is disabled', async () => {
    const account = await ownAccount(world);
    const { id } = await succeed(manage('POST', '/v1/tenants', { name: 'Initech' }));
    await succeed(manage('PUT', `/v1/tenants/${id}/members/${account.userId}`, { roleIds: [] }));
    expect((await show(account)).body).toMatchObject({ memberships: [{ tenantId: id, roles: [] }] });
    await succeed(manage('PATCH', `/v1/tenants/${id}`, { status: 'disabled' }));
    expect((await show(account)).body).toMatchObject({ memberships: [] });
  });

  test('is shown to a workspace member, with the roles of the workspace', async () => {
    const role = { kind: 'workspace', key: 'watcher', name: 'Watcher', level: 10, permissions: [] };
    const { id } = await succeed(manage('POST', '/v1/roles', role));
    const [some, all] = [await ownAccount(world), await ownAccount(world)];
    await memberOfWorkspace(some.userId, [id]);
    await memberOfWorkspace(all.userId, 'all');
    expect((await show(some)).body).toMatchObject({ workspaceRoles: [{ id, name: 'Watcher', level: 10 }] });
    expect((await show(all)).body).toMatchObject({ workspaceRoles: 'all' });
  });

  test('says in one tenant which permissions and roles the person may hand on there', async () => {
    const manager = await createRole(
      world,
      [
        { api: managementApi(), value: 'write:members' },
        { api: REPORTS, value: 'read:reports' },
      ],
      60,
    );
    const stronger = await createRole(world, [{ api: managementApi(), value: 'write:service-users' }], 200);
    const { status, body } = await show(await newMember(manager), `/v1/me/memberships/${acme.tenantId}`);
    const { permissions, assignableRoles, ...rest } = body as {
      permissions: unknown[];
      assignableRoles: { id: string }[];
    };
    expect([status, rest]).toMatchObject([200, { tenantId: acme.tenantId, roles: [{ id: manager }], level: 60 }]);
    expect(permissions).toEqual([
      {
        api: managementApi(),
        apiName: expect.any(String),
        permissions: [{ value: 'write:members', description: expect.any(String) }],
      },
      { api: REPORTS, apiName: expect.any(String), permissions: [expect.objectContaining({ value: 'read:reports' })] },
    ]);
    const ids = assignableRoles.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining([manager, acme.readerRoleId]));
    // One is stronger by its level, the other by a permission.
    expect(ids).not.toContain(acme.writerRoleId);
    expect(ids).not.toContain(stronger);
  });

  test('says nothing of a tenant in which the person is no member', async () => {
    const account = await newMember(acme.readerRoleId);
    for (const tenantId of [globex.tenantId, 'nobody']) {
      expect(seen(await show(account, `/v1/me/memberships/${tenantId}`))).toEqual(problem(404, 'not_found'));
    }
  });
});

describe('W14: the permissions that a caller may give in a tenant', () => {
  const path = (tenantId: string) => `/v1/tenants/${tenantId}/permissions`;

  test('are those that a caller of the tenant holds, at the management API within its token', async () => {
    const role = await createRole(world, [
      { api: managementApi(), value: 'read:permissions' },
      { api: managementApi(), value: 'write:members' },
      { api: REPORTS, value: 'read:reports' },
    ]);
    const credentials = await createApiToken(world, acme.tenantId, { roleIds: [role] });
    const narrow = await world.tokenFor(credentials, { audience: managementApi(), scope: 'read:permissions' });
    const { body } = await manageWith(world, narrow)('GET', path(acme.tenantId));
    const valuesByApi = (body as { items: { api: string; permissions: { value: string }[] }[] }).items.map(
      ({ api, permissions }) => [api, permissions.map(({ value }) => value)],
    );
    expect(valuesByApi).toEqual([
      [managementApi(), ['read:permissions']],
      [REPORTS, ['read:reports']],
    ]);
  });

  test('come a page at a time', async () => {
    const role = await createRole(world, [
      { api: managementApi(), value: 'read:permissions' },
      { api: REPORTS, value: 'read:reports' },
    ]);
    const credentials = await createApiToken(world, acme.tenantId, { roleIds: [role] });
    const ask = manageWith(world, await world.tokenFor(credentials, { audience: managementApi() }));
    interface Listed {
      items: { api: string }[];
      nextCursor?: string;
    }
    const first = await succeed<Listed>(ask('GET', `${path(acme.tenantId)}?limit=1`));
    const second = await succeed<Listed>(ask('GET', `${path(acme.tenantId)}?limit=1&cursor=${first.nextCursor}`));
    expect([first.items, second.items].map((items) => items.map(({ api }) => api))).toEqual([
      [managementApi()],
      [REPORTS],
    ]);
    expect(second).not.toHaveProperty('nextCursor');
  });

  test('are those of all APIs for a caller of the workspace', async () => {
    const { body } = await manage('GET', `${path(acme.tenantId)}?limit=100`);
    const { items } = body as { items: { api: string }[] };
    expect(items.map(({ api }) => api)).toEqual(expect.arrayContaining([managementApi(), REPORTS]));
    expect(seen(await manage('GET', path('nobody')))).toEqual(problem(404, 'not_found'));
  });
});

describe('W14: the audit events of a tenant', () => {
  test('are those about the tenant alone, for a token of the tenant', async () => {
    const role = await createRole(world, [{ api: managementApi(), value: 'read:audit-events' }]);
    const credentials = await createApiToken(world, acme.tenantId, { roleIds: [role] });
    await createApiToken(world, globex.tenantId, { roleIds: [] });
    const ask = manageWith(world, await world.tokenFor(credentials, { audience: managementApi() }));
    const { body } = await ask('GET', `/v1/tenants/${acme.tenantId}/audit-events?type=api_token.created&limit=100`);
    const { items } = body as { items: { target: { tenantId?: string; clientId?: string } }[] };
    expect(items.map(({ target }) => target.clientId)).toContain(credentials.clientId);
    expect(new Set(items.map(({ target }) => target.tenantId))).toEqual(new Set([acme.tenantId]));
    expect(seen(await ask('GET', `/v1/tenants/${globex.tenantId}/audit-events`))).toEqual(problem(404, 'not_found'));
    expect(seen(await ask('GET', '/v1/audit-events'))).toEqual(problem(403, 'insufficient_scope'));
  });

  test('come a page at a time, among many events of others', async () => {
    const { id } = await succeed(manage('POST', '/v1/tenants', { name: 'Hooli' }));
    for (const name of ['one', 'two', 'three']) {
      await succeed(manage('PATCH', `/v1/tenants/${id}`, { name }));
      await createApiToken(world, globex.tenantId, { roleIds: [] });
    }
    const found: { type: string }[] = [];
    let cursor = '';
    do {
      const { items, nextCursor } = await succeed<{ items: { type: string }[]; nextCursor?: string }>(
        manage('GET', `/v1/tenants/${id}/audit-events?outcome=succeeded&limit=1${cursor}`),
      );
      found.push(...items);
      cursor = nextCursor === undefined ? '' : `&cursor=${nextCursor}`;
    } while (cursor !== '');
    // Events of one second come in any order.
    expect(found.map(({ type }) => type).toSorted()).toEqual([
      'tenant.created',
      ...['tenant.updated', 'tenant.updated', 'tenant.updated'],
    ]);
  });
});
