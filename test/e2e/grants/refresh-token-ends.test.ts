import { beforeAll, describe, expect, test } from 'vitest';
import { type Manage, manageWith } from '#test/support/arrange/manage.ts';
import {
  allowRefreshTokens,
  areTokensActive,
  askOffline,
  beginFamily,
  changeRefreshTokens,
  granted,
  type Refreshable,
  refresh,
} from '#test/support/arrange/refresh-tokens.ts';
import { arrangeTenantManager } from '#test/support/arrange/tenant-manager.ts';
import { oauthError, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { introspection } from '#test/support/ask/introspection.ts';
import { obtainSecret, type SecretOwner, secretIdOf, secretOwners } from '#test/support/clients/secret-owners.ts';
import { createServiceUser, createServiceUserSecret } from '#test/support/clients/service-users.ts';
import { denied, whileFailing } from '#test/support/faults/while-failing.ts';
import { costOf } from '#test/support/stored/call-counts.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import { type Acme, arrangeAcme, type Credentials, REPORTS } from '#test/support/world/world.ts';

const REFUSED = oauthError(400, 'invalid_grant');
const DAY_SECONDS = 86_400;

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
beforeAll(() => allowRefreshTokens(world, acme));

const manage: Manage = async (...request) => manageWith(world, await world.tokenFor(world.admin))(...request);
const introspect = (token: string, caller = world.admin) => introspection(world, token, caller);
const revoke = (caller: Credentials, token: string, hint = {}) =>
  world.post('/oauth/revoke', caller, { token, ...hint });
const areActive = (family: Refreshable) => areTokensActive(world, family);

const register = ({ path }: SecretOwner, grantTypes: readonly string[]) => manage('PATCH', path, { grantTypes });

describe('N4: a family of refresh tokens', () => {
  test('Q8: ends for good, however often it is used and though its row is still there', async () => {
    let family = await beginFamily(world, acme.tenantToken);
    for (const days of [13, 13]) {
      world.clock.advance(days * DAY_SECONDS);
      family = granted(await refresh(world, acme.tenantToken, family.refresh_token));
    }
    world.clock.advance(4 * DAY_SECONDS - 1);
    family = granted(await refresh(world, acme.tenantToken, family.refresh_token));
    world.clock.advance(1);
    expect(seen(await refresh(world, acme.tenantToken, family.refresh_token))).toEqual(REFUSED);
    expect(await introspect(family.refresh_token)).toEqual({ active: false });
  });

  test('ends earlier if it is not used', async () => {
    const [used, idle] = [await beginFamily(world, acme.tenantToken), await beginFamily(world, acme.tenantToken)];
    world.clock.advance(14 * DAY_SECONDS - 1);
    expect((await refresh(world, acme.tenantToken, used.refresh_token)).status).toBe(200);
    world.clock.advance(1);
    expect(seen(await refresh(world, acme.tenantToken, idle.refresh_token))).toEqual(REFUSED);
  });

  test('ends with the credential that it was obtained by', async () => {
    const owner = { path: `/v1/tenants/${acme.tenantId}/api-tokens/${acme.tenantToken.clientId}` };
    const body = { expiresInSeconds: DAY_SECONDS };
    const second = await obtainSecret(manage, { ...owner, credentials: acme.tenantToken }, 'secrets', body);
    const family = await beginFamily(world, second);
    expect(await introspect(family.refresh_token)).toMatchObject({ exp: world.clock.nowSeconds() + DAY_SECONDS });
    world.clock.advance(DAY_SECONDS);
    expect(seen(await refresh(world, acme.tenantToken, family.refresh_token))).toEqual(REFUSED);
  });

  test('lives as long as the settings say, which have to make sense', async () => {
    await changeRefreshTokens(world, { lifetimeSeconds: 120, idleLifetimeSeconds: 60 });
    const { refresh_token: token } = await beginFamily(world, acme.tenantToken);
    expect(await introspect(token)).toMatchObject({ exp: world.clock.nowSeconds() + 60 });
    const refused = await world.manage('PATCH', '/v1/settings', { refreshTokens: { lifetimeSeconds: 59 } });
    const swapped = await world.manage('PATCH', '/v1/settings', { refreshTokens: { idleLifetimeSeconds: 121 } });
    await changeRefreshTokens(world, { lifetimeSeconds: 2_592_000, idleLifetimeSeconds: 1_209_600 });
    expect([refused.status, swapped.status]).toEqual([400, 400]);
  });
});

describe('N8: a family of refresh tokens ends as soon as', () => {
  const tokensOf = ({ tenantId }: Acme) => `/v1/tenants/${tenantId}/api-tokens`;
  const ofTenant = (tenant: Acme): SecretOwner => ({
    path: `${tokensOf(tenant)}/${tenant.tenantToken.clientId}`,
    credentials: tenant.tenantToken,
  });
  const ofMember = (tenant: Acme): SecretOwner => ({
    path: `/v1/tenants/${tenant.tenantId}/members/${tenant.userId}`,
    credentials: tenant.personalToken,
  });
  const ofServiceUser = async ({ tenantId, readerRoleId }: Acme): Promise<SecretOwner> => {
    const path = await createServiceUser(world, tenantId, [readerRoleId]);
    return { path, credentials: await createServiceUserSecret(world, path) };
  };
  type End = (tenant: Acme, owner: SecretOwner) => [method: string, path: string, body?: unknown];

  test.each<[string, (tenant: Acme) => SecretOwner | Promise<SecretOwner>, End]>([
    ['its API token is deleted', ofTenant, (_, { path }) => ['DELETE', path]],
    ['its API token is disabled', ofTenant, (_, { path }) => ['PATCH', path, { status: 'disabled' }]],
    ['its API token has no roles any more', ofTenant, (_, { path }) => ['PATCH', path, { roleIds: [] }]],
    ['its tenant is disabled', ofTenant, (t) => ['PATCH', `/v1/tenants/${t.tenantId}`, { status: 'disabled' }]],
    ['its tenant is deleted', ofTenant, (t) => ['DELETE', `/v1/tenants/${t.tenantId}`]],
    ['its user is disabled', ofMember, (t) => ['PATCH', `/v1/users/${t.userId}`, { status: 'disabled' }]],
    ['its user is deleted', ofMember, (t) => ['DELETE', `/v1/users/${t.userId}`]],
    ['its user is no member any more', ofMember, (_, { path }) => ['DELETE', path]],
    ['its service user is disabled', ofServiceUser, (_, { path }) => ['PATCH', path, { status: 'disabled' }]],
    [
      'its secret is deleted',
      ofServiceUser,
      (_, { path, credentials }) => ['DELETE', `${path}/secrets/${credentials.clientId}`],
    ],
  ])('%s', async (_what, arrange, end) => {
    const tenant = await arrangeAcme(world);
    const owner = await arrange(tenant);
    const family = await beginFamily(world, owner.credentials);
    expect(await areActive(family)).toEqual([true, true]);
    expect((await world.manage(...end(tenant, owner))).status).toBeLessThan(300);
    expect(await areActive(family)).toEqual([false, false]);
    expect((await refresh(world, owner.credentials, family.refresh_token)).status).toBeOneOf([400, 401]);
  });

  test.each(secretOwners)('a leaked secret of $owner is deleted, though another secret works', async (of) => {
    const owner = await of.create(manage, acme);
    if (owner.path.startsWith('/v1/applications/')) await register(owner, ['client_credentials', 'refresh_token']);
    const family = await beginFamily(world, owner.credentials);
    const second = await obtainSecret(manage, owner, 'secrets', {});
    expect(await areActive(family)).toEqual([true, true]);
    await manage('DELETE', `${owner.path}/secrets/${secretIdOf(owner.credentials)}`);
    expect(await areActive(family)).toEqual([false, false]);
    expect(seen(await refresh(world, second, family.refresh_token))).toEqual(REFUSED);
    expect(await areActive(await beginFamily(world, second))).toEqual([true, true]);
  });
});

describe('A10: an application with refresh tokens', () => {
  test('needs refresh_token among its grants, for the first token and for each refresh', async () => {
    const owner = (await secretOwners[2]?.create(manage, acme)) as SecretOwner;
    const unregistered = await askOffline(world, owner.credentials);
    await register(owner, ['client_credentials', 'refresh_token']);
    const family = await beginFamily(world, owner.credentials);
    await register(owner, ['client_credentials']);
    const refused = await refresh(world, owner.credentials, family.refresh_token);
    expect([unregistered, refused].map(seen)).toEqual([
      oauthError(400, 'invalid_scope'),
      oauthError(400, 'unauthorized_client'),
    ]);
    expect(await introspect(family.refresh_token)).toEqual({ active: false });
  });
});

describe('the revocation of a refresh token', () => {
  test.each([
    ['no hint', {}],
    ['the right hint', { token_type_hint: 'refresh_token' }],
    ['the wrong hint', { token_type_hint: 'access_token' }],
    ['an unknown hint', { token_type_hint: 'unknown' }],
  ])('I1, I7: ends the family of a refresh token under %s', async (_name, hint) => {
    const first = await beginFamily(world, acme.tenantToken);
    const second = granted(await refresh(world, acme.tenantToken, first.refresh_token));
    const { status, text } = await revoke(acme.tenantToken, second.refresh_token, hint);
    expect([status, text]).toEqual([200, '{}']);
    expect([await areActive(first), await areActive(second)]).toEqual([
      [false, false],
      [false, false],
    ]);
    expect(seen(await refresh(world, acme.tenantToken, second.refresh_token))).toEqual(REFUSED);
  });

  test('I7: ends the family also by a refresh token that was exchanged', async () => {
    const first = await beginFamily(world, acme.tenantToken);
    const second = granted(await refresh(world, acme.tenantToken, first.refresh_token));
    expect((await revoke(acme.tenantToken, first.refresh_token)).status).toBe(200);
    expect(await areActive(second)).toEqual([false, false]);
  });

  test('leaves the family active if an access token is revoked', async () => {
    const family = await beginFamily(world, acme.tenantToken);
    await revoke(acme.tenantToken, family.access_token);
    expect(await areActive(family)).toEqual([false, true]);
  });

  test('I3: is refused to another client, and the token stays active', async () => {
    const family = await beginFamily(world, acme.tenantToken);
    expect(seen(await revoke(acme.personalToken, family.refresh_token))).toEqual(
      oauthError(400, 'unauthorized_client'),
    );
    expect(await areActive(family)).toEqual([true, true]);
  });

  test('I2: succeeds for a refresh token that is unknown, invented, or revoked before', async () => {
    const { refresh_token: token } = await beginFamily(world, acme.tenantToken);
    await revoke(acme.tenantToken, token);
    const replies = [token, `mmr_${'A'.repeat(68)}`].map((one) => revoke(acme.tenantToken, one));
    expect((await Promise.all(replies)).map(({ status }) => status)).toEqual([200, 200]);
  });

  test('I6: fails if the family may still be active', async () => {
    const family = await beginFamily(world, acme.tenantToken);
    const fail = (operation: string) => (operation === 'PutItem' ? denied() : undefined);
    const failed = await whileFailing(world.dynamo, fail, () => revoke(acme.tenantToken, family.refresh_token));
    expect([failed.status, await areActive(family)]).toEqual([503, [true, true]]);
  });
});

describe('the introspection of a refresh token', () => {
  test('tells its client what it permits now, and for how long', async () => {
    const { refresh_token: token } = await beginFamily(world, acme.tenantToken);
    const now = world.clock.nowSeconds();
    expect(await introspect(token, acme.tenantToken)).toEqual({
      active: true,
      iss: world.url,
      sub: acme.tenantToken.clientId,
      aud: REPORTS,
      exp: now + 14 * DAY_SECONDS,
      iat: now,
      nbf: now,
      jti: expect.stringMatching(/^fam_\w{22}$/),
      client_id: acme.tenantToken.clientId,
      scope: 'read:reports write:reports',
      tenant_id: acme.tenantId,
    });
  });

  test('H7: answers every other caller that the token is inactive', async () => {
    const { refresh_token: token } = await beginFamily(world, acme.tenantToken);
    const globex = await arrangeAcme(world);
    const foreigner = await arrangeTenantManager(world, globex.tenantId, ['introspect:tokens']);
    const tenantMate = await arrangeTenantManager(world, acme.tenantId, ['introspect:tokens']);
    const askers = [globex.tenantToken, foreigner, tenantMate];
    const answers = await Promise.all(askers.map((caller) => introspect(token, caller)));
    expect(answers.map(({ active }) => active)).toEqual([false, false, true]);
  });

  test('costs no read besides that of the caller for an invented refresh token', async () => {
    const ask = () => introspect(`mmr_${'A'.repeat(68)}`, acme.tenantToken);
    await ask();
    expect(await costOf(world, ask)).toEqual({ reads: 1, writes: 0, kms: [], comparisons: 0 });
  });

  test('costs as many reads for an access token of a family as for every other access token', async () => {
    const { access_token: token } = await beginFamily(world, acme.tenantToken);
    const ask = () => introspect(token, acme.tenantToken);
    await ask();
    expect(await costOf(world, ask)).toEqual({ reads: 2, writes: 0, kms: [], comparisons: 0 });
  });
});
