import { beforeAll, describe, expect, test } from 'vitest';
import { createRole } from '#test/support/arrange/creations.ts';
import { manageWith, succeed } from '#test/support/arrange/manage.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { createServiceUser } from '#test/support/clients/service-users.ts';
import type { Credentials } from '#test/support/world/deployment.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const manage = useManage(world);

let serial = 0;

const roleOf = (kind: string | undefined, changes: object = {}) => {
  serial += 1;
  return { ...(kind && { kind }), key: `kind-${serial}`, name: 'Role', level: 100, permissions: [], ...changes };
};

const make = (kind?: string, changes?: object) =>
  succeed<{ id: string; kind: string }>(manage('POST', '/v1/roles', roleOf(kind, changes)));

let roleId: string;
let tenant: string;
beforeAll(async () => {
  roleId = (await make('workspace')).id;
  tenant = `/v1/tenants/${acme.tenantId}`;
});

describe('W3: a role of the workspace', () => {
  test('is a kind of its own, which a role has only if its maker says so', async () => {
    expect((await make()).kind).toBe('tenant');
    expect((await make('tenant')).kind).toBe('tenant');
    expect((await manage('GET', `/v1/roles/${roleId}`)).body).toMatchObject({ kind: 'workspace', isDefault: false });
    expect((await manage('GET', '/v1/roles?limit=100')).body).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ id: roleId, kind: 'workspace' })]),
    });
  });

  test('stays what it is', async () => {
    const refused = await manage('PATCH', `/v1/roles/${roleId}`, { kind: 'tenant', name: 'Administrator' });
    expect(seen(refused)).toEqual(problem(400, 'invalid_request', 'kind'));
    const { body } = await manage('PATCH', `/v1/roles/${roleId}`, { kind: 'workspace', name: 'Administrator' });
    expect(body).toMatchObject({ kind: 'workspace', name: 'Administrator' });
  });

  test.each([
    ['a new tenant token', 'POST', () => `${tenant}/api-tokens`, { description: 'new' }],
    ['a tenant token', 'PATCH', () => `${tenant}/api-tokens/${acme.tenantToken.clientId}`, {}],
    ['a new service user', 'POST', () => `${tenant}/service-users`, { name: 'new' }],
    ['a service user', 'PATCH', () => createServiceUser(world, acme.tenantId, []), {}],
    ['a member', 'PUT', () => `${tenant}/members/${acme.userId}`, {}],
  ] as const)('is never given to %s, by the administrator either', async (_what, method, at, body) => {
    const path = await at();
    const refused = await manage(method, path, { ...body, roleIds: [acme.readerRoleId, roleId] });
    expect(seen(refused)).toEqual(problem(400, 'invalid_request', 'roleIds'));
    const unknown = await manage(method, path, { ...body, roleIds: [acme.readerRoleId, 'rol_unknown'] });
    expect(seen(refused)).toEqual(seen(unknown));
  });

  test('is never a default role', async () => {
    const refused = problem(400, 'invalid_request', 'isDefault');
    expect(seen(await manage('POST', '/v1/roles', roleOf('workspace', { isDefault: true })))).toEqual(refused);
    expect(seen(await manage('PATCH', `/v1/roles/${roleId}`, { isDefault: true }))).toEqual(refused);
    expect((await manage('GET', `/v1/roles/${roleId}`)).body).toMatchObject({ isDefault: false });
  });

  test('cannot be a role of one tenant', async () => {
    const refused = await manage('POST', `${tenant}/roles`, roleOf('workspace'));
    expect(seen(refused)).toEqual(problem(400, 'invalid_request', 'kind'));
  });

  test('is seen by no tenant, which sees every role that it can assign', async () => {
    const roleIds = [await createRole(world, [{ api: `${world.url}/v1/`, value: 'read:roles' }])];
    const credentials = await succeed<Credentials>(
      manage('POST', `${tenant}/api-tokens`, { description: 'r', roleIds }),
    );
    const asTenant = manageWith(world, await world.tokenFor(credentials));
    expect(seen(await asTenant('GET', `/v1/roles/${roleId}`))).toEqual(problem(404, 'not_found'));
    const { items } = (await asTenant('GET', '/v1/roles?limit=100')).body as { items: { id: string; kind: string }[] };
    expect(items.map(({ id }) => id)).toEqual(expect.arrayContaining([acme.readerRoleId, ...roleIds]));
    expect(items.filter(({ kind }) => kind !== 'tenant')).toEqual([]);
  });
});
