import { beforeAll, describe, expect, test } from 'vitest';
import { SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import { type OwnAccount, ownAccount } from '#test/support/arrange/own-account.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { introspection } from '#test/support/ask/introspection.ts';
import { isOfSelf, managementRoutes } from '#test/support/ask/tenancy-rule.ts';
import { grantPermissions } from '#test/support/clients/applications.ts';
import type { Reply } from '#test/support/world/deployment.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
let self: OwnAccount;
beforeAll(async () => {
  self = await ownAccount(world);
});

const showAccount = (token: string): Promise<Reply> => world.manage('GET', '/v1/me', undefined, token);

describe('W1: the token of a user in no tenant', () => {
  test("shows the user's own account, as an administrator sees it", async () => {
    const seenByAdministrator = await world.manage('GET', `/v1/users/${self.userId}`);
    const { status, body } = await showAccount(self.token);
    const kinds = { tenant: ['client_credentials', 'access_token'], user: ['client_credentials', 'access_token'] };
    const apiTokens = { kinds, maxLive: null, lifetimeSeconds: null, maxLifetimeSeconds: null };
    expect([status, body]).toEqual([200, { ...(seenByAdministrator.body as object), memberships: [], apiTokens }]);
  });

  test('W2: permits what concerns the own account and nothing else, also if its scope and the grant say everything', async () => {
    const answer = await introspection(world, self.token);
    expect(answer).toMatchObject({
      active: true,
      sub: self.userId,
      client_id: self.clientId,
      scope: 'read:me write:me read:my-tokens write:my-tokens read:my-applications write:my-applications',
    });
    expect(answer).not.toHaveProperty('tenant_id');
  });

  test.each([
    ['read:tenants', '/v1/tenants', 'insufficient_scope'],
    ['read:audit-events', '/v1/audit-events', 'insufficient_scope'],
    ['read:roles', '/v1/roles', 'insufficient_scope'],
  ])('W1: hears that a request needs another token, even with %s', async (permission, path, code) => {
    const reply = await world.manage('GET', path, undefined, self.token);
    expect(seen(reply)).toEqual(problem(403, code));
    const detail = `A user's token without a tenant cannot make this request, even with ${permission}. An application of the workspace can.`;
    expect(reply.body).toMatchObject({ detail });
  });

  test('W1: introspects no token of others', async () => {
    const token = await world.tokenFor(acme.tenantToken);
    const headers = {
      authorization: `Bearer ${self.token}`,
      'content-type': 'application/x-www-form-urlencoded',
    };
    const reply = await world.send('POST', '/oauth/introspect', {
      headers,
      body: new URLSearchParams({ token }).toString(),
    });
    expect(reply.status).toBe(403);
  });

  test('is no subject token of an exchange, which would act as the application', async () => {
    const { body } = await world.post('/oauth/token', world.admin, {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: self.token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    });
    expect(body).toMatchObject({ error: expect.stringMatching(/^(?:invalid_request|unauthorized_client)$/) });
  });
});

describe('W1: the account of a user', () => {
  test.each<[string, (account: OwnAccount) => Promise<unknown>]>([
    ['the user is disabled', ({ userId }) => world.manage('PATCH', `/v1/users/${userId}`, { status: 'disabled' })],
    ['the user is deleted', ({ userId }) => world.manage('DELETE', `/v1/users/${userId}`)],
    ['the grant for users is deleted', (account) => world.manage('DELETE', `${grantOf(account)}?for=user`)],
    [
      'the grant for users was deleted and made again',
      async (account) => {
        await world.manage('DELETE', `${grantOf(account)}?for=user`);
        await grantPermissions(world, { ...account, clientSecret: '' }, SYSTEM_API_ID, 'all', 'user');
      },
    ],
    [
      'the grant for users lacks the permission',
      (account) => world.manage('PUT', grantOf(account), { for: 'user', permissions: ['read:users'] }),
    ],
    [
      'the application is disabled',
      ({ clientId }) => world.manage('PATCH', `/v1/applications/${clientId}`, { status: 'disabled' }),
    ],
  ])('is not shown once %s', async (_what, end) => {
    const account = await ownAccount(world);
    expect((await showAccount(account.token)).status).toBe(200);
    await end(account);
    expect(seen(await showAccount(account.token))).toEqual(problem(401, 'invalid_token'));
  });

  test.each<[string, object]>([
    ['names a user who does not exist', { sub: 'usr_nobody' }],
    ['names a tenant, too', { tenant_id: 'ten_acme' }],
    ['has no permission about the own account', { scope: 'read:users' }],
    ['names an application that does not exist', { client_id: 'cli_0AaBbCcDdEeFfGgHhIiJjK' }],
  ])('is not shown to a token that %s', async (_what, claims) => {
    const { token } = await ownAccount(world, { claims });
    expect(seen(await showAccount(token))).toEqual(problem(401, 'invalid_token'));
  });

  test('needs a grant for users: a grant for the application itself does not count', async () => {
    const account = await ownAccount(world);
    await world.manage('DELETE', `${grantOf(account)}?for=user`);
    await grantPermissions(world, { ...account, clientSecret: '' }, SYSTEM_API_ID, 'all', 'client');
    expect(seen(await showAccount(account.token))).toEqual(problem(401, 'invalid_token'));
  });

  test.each([
    ['the administrator', () => world.tokenFor(world.admin)],
    ['a personal token of a tenant', () => personalManager()],
  ])('W2: is not shown to %s, with every permission', async (_who, tokenOf) => {
    expect(seen(await showAccount(await tokenOf()))).toEqual(problem(403, 'insufficient_scope'));
  });
});

const grantOf = ({ clientId }: OwnAccount) => `/v1/applications/${clientId}/grants/${SYSTEM_API_ID}`;

/** The management token of a member whose role has the permission about the own account. */
async function personalManager(): Promise<string> {
  const permissions = ['read:me', 'read:members'].map((value) => ({ api: `${world.url}/v1/`, value }));
  const role = { key: 'selfish', name: 'Selfish', level: 100, permissions };
  const { id } = (await world.manage('POST', '/v1/roles', role)).body as { id: string };
  await world.manage('PUT', `/v1/tenants/${acme.tenantId}/members/${acme.userId}`, { roleIds: [id] });
  return world.tokenFor(acme.personalToken);
}

test('W1: the routes for users and their own accounts are those below /v1/me', () => {
  const below = managementRoutes.filter(({ path }) => /^\/v1\/me(?:\/|$)/.test(path));
  expect(managementRoutes.filter(isOfSelf).map(({ name }) => name)).toEqual(below.map(({ name }) => name));
  expect(below.length).toBeGreaterThan(0);
});
