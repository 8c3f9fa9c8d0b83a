import { describe, expect, test } from 'vitest';
import { makeSecret, secretsOf } from '#test/support/arrange/hs256-apis.ts';
import { type Manage, manageWith, succeed } from '#test/support/arrange/manage.ts';
import { ownAccount } from '#test/support/arrange/own-account.ts';
import { itemsNaming, storeTenant } from '#test/support/arrange/tenant-rows.ts';
import { memberOfWorkspace } from '#test/support/arrange/workspace-members.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { registerApi } from '#test/support/clients/applications.ts';
import { createServiceUser, createServiceUserSecret } from '#test/support/clients/service-users.ts';
import { denied, whileFailing } from '#test/support/faults/while-failing.ts';
import { useWorld } from '#test/support/world/use-world.ts';
import { type Acme, arrangeAcme, type Credentials, REPORTS } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
const manage: Manage = async (...request) => manageWith(world, await world.tokenFor(world.admin))(...request);

/** The age at which the rows of a deletion are removed. */
const SETTLE_SECONDS = 60;

const run = () => world.run('remove-deleted');
const settleAndRun = () => {
  world.clock.advance(SETTLE_SECONDS);
  return run();
};
const remove = (path: string) => succeed(manage('DELETE', path));
const exchange = async (credentials: Credentials) => {
  const parameters = { grant_type: 'client_credentials', audience: REPORTS };
  return (await world.post('/oauth/token', credentials, parameters)).status;
};
/** The keys of the rows that mention an id. */
const keysNaming = async (id: string) => (await itemsNaming(id)).map((item) => item.key ?? item.id).toSorted();

async function arrangeServiceUser({ tenantId, readerRoleId }: Acme) {
  const path = await createServiceUser(world, tenantId, [readerRoleId]);
  const secret = await createServiceUserSecret(world, path);
  return { path, secret, serviceUserId: path.split('/').at(-1) ?? '' };
}

describe('T8: a deleted tenant', () => {
  test('is refused from the first request on, and of 300 API tokens and all the rest only its mark stays', async () => {
    const [acme, globex] = [await arrangeAcme(world), await arrangeAcme(world)];
    const { secret } = await arrangeServiceUser(acme);
    const others = await keysNaming(globex.tenantId);
    const large = await storeTenant(world, { tenantTokens: 300, members: 30, serviceUsers: 30 });
    for (const id of [acme.tenantId, large]) await remove(`/v1/tenants/${id}`);
    const owners = [acme.tenantToken, acme.personalToken, secret];
    expect(await Promise.all(owners.map(exchange))).toEqual([401, 401, 401]);

    expect(await settleAndRun()).toEqual({ rows: 300 + 60 + 60 + 5, finished: 2 });
    for (const id of [acme.tenantId, large]) {
      const record = expect.objectContaining({ id, status: 'deleted', name: '', version: 2 });
      expect(await itemsNaming(id)).toEqual([expect.objectContaining({ key: `tenant#${id}`, record })]);
    }
    expect(await keysNaming(globex.tenantId)).toEqual(others);
    expect((await manage('POST', '/v1/tenants', { name: 'Successor', id: acme.tenantId })).status).toBe(409);
    expect(await Promise.all(owners.map(exchange))).toEqual([401, 401, 401]);
  });

  test('keeps its lines in the audit log', async () => {
    const { tenantId } = await arrangeAcme(world);
    await remove(`/v1/tenants/${tenantId}`);
    await settleAndRun();
    const { items } = await succeed<{ items: readonly object[] }>(
      manage('GET', '/v1/audit-events?type=tenant.deleted'),
    );
    expect(items).toContainEqual(expect.objectContaining({ target: { tenantId } }));
  });

  test('keeps its rows until no earlier request can be under way', async () => {
    const { tenantId } = await arrangeAcme(world);
    await remove(`/v1/tenants/${tenantId}`);
    const rows = await keysNaming(tenantId);
    world.clock.advance(SETTLE_SECONDS - 1);
    expect([await run(), await keysNaming(tenantId)]).toEqual([{ rows: 0, finished: 0 }, rows]);
    world.clock.advance(1);
    expect([await run(), await keysNaming(tenantId)]).toEqual([{ rows: 3, finished: 1 }, [`tenant#${tenantId}`]]);
  });
});

describe('T8: no row is left of', () => {
  test('a user, in any tenant: no membership, no personal token, no consent, no address, only a mark without a name', async () => {
    const [acme, globex] = [await arrangeAcme(world), await arrangeAcme(world)];
    const user = `/v1/users/${acme.userId}`;
    const elsewhere = `/v1/tenants/${globex.tenantId}/members/${acme.userId}`;
    await succeed(manage('PUT', elsewhere, { roleIds: [] }));
    await succeed(manage('POST', `${elsewhere}/api-tokens`, { description: 'elsewhere' }));
    await ownAccount(world, { userId: acme.userId });
    const { email } = await succeed<{ email: string }>(manage('GET', user));
    await remove(user);
    expect(await settleAndRun()).toEqual({ rows: 5, finished: 1 });
    const record = expect.objectContaining({ id: acme.userId, email: '', status: 'deleted' });
    expect(await itemsNaming(acme.userId)).toEqual([expect.objectContaining({ key: `user#${acme.userId}`, record })]);
    expect(await itemsNaming(email)).toEqual([]);
    expect(await Promise.all([acme.tenantToken, globex.personalToken].map(exchange))).toEqual([200, 200]);
  });

  test('a user whose deletion broke off before the address was free', async () => {
    const { userId } = await arrangeAcme(world);
    const { email } = await succeed<{ email: string }>(manage('GET', `/v1/users/${userId}`));
    const token = await world.tokenFor(world.admin);
    const keepAddress = (operation: string) => (operation === 'DeleteItem' ? denied() : undefined);
    const reply = await whileFailing(world.dynamo, keepAddress, () =>
      manageWith(world, token)('DELETE', `/v1/users/${userId}`),
    );
    expect([reply.status, await keysNaming(`email/${email}`)]).toEqual([503, [`name#email/${email}`]]);
    await settleAndRun();
    expect(await itemsNaming(email)).toEqual([]);
  });

  test('a member; a user who has joined again meanwhile keeps the new personal tokens', async () => {
    const { tenantId, userId, readerRoleId, personalToken } = await arrangeAcme(world);
    const member = `/v1/tenants/${tenantId}/members/${userId}`;
    await remove(member);
    await succeed(manage('PUT', member, { roleIds: [readerRoleId] }));
    const again = await succeed<Credentials>(manage('POST', `${member}/api-tokens`, { description: 'again' }));
    expect(await settleAndRun()).toEqual({ rows: 1, finished: 1 });
    expect(await itemsNaming(personalToken.clientId)).toEqual([]);
    expect(await Promise.all([personalToken, again].map(exchange))).toEqual([401, 200]);
  });

  test('a workspace member; one who has come back meanwhile keeps the new personal tokens', async () => {
    const { id: role } = await succeed(
      manage('POST', '/v1/roles', { kind: 'workspace', key: 'watcher', name: 'Watcher', level: 10, permissions: [] }),
    );
    const { userId, token } = await ownAccount(world);
    const ask = manageWith(world, token);
    await memberOfWorkspace(userId, [role]);
    const before = await succeed<Credentials>(ask('POST', '/v1/me/api-tokens', { description: 'before' }));
    await remove(`/v1/members/${userId}`);
    await memberOfWorkspace(userId, [role]);
    const again = await succeed<Credentials>(ask('POST', '/v1/me/api-tokens', { description: 'again' }));
    expect(await settleAndRun()).toEqual({ rows: 1, finished: 1 });
    expect(await itemsNaming(before.clientId)).toEqual([]);
    expect((await ask('GET', `/v1/me/api-tokens/${again.clientId}`)).status).toBe(200);
    await remove(`/v1/users/${userId}`);
    await settleAndRun();
    expect(await itemsNaming(again.clientId)).toEqual([]);
  });

  test('a service user', async () => {
    const acme = await arrangeAcme(world);
    const { path, serviceUserId } = await arrangeServiceUser(acme);
    const neighbour = await arrangeServiceUser(acme);
    await createServiceUserSecret(world, path);
    await remove(path);
    expect(await settleAndRun()).toEqual({ rows: 2, finished: 1 });
    expect(await itemsNaming(serviceUserId)).toEqual([]);
    expect(await exchange(neighbour.secret)).toBe(200);
  });

  test('an application', async () => {
    const { apiId } = await arrangeAcme(world);
    const create = async () => {
      const { clientId } = await succeed<Credentials>(manage('POST', '/v1/applications', { name: 'Gateway' }));
      await succeed(manage('PUT', `/v1/applications/${clientId}/grants/${apiId}`, { permissions: 'all' }));
      return clientId;
    };
    const [gone, neighbour] = [await create(), await create()];
    await remove(`/v1/applications/${gone}`);
    expect(await settleAndRun()).toEqual({ rows: 1, finished: 1 });
    expect(await itemsNaming(gone)).toEqual([]);
    expect(await keysNaming(neighbour)).toEqual([neighbour, `grant#${neighbour}/${apiId}`]);
  });
});

describe('a deleted API', () => {
  test('leaves no wrapped signing secret, and shows none before the removal', async () => {
    const [gone, neighbour] = [await registerApi(world, ['read']), await registerApi(world, ['read'])];
    const { kid } = await makeSecret(world, gone.id);
    await makeSecret(world, neighbour.id);
    const secret = `${secretsOf(gone.id)}/${kid}`;
    await remove(`/v1/apis/${gone.id}`);
    expect([(await manage('DELETE', secret)).status, await keysNaming(`signingSecrets#${gone.id}`)]).toEqual([
      404,
      [`signingSecrets#${gone.id}`],
    ]);
    expect(await settleAndRun()).toEqual({ rows: 1, finished: 1 });
    expect(await itemsNaming(gone.id)).toEqual([]);
    expect(await keysNaming(`signingSecrets#${neighbour.id}`)).toEqual([`signingSecrets#${neighbour.id}`]);
  });

  test('that has none leaves nothing to remove', async () => {
    const { id } = await registerApi(world, ['read']);
    await remove(`/v1/apis/${id}`);
    expect([await settleAndRun(), await itemsNaming(id)]).toEqual([{ rows: 0, finished: 1 }, []]);
  });
});

describe('a deletion that broke off', () => {
  /** Each deletion first writes down its subject, so its second write is the deletion itself. */
  const onlyNote = () => {
    let writes = 0;
    return (operation: string, body: string) => {
      if (!['PutItem', 'DeleteItem'].includes(operation) || body.includes('mintmark-audit')) return undefined;
      writes += 1;
      return writes > 1 ? denied() : undefined;
    };
  };

  test.each([
    ['a tenant', async ({ tenantId }: Acme) => `/v1/tenants/${tenantId}`],
    ['a user', async ({ userId }: Acme) => `/v1/users/${userId}`],
    ['a member', async ({ tenantId, userId }: Acme) => `/v1/tenants/${tenantId}/members/${userId}`],
    ['an API', async () => `/v1/apis/${(await registerApi(world, ['read'])).id}`],
    ['a service user', async (acme: Acme) => (await arrangeServiceUser(acme)).path],
    [
      'an application',
      async () =>
        `/v1/applications/${(await succeed<Credentials>(manage('POST', '/v1/applications', { name: 'Gateway' }))).clientId}`,
    ],
  ] as const)('leaves %s as it was', async (_kind, prepare) => {
    const acme = await arrangeAcme(world);
    const path = await prepare(acme);
    const before = await succeed(manage('GET', path));
    const token = await world.tokenFor(world.admin);
    const reply = await whileFailing(world.dynamo, onlyNote(), () => manageWith(world, token)('DELETE', path));
    expect([reply.status, (await itemsNaming('removal#')).length]).toEqual([503, 1]);
    expect(await settleAndRun()).toEqual({ rows: 0, finished: 1 });
    expect([await succeed(manage('GET', path)), await itemsNaming('removal#')]).toEqual([before, []]);
    expect(await Promise.all([acme.tenantToken, acme.personalToken].map(exchange))).toEqual([200, 200]);
  });
});
