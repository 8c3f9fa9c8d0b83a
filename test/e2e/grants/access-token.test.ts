import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
} from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { repeat } from '#test/support/ask/concurrent-calls.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import { type Credentials, REPORTS } from '#test/support/world/world.ts';

const LEDGER = 'https://api.example.com/ledger';

const world = useWorld();
const acme = useAcme(world);
let keySet: JSONWebKeySet;
beforeAll(async () => {
  keySet = (await world.send('GET', '/.well-known/jwks.json')).body as JSONWebKeySet;
});

/** The claims of a token, verified as an API does it, with another verifier than ours. */
async function verify(token: string, audience: string): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, createLocalJWKSet(keySet), {
    issuer: world.url,
    audience,
    typ: 'at+jwt',
    algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    currentDate: new Date(world.clock.nowSeconds() * 1_000),
  });
  return payload;
}

async function exchange(credentials: Credentials, parameters: Record<string, string> = {}) {
  const { body } = await world.post('/oauth/token', credentials, { grant_type: 'client_credentials', ...parameters });
  return body as { access_token: string; expires_in: number; scope: string };
}

let serial = 0;

/** Another API, with a role that opens it and a tenant token that has the role. */
async function arrangeApi(
  settings: object,
  token: object = {},
): Promise<{ audience: string; credentials: Credentials }> {
  serial += 1;
  const audience = `${LEDGER}${serial}`;
  await world.manage('POST', '/v1/apis', {
    identifier: audience,
    name: 'Ledger',
    permissions: [{ value: 'read:ledger' }],
    ...settings,
  });
  const { body: role } = await world.manage('POST', '/v1/roles', {
    key: `ledger${serial}`,
    name: 'Ledger',
    level: 100,
    permissions: [{ api: audience, value: 'read:ledger' }],
  });
  const { body: credentials } = await world.manage('POST', `/v1/tenants/${acme.tenantId}/api-tokens`, {
    description: 'ledger',
    roleIds: [(role as { id: string }).id],
    ...token,
  });
  return { audience, credentials: credentials as Credentials };
}

describe('the content of an access token', () => {
  test.each([
    ['RS256', 0],
    ['PS256', 1],
    ['ES256', 2],
    ['EdDSA', 3],
  ] as const)('F1, V9: %s tokens say type, algorithm and published key', async (signingAlgorithm, published) => {
    const { audience, credentials } = await arrangeApi({ signingAlgorithm });
    const token = await world.tokenFor(credentials, { audience });
    const kid = keySet.keys[published]?.kid;
    expect(decodeProtectedHeader(token)).toEqual({ alg: signingAlgorithm, kid, typ: 'at+jwt' });
    expect(await verify(token, audience)).toMatchObject({ client_id: credentials.clientId });
  });

  test("F2, F3: an application's token names the application, and no tenant", async () => {
    const now = world.clock.nowSeconds();
    const token = await world.tokenFor(world.admin, { scope: 'read:tenants' });
    expect(decodeJwt(token)).toEqual({
      iss: world.url,
      sub: world.admin.clientId,
      aud: `${world.url}/v1/`,
      exp: now + 3_600,
      iat: now,
      nbf: now,
      jti: expect.stringMatching(/^tok_[0-9A-Za-z]{22}$/),
      client_id: world.admin.clientId,
      scope: 'read:tenants',
      depends_on: [expect.stringMatching(/^grn_[0-9A-Za-z]{22}$/)],
    });
  });

  test("F2, F3: a tenant's token names the client, the tenant and its roles", async () => {
    const now = world.clock.nowSeconds();
    expect(decodeJwt(await world.tokenFor(acme.tenantToken))).toEqual({
      iss: world.url,
      sub: acme.tenantToken.clientId,
      aud: REPORTS,
      exp: now + 3_600,
      iat: now,
      nbf: now,
      jti: expect.stringMatching(/^tok_/),
      client_id: acme.tenantToken.clientId,
      scope: 'read:reports write:reports',
      tenant_id: acme.tenantId,
      roles: ['reports-reader', 'reports-writer'],
      permissions: ['read:reports', 'write:reports'],
      depends_on: [acme.apiId],
    });
  });

  test('F2: a personal token names the user', async () => {
    expect(decodeJwt(await world.tokenFor(acme.personalToken))).toMatchObject({
      sub: acme.userId,
      client_id: acme.personalToken.clientId,
      tenant_id: acme.tenantId,
      scope: 'read:reports',
    });
  });

  test('F2: no two tokens have the same id', async () => {
    const tokens = await Promise.all(Array.from({ length: 20 }, () => world.tokenFor(acme.tenantToken)));
    expect(new Set(tokens.map((token) => decodeJwt(token).jti)).size).toBe(20);
  });
});

describe('a request cannot change the claims of an access token', () => {
  const reserved = {
    iss: 'https://evil.example',
    sub: 'usr_0000000000000000000000',
    aud: 'https://evil.example',
    exp: 9_999_999_999,
    client_id: 'cli_0000000000000000000000',
    scope: 'everything',
    tenant_id: 'ten_0000000000000000000000',
    cnf: { jkt: 'x' },
    act: { sub: 'x' },
    jti: 'tok_0000000000000000000000',
  };

  test('F13: its metadata named like claims stays metadata', async () => {
    const { audience, credentials } = await arrangeApi({}, { metadata: reserved });
    const { jti, exp, ...claims } = await verify(await world.tokenFor(credentials, { audience }), audience);
    expect([jti, exp]).toEqual([expect.stringMatching(/^tok_/), world.clock.nowSeconds() + 3_600]);
    expect(claims).toEqual({
      iss: world.url,
      sub: credentials.clientId,
      aud: audience,
      iat: world.clock.nowSeconds(),
      nbf: world.clock.nowSeconds(),
      client_id: credentials.clientId,
      scope: 'read:ledger',
      tenant_id: acme.tenantId,
      roles: [`ledger${serial}`],
      permissions: ['read:ledger'],
      depends_on: [expect.stringMatching(/^api_[0-9A-Za-z]{22}$/)],
      metadata: reserved,
    });
  });

  test('F13: its parameters named like claims are ignored', async () => {
    const { access_token: token } = await exchange(acme.tenantToken, { sub: 'x', exp: '9999999999', tenant_id: 'x' });
    expect(decodeJwt(token)).toMatchObject({
      sub: acme.tenantToken.clientId,
      exp: world.clock.nowSeconds() + 3_600,
      tenant_id: acme.tenantId,
    });
  });

  test('F12: claims beyond the 4096 bytes that KMS takes are signed all the same', async () => {
    const metadata = { text: 'x'.repeat(4_080) };
    const { audience, credentials } = await arrangeApi({}, { metadata });
    const token = await world.tokenFor(credentials, { audience });
    expect(token.split('.')[1]?.length).toBeGreaterThan(4_096);
    expect((await verify(token, audience)).metadata).toEqual(metadata);
  });

  test('F11: every ES256 signature is 64 bytes long and verifies', async () => {
    const { audience, credentials } = await arrangeApi({ signingAlgorithm: 'ES256' });
    const tokens = await repeat(100, () => world.tokenFor(credentials, { audience }));
    await Promise.all(tokens.map((token) => verify(token, audience)));
    const lengths = tokens.map((token) => Buffer.from(token.split('.')[2] ?? '', 'base64url').length);
    expect(lengths.filter((length) => length !== 64)).toEqual([]);
  });
});

describe('the lifetime of an access token', () => {
  test.each([60, 600, 3_599, 86_400])('F14, F15: is %i seconds if its API says so', async (tokenLifetimeSeconds) => {
    const { audience, credentials } = await arrangeApi({ tokenLifetimeSeconds });
    const { access_token: token, expires_in: expiresIn } = await exchange(credentials, { audience });
    const { exp = 0, iat = 0 } = decodeJwt(token);
    expect([expiresIn, exp - iat]).toEqual([tokenLifetimeSeconds, tokenLifetimeSeconds]);
  });

  test.each([0, 59, 86_401, 90.5, -1])('F14: is never %s seconds', async (tokenLifetimeSeconds) => {
    const request = { identifier: `${LEDGER}-never`, name: 'Ledger', tokenLifetimeSeconds };
    const { status, body } = await world.manage('POST', '/v1/apis', request);
    expect([status, body]).toEqual([400, expect.objectContaining({ field: 'tokenLifetimeSeconds' })]);
  });

  test.each([
    [1, 1],
    [299, 299],
    [3_600, 3_600],
    [86_400, 3_600],
  ])('F15: is, with %i seconds left to its credentials, %i', async (expiresInSeconds, lifetimeSeconds) => {
    const { audience, credentials } = await arrangeApi({}, { expiresInSeconds });
    const { access_token: token, expires_in: expiresIn } = await exchange(credentials, { audience });
    const { exp = 0, iat = 0 } = decodeJwt(token);
    expect([expiresIn, exp - iat]).toEqual([lifetimeSeconds, lifetimeSeconds]);
  });
});

describe('F16: symmetric keys without the switch for HS256', () => {
  test('are not published', () => {
    expect(keySet.keys.map(({ kty, alg }) => `${kty} ${alg}`)).toEqual([
      'RSA RS256',
      'RSA PS256',
      'EC ES256',
      'OKP EdDSA',
    ]);
  });

  test.each(['HS256', 'HS512', 'none'])('are refused: no API signs with %s', async (signingAlgorithm) => {
    const request = { identifier: `${LEDGER}-hmac`, name: 'Ledger', signingAlgorithm };
    const { status, body } = await world.manage('POST', '/v1/apis', request);
    expect([status, body]).toEqual([400, expect.objectContaining({ field: 'signingAlgorithm' })]);
  });
});
