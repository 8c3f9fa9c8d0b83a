import { describe, expect, test } from 'vitest';
import { succeed } from '#test/support/arrange/manage.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { countEach, race, repeat } from '#test/support/ask/concurrent-calls.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { useManage, useWorld } from '#test/support/world/use-world.ts';

interface Role {
  readonly id: string;
  readonly isDefault: boolean;
}
interface Member {
  readonly roleIds: readonly string[];
  readonly version: number;
}

const world = useWorld({ onReply: assertConforms });
const manage = useManage(world);

let serial = 0;
const next = () => {
  serial += 1;
  return serial;
};

const createTenant = async () => `/v1/tenants/${(await succeed(manage('POST', '/v1/tenants', { name: 'Acme' }))).id}`;
const newUser = async () => (await succeed(manage('POST', '/v1/users', { email: `user${next()}@example.com` }))).id;
const createRole = (collection: string, isDefault?: boolean) =>
  succeed<Role>(manage('POST', collection, { key: `key-${next()}`, name: 'R', level: 9, permissions: [], isDefault }));
const join = async (tenant: string, body: object = {}) =>
  succeed<Member>(manage('PUT', `${tenant}/members/${await newUser()}`, body));

describe('a default role', () => {
  test('is given to a new member if the request names no roles: the tenant’s default roles and the workspace’s', async () => {
    const [tenant, other] = [await createTenant(), await createTenant()];
    const [everywhere, own] = [await createRole('/v1/roles', true), await createRole(`${tenant}/roles`, true)];
    await createRole(`${tenant}/roles`);
    expect((await join(tenant)).roleIds).toEqual([everywhere.id, own.id]);
    expect((await join(other)).roleIds).toEqual([everywhere.id]);
    await succeed(manage('PATCH', `/v1/roles/${everywhere.id}`, { isDefault: false }));
    expect((await join(tenant)).roleIds).toEqual([own.id]);
  });

  test('is not given to a new member if the request names other roles or an empty list', async () => {
    const tenant = await createTenant();
    const [, named] = [await createRole(`${tenant}/roles`, true), await createRole(`${tenant}/roles`)];
    expect((await join(tenant, { roleIds: [named.id] })).roleIds).toEqual([named.id]);
    expect((await join(tenant, { roleIds: [] })).roleIds).toEqual([]);
  });

  test('is not given to an existing member', async () => {
    const tenant = await createTenant();
    const [own, late] = [await createRole(`${tenant}/roles`), await createRole(`${tenant}/roles`)];
    const path = `${tenant}/members/${await newUser()}`;
    await succeed(manage('PUT', path, { roleIds: [own.id] }));
    await succeed(manage('PATCH', `${tenant}/roles/${late.id}`, { isDefault: true }));
    expect((await succeed<Member>(manage('PUT', path, {}))).roleIds).toEqual([own.id]);
  });

  test('is shown with its flag by every route, and the flag changes its version', async () => {
    const tenant = await createTenant();
    const { id } = await createRole(`${tenant}/roles`);
    const changed = await manage('PATCH', `${tenant}/roles/${id}`, { isDefault: true });
    expect(changed.body).toMatchObject({ id, isDefault: true, version: 2 });
    expect((await manage('GET', `${tenant}/roles/${id}`)).body).toEqual(changed.body);
    expect((await manage('GET', `${tenant}/roles`)).body).toEqual({ items: [changed.body] });
    const renamed = await manage('PATCH', `${tenant}/roles/${id}`, { name: 'Other' });
    expect(renamed.body).toMatchObject({ name: 'Other', isDefault: true });
  });

  test('is no default role any more once it is deleted or its flag is removed', async () => {
    const tenant = await createTenant();
    const [deleted, demoted] = [await createRole(`${tenant}/roles`, true), await createRole(`${tenant}/roles`, true)];
    await manage('DELETE', `${tenant}/roles/${deleted.id}`);
    await succeed(manage('PATCH', `${tenant}/roles/${demoted.id}`, { isDefault: false }));
    expect((await join(tenant)).roleIds).toEqual([]);
  });

  test('is not made if If-Match names another version', async () => {
    const tenant = await createTenant();
    const { id } = await createRole(`${tenant}/roles`);
    const path = `${tenant}/roles/${id}`;
    const refused = await manage('PATCH', path, { isDefault: true }, { 'if-match': '"2"' });
    expect(seen(refused)).toEqual(problem(412, 'precondition_failed'));
    expect((await manage('GET', path)).body).toMatchObject({ isDefault: false });
  });

  test.each(['yes', 1, null])('is not made by the flag %j', async (isDefault) => {
    const { id } = await createRole('/v1/roles');
    const reply = await manage('PATCH', `/v1/roles/${id}`, { isDefault });
    expect(seen(reply)).toEqual(problem(400, 'invalid_request', 'isDefault'));
  });
});

describe('default roles', () => {
  test('are at most ten in a tenant, and a deleted default role frees a place', async () => {
    const tenant = await createTenant();
    const [first] = await repeat(10, () => createRole(`${tenant}/roles`, true));
    const { id } = await createRole(`${tenant}/roles`);
    const another = { key: 'another', name: 'R', level: 9, permissions: [], isDefault: true };
    const refusals = [
      await manage('POST', `${tenant}/roles`, another),
      await manage('PATCH', `${tenant}/roles/${id}`, { name: 'Renamed', isDefault: true }),
    ];
    expect(refusals.map(seen)).toEqual(Array(2).fill(problem(409, 'conflict', 'isDefault')));
    expect((await manage('GET', `${tenant}/roles/${id}`)).body).toMatchObject({ name: 'R', version: 1 });
    await manage('DELETE', `${tenant}/roles/${first?.id}`);
    expect((await manage('POST', `${tenant}/roles`, another)).status).toBe(201);
    expect((await join(tenant)).roleIds).toHaveLength(10);
  });

  test('are made or refused as a whole when 16 requests want ten places at once', async () => {
    const collection = `${await createTenant()}/roles`;
    const make = () =>
      manage('POST', collection, { key: `key-${next()}`, name: 'R', level: 9, permissions: [], isDefault: true });
    const replies = await Promise.all(race(16, make));
    expect(countEach(replies.map(({ status }) => status))).toEqual({ 201: 10, 409: 6 });
    const { items } = await succeed<{ items: readonly Role[] }>(manage('GET', collection));
    expect(items.map(({ isDefault }) => isDefault)).toEqual(Array(10).fill(true));
  });

  test('include each of eight that are made at once', async () => {
    const tenant = await createTenant();
    const roles = await Promise.all(race(8, () => createRole(`${tenant}/roles`, true)));
    expect(new Set((await join(tenant)).roleIds)).toEqual(new Set(roles.map(({ id }) => id)));
  });

  test('are exactly the roles with the flag, after changes that cross each other', async () => {
    const tenant = await createTenant();
    const { id } = await createRole(`${tenant}/roles`);
    const change = (runner: number) => manage('PATCH', `${tenant}/roles/${id}`, { isDefault: runner % 2 === 0 });
    const statuses = (await Promise.all(race(8, change))).map(({ status }) => status);
    expect(Object.keys(countEach(statuses)).filter((status) => !['200', '409'].includes(status))).toEqual([]);
    const { isDefault } = (await manage('GET', `${tenant}/roles/${id}`)).body as Role;
    expect((await join(tenant)).roleIds).toEqual(isDefault ? [id] : []);
  });
});
