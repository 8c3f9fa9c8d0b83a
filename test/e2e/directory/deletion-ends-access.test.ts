import { describe, expect, test } from 'vitest';
import { arrangeTenantManager } from '#test/support/arrange/tenant-manager.ts';
import { isTokenActive } from '#test/support/ask/introspection.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import { type Acme, arrangeAcme, type Credentials, REPORTS } from '#test/support/world/world.ts';

const world = useWorld();
const acme = useAcme(world);

const isActive = (token: string) => isTokenActive(world, token);

async function exchangeOutcome(credentials: Credentials): Promise<string> {
  const parameters = { grant_type: 'client_credentials', audience: REPORTS };
  const { status, body } = await world.post('/oauth/token', credentials, parameters);
  return status === 200 ? 'issued' : `${status} ${(body as { error: string }).error}`;
}

async function create<Body>(method: string, path: string, body: unknown): Promise<Body> {
  const reply = await world.manage(method, path, body);
  if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.text}`);
  return reply.body as Body;
}

/** Deletions, and whether a tenant token and a user's personal token still work after each. */
const deletions: readonly {
  readonly what: string;
  readonly path: (acme: Acme) => string;
  readonly tenantToken: readonly [active: boolean, exchange: string];
  readonly personalToken: readonly [active: boolean, exchange: string];
}[] = [
  {
    what: 'the API token of a tenant',
    path: ({ tenantId, tenantToken }) => `/v1/tenants/${tenantId}/api-tokens/${tenantToken.clientId}`,
    tenantToken: [false, '401 invalid_client'],
    personalToken: [true, 'issued'],
  },
  {
    what: 'the personal API token of a user',
    path: ({ tenantId, userId, personalToken }) =>
      `/v1/tenants/${tenantId}/members/${userId}/api-tokens/${personalToken.clientId}`,
    tenantToken: [true, 'issued'],
    personalToken: [false, '401 invalid_client'],
  },
  {
    what: 'a user',
    path: ({ userId }) => `/v1/users/${userId}`,
    tenantToken: [true, 'issued'],
    personalToken: [false, '401 invalid_client'],
  },
  {
    what: 'a membership',
    path: ({ tenantId, userId }) => `/v1/tenants/${tenantId}/members/${userId}`,
    tenantToken: [true, 'issued'],
    personalToken: [false, '401 invalid_client'],
  },
  {
    what: 'a tenant',
    path: ({ tenantId }) => `/v1/tenants/${tenantId}`,
    tenantToken: [false, '401 invalid_client'],
    personalToken: [false, '401 invalid_client'],
  },
];

describe('I9: deleting', () => {
  test.each(deletions)('$what ends the access that depends on it, and nothing else', async ({ path, ...expected }) => {
    const globex = await arrangeAcme(world);
    const owners = [globex.tenantToken, globex.personalToken];
    const tokens = await Promise.all(owners.map((owner) => world.tokenFor(owner)));
    expect(await Promise.all(tokens.map(isActive))).toEqual([true, true]);

    expect((await world.manage('DELETE', path(globex))).status).toBe(204);
    const left = await Promise.all(
      owners.map(async (owner, index) => [await isActive(tokens[index] ?? ''), await exchangeOutcome(owner)]),
    );
    expect(left).toEqual([expected.tenantToken, expected.personalToken]);
  });

  test('a role removes its permissions from tokens, and no other permissions', async () => {
    const { token, roleId, credentials } = await arrangeRole();
    expect(await permissionsOf(token)).toEqual(['read:reports', 'write:reports']);
    await world.manage('DELETE', `/v1/roles/${roleId}`);
    expect(await permissionsOf(token)).toEqual(['read:reports']);
    expect(await permissionsOf(await world.tokenFor(credentials))).toEqual(['read:reports']);
  });

  test('C9: other roles for a member change the permissions of existing tokens', async () => {
    const globex = await arrangeAcme(world);
    const token = await world.tokenFor(globex.personalToken);
    const member = `/v1/tenants/${globex.tenantId}/members/${globex.userId}`;
    await create('PUT', member, { roleIds: [globex.writerRoleId] });
    expect(await permissionsOf(token)).toEqual([]);
    await create('PUT', member, { roleIds: [globex.readerRoleId] });
    expect(await permissionsOf(token)).toEqual(['read:reports']);
  });

  test('an API makes its tokens inactive, and they get no permissions if another API takes its identifier', async () => {
    const { token, apiId, request, credentials } = await arrangeApi();
    const outcomes = [await isActive(token)];
    await world.manage('DELETE', `/v1/apis/${apiId}`);
    outcomes.push(await isActive(token));
    await create('POST', '/v1/apis', request);
    outcomes.push((await permissionsOf(token)).length > 0);
    expect(outcomes).toEqual([true, false, false]);
    const parameters = { grant_type: 'client_credentials', audience: request.identifier };
    expect((await world.post('/oauth/token', credentials, parameters)).body).toMatchObject({ error: 'invalid_target' });
  });

  test('a client ends its management tokens at the next request', async () => {
    const manager = await arrangeTenantManager(world, acme.tenantId, ['read:tenant-tokens', 'write:tenant-tokens']);
    const token = await world.tokenFor(manager);
    const path = `/v1/tenants/${acme.tenantId}/api-tokens`;
    const statuses = [(await world.manage('GET', path, undefined, token)).status];
    statuses.push((await world.manage('DELETE', `${path}/${manager.clientId}`, undefined, token)).status);
    statuses.push((await world.manage('GET', path, undefined, token)).status);
    expect(statuses).toEqual([200, 204, 401]);
  });

  async function permissionsOf(token: string): Promise<readonly string[]> {
    const { body } = await world.post('/oauth/introspect', world.admin, { token });
    return (body as { permissions?: string[] }).permissions ?? [];
  }

  async function arrangeRole() {
    const permissions = [{ api: REPORTS, value: 'write:reports' }];
    const role = { key: 'short-lived', name: 'Short-lived', level: 90, permissions };
    const { id: roleId } = await create<{ id: string }>('POST', '/v1/roles', role);
    const credentials = await create<Credentials>('POST', `/v1/tenants/${acme.tenantId}/api-tokens`, {
      description: 'two roles',
      roleIds: [acme.readerRoleId, roleId],
    });
    return { roleId, credentials, token: await world.tokenFor(credentials) };
  }

  async function arrangeApi() {
    const request = { identifier: 'https://api.example.com/gone', name: 'Gone', permissions: [{ value: 'read:gone' }] };
    const { id: apiId } = await create<{ id: string }>('POST', '/v1/apis', request);
    const permissions = [{ api: request.identifier, value: 'read:gone' }];
    const role = { key: 'gone-reader', name: 'Gone', level: 90, permissions };
    const { id } = await create<{ id: string }>('POST', '/v1/roles', role);
    const path = `/v1/tenants/${acme.tenantId}/api-tokens`;
    const credentials = await create<Credentials>('POST', path, { description: 'gone', roleIds: [id] });
    return { apiId, request, credentials, token: await world.tokenFor(credentials) };
  }
});

describe('I9: a deleted record does not come back:', () => {
  test('a member who joins again has no earlier token', async () => {
    const globex = await arrangeAcme(world);
    const token = await world.tokenFor(globex.personalToken);
    const member = `/v1/tenants/${globex.tenantId}/members/${globex.userId}`;
    await world.manage('DELETE', member);
    await create('PUT', member, { roleIds: [globex.readerRoleId] });
    expect([await isActive(token), await exchangeOutcome(globex.personalToken)]).toEqual([false, '401 invalid_client']);
  });

  test('a user created again under the same address has no earlier token', async () => {
    const globex = await arrangeAcme(world);
    const { email } = (await world.manage('GET', `/v1/users/${globex.userId}`)).body as { email: string };
    const token = await world.tokenFor(globex.personalToken);
    await world.manage('DELETE', `/v1/users/${globex.userId}`);
    const { id } = await create<{ id: string }>('POST', '/v1/users', { email });
    await create('PUT', `/v1/tenants/${globex.tenantId}/members/${id}`, { roleIds: [globex.readerRoleId] });
    expect([await isActive(token), await exchangeOutcome(globex.personalToken)]).toEqual([false, '401 invalid_client']);
  });

  test("a deleted tenant's id is never given again", async () => {
    const id = 'migrated-tenant';
    await create('POST', '/v1/tenants', { name: 'Migrated', id });
    await world.manage('DELETE', `/v1/tenants/${id}`);
    const again = await world.manage('POST', '/v1/tenants', { name: 'Successor', id });
    expect([again.status, again.body]).toMatchObject([409, { code: 'conflict' }]);
    expect((await world.manage('GET', `/v1/tenants/${id}`)).status).toBe(404);
  });

  test('a deleted tenant takes no new members or API tokens', async () => {
    const globex = await arrangeAcme(world);
    const tenant = `/v1/tenants/${globex.tenantId}`;
    await world.manage('DELETE', tenant);
    const replies = [
      await world.manage('PUT', `${tenant}/members/${globex.userId}`, { roleIds: [] }),
      await world.manage('POST', `${tenant}/api-tokens`, { description: 'late' }),
      await world.manage('POST', `${tenant}/members/${globex.userId}/api-tokens`, { description: 'late' }),
      await world.manage('DELETE', tenant),
    ];
    expect(replies.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  });
});
