import { describe, expect, test } from 'vitest';
import { manageWith, succeed } from '#test/support/arrange/manage.ts';
import { arrangeTenantManager } from '#test/support/arrange/tenant-manager.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { readPages, sizesOf } from '#test/support/ask/pages.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import { arrangeAcme } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const manage = useManage(world);

interface Memberships {
  readonly items: readonly { readonly tenantId: string }[];
  readonly nextCursor?: string;
}
const newUser = async (email: string) => (await succeed(manage('POST', '/v1/users', { email }))).id;
const join = (tenantId: string, userId: string) =>
  succeed(manage('PUT', `/v1/tenants/${tenantId}/members/${userId}`, { roleIds: [acme.readerRoleId] }));
const membershipsOf = (userId: string, query = '') =>
  succeed<Memberships>(manage('GET', `/v1/users/${userId}/memberships${query}`));
const tenantsOf = async (userId: string) => (await membershipsOf(userId)).items.map(({ tenantId }) => tenantId);

describe('the memberships of a user', () => {
  test('are shown as the tenants show them, without those of other users', async () => {
    const globex = await arrangeAcme(world);
    const elsewhere = await join(globex.tenantId, acme.userId);
    const here = await succeed(manage('GET', `/v1/tenants/${acme.tenantId}/members/${acme.userId}`));
    const { items } = await membershipsOf(acme.userId);
    expect(items).toHaveLength(2);
    expect(items).toEqual(expect.arrayContaining([here, elsewhere]));
    expect(await tenantsOf(globex.userId)).toEqual([globex.tenantId]);
  });

  test('are shown once each, a page at a time', async () => {
    const userId = await newUser('pages@example.com');
    const tenants: string[] = [];
    for (const name of ['one', 'two', 'three']) {
      const { id } = await succeed(manage('POST', '/v1/tenants', { name }));
      tenants.push(id);
      await join(id, userId);
    }
    const list = ({ limit, cursor }: { limit: number; cursor?: string | undefined }) =>
      membershipsOf(userId, `?limit=${limit}${cursor === undefined ? '' : `&cursor=${cursor}`}`);
    const pages = await readPages(list, 2);
    expect(sizesOf(pages)).toEqual([2, 1]);
    expect(pages.flatMap(({ items }) => items.map(({ tenantId }) => tenantId)).toSorted()).toEqual(tenants.toSorted());
  });

  test('end with the membership, and at once with the tenant', async () => {
    const [left, gone] = [await arrangeAcme(world), await arrangeAcme(world)];
    const userId = await newUser('leaving@example.com');
    for (const { tenantId } of [left, gone]) await join(tenantId, userId);
    await succeed(manage('DELETE', `/v1/tenants/${left.tenantId}/members/${userId}`));
    await succeed(manage('DELETE', `/v1/tenants/${gone.tenantId}`));
    expect(await tenantsOf(userId)).toEqual([]);
  });

  test('are not found for a user who is unknown or deleted', async () => {
    const userId = await newUser('short-lived@example.com');
    await succeed(manage('DELETE', `/v1/users/${userId}`));
    for (const id of ['usr_unknown', userId, acme.tenantId]) {
      expect(seen(await manage('GET', `/v1/users/${id}/memberships`))).toEqual(problem(404, 'not_found'));
    }
  });

  test('T1: are refused to a tenant’s own tokens, with any permission', async () => {
    const manager = await arrangeTenantManager(world, acme.tenantId, ['read:members', 'read:users']);
    const token = await world.tokenFor(manager);
    const reply = await manageWith(world, token)('GET', `/v1/users/${acme.userId}/memberships`);
    expect(seen(reply)).toEqual(problem(404, 'not_found'));
  });
});

describe('the id of a new user', () => {
  const create = (id: string, email = `${id}@example.com`) => manage('POST', '/v1/users', { id, email });

  test('can be chosen, and names the user from then on', async () => {
    expect(await succeed(create('migrated-1'))).toMatchObject({ id: 'migrated-1', email: 'migrated-1@example.com' });
    await join(acme.tenantId, 'migrated-1');
    expect(await tenantsOf('migrated-1')).toEqual([acme.tenantId]);
  });

  test('is given once, and a refused creation leaves its address free', async () => {
    await succeed(create('migrated-2'));
    expect(seen(await create('migrated-2', 'second@example.com'))).toEqual(problem(409, 'conflict', 'id'));
    expect(await succeed(create('migrated-3', 'second@example.com'))).toMatchObject({ id: 'migrated-3' });
  });

  test('I9: is never given again after the user is deleted', async () => {
    await succeed(create('migrated-4'));
    await succeed(manage('DELETE', '/v1/users/migrated-4'));
    expect(seen(await create('migrated-4', 'successor@example.com'))).toEqual(problem(409, 'conflict', 'id'));
    const requests = [
      manage('GET', '/v1/users/migrated-4'),
      manage('PATCH', '/v1/users/migrated-4', { status: 'active' }),
      manage('PATCH', '/v1/users/migrated-4', { email: 'back@example.com' }, { 'if-match': '"1"' }),
      manage('DELETE', '/v1/users/migrated-4'),
      manage('PUT', `/v1/tenants/${acme.tenantId}/members/migrated-4`, { roleIds: [] }),
    ];
    expect((await Promise.all(requests)).map(seen)).toEqual(requests.map(() => problem(404, 'not_found')));
    expect(await succeed(create('migrated-5', 'migrated-4@example.com'))).toMatchObject({ id: 'migrated-5' });
  });

  test.each(['svc_1', 'cli_1', 'ten_1', 'rem_1'])('is not %s, which looks like another kind’s', async (id) => {
    expect(seen(await create(id))).toEqual(problem(400, 'invalid_request', 'id'));
  });

  test.each(['', 'a b', 'a/b', 'a#b', 'é', 'x'.repeat(65)])('is not %j', async (id) => {
    expect(seen(await create(id, 'odd@example.com'))).toEqual(problem(400, 'invalid_request', 'id'));
  });
});
