import { decodeJwt, decodeProtectedHeader } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { type GuardedApi, startGuardedApi } from '#test/support/arrange/guarded-api.ts';
import { type Manage, manageWith, succeed } from '#test/support/arrange/manage.ts';
import { oauthError, problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { introspectedScope } from '#test/support/ask/scope-or-refusal.ts';
import { costOf } from '#test/support/stored/call-counts.ts';
import { opened, useAcme, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

interface Jwt {
  readonly clientId: string;
  readonly accessToken: string;
}

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
let manage: Manage;
beforeAll(async () => {
  manage = manageWith(world, await world.tokenFor(world.admin));
});
const online = opened(() => startGuardedApi(world, { mode: 'online' }));
const offline = opened(() => startGuardedApi(world, { mode: 'offline' }));

const tenantTokens = () => `/v1/tenants/${acme.tenantId}/api-tokens`;
const memberTokens = () => `/v1/tenants/${acme.tenantId}/members/${acme.userId}/api-tokens`;
const roleIds = () => [acme.readerRoleId, acme.writerRoleId];
const ofTenant = (body: object = {}) =>
  succeed<Jwt>(
    manage('POST', tenantTokens(), { kind: 'access_token', description: 'probe', roleIds: roleIds(), ...body }),
  );
const ofMember = (body: object = {}) =>
  succeed<Jwt>(manage('POST', memberTokens(), { kind: 'access_token', description: 'my laptop', ...body }));
const introspect = async (token: string) => (await world.post('/oauth/introspect', world.admin, { token })).body;
const visit = async (api: GuardedApi, token: string, method = 'GET') =>
  (await api.visit(method, '/reports', `Bearer ${token}`)).status;
/** The rights of a token: its scope at introspection, and the status of an API that works online. */
const accessOf = async ({ accessToken }: Jwt) => [
  await introspectedScope(world, accessToken),
  await visit(online, accessToken),
];
const NO_ACCESS = [undefined, 403];

describe('an API token of kind access_token', () => {
  test('says who its client is and which API it is for, and no permissions', async () => {
    const { accessToken, ...shown } = await ofTenant({ metadata: { team: 'a' } });
    const now = world.clock.nowSeconds();
    expect(decodeProtectedHeader(accessToken)).toEqual({
      alg: 'RS256',
      kid: expect.any(String),
      typ: 'mintmark-token+jwt',
    });
    expect(decodeJwt(accessToken)).toEqual({
      iss: world.url,
      sub: shown.clientId,
      aud: REPORTS,
      iat: now,
      nbf: now,
      jti: expect.stringMatching(/^tok_\w{22}$/),
      client_id: shown.clientId,
      tenant_id: acme.tenantId,
    });
    expect(shown).toMatchObject({ kind: 'access_token', audience: REPORTS, secrets: [], expiresAt: null, version: 1 });
    expect(shown).toMatchObject({ tokenId: decodeJwt(accessToken).jti });
  });

  test('B21: is shown once, and lies in no table', async () => {
    const { accessToken, ...shown } = await ofTenant();
    const [, payload = '', signature = ''] = accessToken.split('.');
    const one = await manage('GET', `${tenantTokens()}/${shown.clientId}`);
    expect(one.body).toEqual(shown);
    for (const { text } of [one, await manage('GET', `${tenantTokens()}?limit=100`)]) {
      expect([text.includes(payload), text.includes(signature)]).toEqual([false, false]);
    }
    expect(world.dynamo.bodies.filter((body) => body.includes(signature.slice(0, 40)))).toEqual([]);
  });

  test('B21: is not in the answer to a repeat', async () => {
    const body = { kind: 'access_token', description: 'once', roleIds: roleIds() };
    const create = () => manage('POST', tenantTokens(), body, { 'idempotency-key': 'one-jwt' });
    const first = await succeed<Jwt>(create());
    const { accessToken: _accessToken, ...rest } = first;
    expect((await create()).body).toEqual({ ...rest, notice: expect.any(String) });
  });

  test('costs one signature and no hash', async () => {
    await ofTenant();
    const cost = await costOf(world, () => ofTenant());
    expect(cost).toEqual({ reads: 2, writes: 3, kms: ['Sign'], comparisons: 0 });
  });

  test('is signed with the algorithm of its API', async () => {
    const identifier = 'https://api.example.com/es256';
    await succeed(
      manage('POST', '/v1/apis', {
        identifier,
        name: 'E',
        signingAlgorithm: 'ES256',
        permissions: [{ value: 'read' }],
      }),
    );
    const permissions = [{ api: identifier, value: 'read' }];
    const { accessToken } = await ofTenant({ roleIds: undefined, permissions });
    expect(decodeProtectedHeader(accessToken).alg).toBe('ES256');
    expect(await introspect(accessToken)).toMatchObject({ active: true, aud: identifier, scope: 'read' });
  });

  test('C9: permits what the records say at that moment, and introspection shows its roles and metadata', async () => {
    const jwt = await ofTenant({ metadata: { team: 'a' } });
    const { jti, iat } = decodeJwt(jwt.accessToken);
    const claims = { iss: world.url, sub: jwt.clientId, aud: REPORTS, iat, nbf: iat, jti, client_id: jwt.clientId };
    const told = { active: true, token_type: 'Bearer', ...claims, tenant_id: acme.tenantId };
    expect(await introspect(jwt.accessToken)).toEqual({
      ...told,
      scope: 'read:reports write:reports',
      permissions: ['read:reports', 'write:reports'],
      roles: ['reports-reader', 'reports-writer'],
      metadata: { team: 'a' },
    });
    const change = { roleIds: [acme.readerRoleId], metadata: null };
    await succeed(manage('PATCH', `${tenantTokens()}/${jwt.clientId}`, change));
    expect(await introspect(jwt.accessToken)).toEqual({
      ...told,
      scope: 'read:reports',
      permissions: ['read:reports'],
      roles: ['reports-reader'],
    });
    expect([await visit(online, jwt.accessToken), await visit(online, jwt.accessToken, 'POST')]).toEqual([200, 403]);
    await succeed(manage('PATCH', `${tenantTokens()}/${jwt.clientId}`, { roleIds: roleIds() }));
    expect(await visit(online, jwt.accessToken, 'POST')).toBe(200);
  });

  test('C10: of a member acts as that member, with the roles the member has', async () => {
    const jwt = await ofMember();
    expect(await introspect(jwt.accessToken)).toMatchObject({ sub: acme.userId, scope: 'read:reports' });
    await succeed(
      manage('PUT', `/v1/tenants/${acme.tenantId}/members/${acme.userId}`, { roleIds: [acme.writerRoleId] }),
    );
    expect(await introspect(jwt.accessToken)).toMatchObject({ scope: 'write:reports', roles: ['reports-writer'] });
    await succeed(
      manage('PUT', `/v1/tenants/${acme.tenantId}/members/${acme.userId}`, { roleIds: [acme.readerRoleId] }),
    );
  });

  test('opens the management API if it is the audience', async () => {
    const api = `${world.url}/v1/`;
    const permissions = [{ api, value: 'read:tenants' }];
    const { accessToken } = await ofTenant({ roleIds: undefined, permissions, audience: api });
    const path = `/v1/tenants/${acme.tenantId}`;
    expect((await world.manage('GET', path, undefined, accessToken)).status).toBe(200);
    expect((await world.manage('GET', `${path}/members`, undefined, accessToken)).status).toBe(403);
    const { accessToken: elsewhere } = await ofTenant();
    expect((await world.manage('GET', path, undefined, elsewhere)).status).toBe(401);
  });

  test('F4: is refused by an authorizer that works offline', async () => {
    const jwt = await ofTenant();
    expect([await visit(offline, jwt.accessToken), await visit(online, jwt.accessToken)]).toEqual([403, 200]);
  });

  test('H4: is inactive from its deletion on', async () => {
    const jwt = await ofTenant();
    expect(await accessOf(jwt)).toEqual(['read:reports write:reports', 200]);
    await manage('DELETE', `${tenantTokens()}/${jwt.clientId}`);
    expect(await accessOf(jwt)).toEqual(NO_ACCESS);
  });

  test('H4: is inactive while it, its tenant or its user is disabled', async () => {
    const [jwt, personal] = [await ofTenant(), await ofMember()];
    const disabling = [
      [jwt, `${tenantTokens()}/${jwt.clientId}`],
      [personal, `/v1/users/${acme.userId}`],
      [personal, `/v1/tenants/${acme.tenantId}`],
    ] as const;
    for (const [token, path] of disabling) {
      await succeed(manage('PATCH', path, { status: 'disabled' }));
      expect(await accessOf(token)).toEqual(NO_ACCESS);
      await succeed(manage('PATCH', path, { status: 'active' }));
      expect(await visit(online, token.accessToken)).toBe(200);
    }
  });

  test('Q8: says when it expires, and ends then, or earlier if the expiry of its API token was changed', async () => {
    const [jwt, shortened] = [
      await ofTenant({ expiresInSeconds: 315_360_000 }),
      await ofTenant({ expiresInSeconds: 90 }),
    ];
    expect(decodeJwt(jwt.accessToken).exp).toBe(world.clock.nowSeconds() + 315_360_000);
    await succeed(manage('PATCH', `${tenantTokens()}/${shortened.clientId}`, { expiresInSeconds: 30 }));
    world.clock.advance(30);
    expect([await accessOf(shortened), await visit(online, jwt.accessToken)]).toEqual([NO_ACCESS, 200]);
    world.clock.advance(315_360_000 - 30);
    manage = manageWith(world, await world.tokenFor(world.admin));
    expect(await accessOf(jwt)).toEqual(NO_ACCESS);
  });

  test('F6: does not pass to an API that takes over the identifier of its own', async () => {
    const api = { identifier: 'https://api.example.com/passing', name: 'Passing', permissions: [{ value: 'read' }] };
    const { id } = await succeed(manage('POST', '/v1/apis', api));
    const permissions = [{ api: api.identifier, value: 'read' }];
    const jwt = await ofTenant({ roleIds: undefined, permissions });
    await manage('DELETE', `/v1/apis/${id}`);
    await succeed(manage('POST', '/v1/apis', api));
    await succeed(manage('PATCH', `${tenantTokens()}/${jwt.clientId}`, { permissions }));
    expect(await introspect(jwt.accessToken)).toEqual({ active: false });
  });
});

describe('an API token of kind access_token is refused', () => {
  const post = (body: object) => manage('POST', tenantTokens(), { kind: 'access_token', description: 'no', ...body });

  test.each([
    ['for an API at which it has no permission', { audience: REPORTS }],
    ['for an API that does not exist', { audience: 'https://api.example.com/none' }],
    ['without an audience, if its permissions name no single API', {}],
  ])('%s', async (_what, body) => {
    expect(seen(await post(body))).toEqual(problem(400, 'invalid_request', 'audience'));
  });

  test('if an API token of the other kind names an audience, which each exchange chooses', async () => {
    const reply = await post({ kind: 'client_credentials', audience: REPORTS, roleIds: roleIds() });
    expect(seen(reply)).toEqual(problem(400, 'invalid_request', 'audience'));
  });

  test('as the client of an exchange, because it has no secrets and gets none', async () => {
    const { clientId, accessToken } = await ofTenant();
    const secrets = `${tenantTokens()}/${clientId}/secrets`;
    for (const [path, body] of [
      [secrets, {}],
      [`${secrets}/rotate`, { graceSeconds: 0 }],
      [`${secrets}/rotate`, { graceSeconds: 60 }],
      [`${secrets}/rotate/finish`, undefined],
    ] as const) {
      expect(seen(await manage('POST', path, body))).toEqual(problem(409, 'conflict'));
    }
    const exchange = { grant_type: 'client_credentials' };
    for (const clientSecret of [accessToken, acme.tenantToken.clientSecret]) {
      expect(seen(await world.post('/oauth/token', { clientId, clientSecret }, exchange))).toEqual(
        oauthError(401, 'invalid_client'),
      );
    }
  });

  test('DEC12: for revocation by any other client, and stays as it is', async () => {
    const jwt = await ofTenant();
    const reply = await world.post('/oauth/revoke', acme.tenantToken, { token: jwt.accessToken });
    expect(seen(reply)).toEqual(oauthError(400, 'unauthorized_client'));
    expect(await visit(online, jwt.accessToken)).toBe(200);
  });
});
