import { exportJWK, generateKeyPair, importJWK, type JWTPayload, SignJWT } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { type JwtAuthorizer, startGateway } from '#infra/local/gateway/gateway.ts';
import { echo, echoedEvent, gatewayAnswer, gatewayWith, send, stoppedClock } from './running-gateway.ts';

const AUDIENCE = 'https://api.example';
const NO_TOKEN = gatewayAnswer(401, '{"message":"Unauthorized"}', { 'www-authenticate': 'Bearer' });
const INVALID_TOKEN = gatewayAnswer(401, '{"message":"Unauthorized"}', {
  'www-authenticate': 'Bearer scope="" error="invalid_token"',
});

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;
let first: KeyPair;
let second: KeyPair;

beforeAll(async () => {
  [first, second] = await Promise.all([generateKeyPair('RS256', { extractable: true }), generateKeyPair('RS256')]);
});

/** Starts an issuer with a discovery document. `published` may change while it runs. */
async function issuerPublishing(published: Record<string, KeyPair>) {
  const jwks = async () => ({
    keys: await Promise.all(
      Object.entries(published).map(async ([kid, { publicKey }]) => ({
        ...(await exportJWK(publicKey)),
        kid,
        use: 'sig',
      })),
    ),
  });
  const gateway = await gatewayWith({
    httpRoutes: [
      { method: 'GET', path: '/keys', handler: jwks },
      {
        method: 'GET',
        path: '/.well-known/openid-configuration',
        handler: async () => ({ issuer: gateway.url, jwks_uri: `${gateway.url}/keys` }),
      },
    ],
  });
  return gateway.url;
}

async function world(settings: Partial<JwtAuthorizer> = {}, authorizationScopes: string[] = []) {
  const clock = stoppedClock();
  const published: Record<string, KeyPair> = { first };
  const issuer = await issuerPublishing(published);
  const authorizer: JwtAuthorizer = { type: 'JWT', issuer, audience: [AUDIENCE], ...settings };
  const { url, failures } = await gatewayWith({
    httpRoutes: [{ method: 'GET', path: '/', handler: echo, authorizer, authorizationScopes }],
    nowMilliseconds: clock.nowMilliseconds,
  });
  const nowSeconds = clock.nowMilliseconds() / 1000;
  const claims = { iss: issuer, aud: AUDIENCE, sub: 'client', iat: nowSeconds, exp: nowSeconds + 600 };
  return { url, failures, clock, published, claims };
}

function sign(claims: JWTPayload, header: { kid?: string } = { kid: 'first' }, key = first.privateKey) {
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', ...header }).sign(key);
}

function bearing(token: string) {
  return { headers: { Authorization: `Bearer ${token}` } };
}

test('a JWT authorizer passes the claims on as text', async () => {
  const { url, claims } = await world();
  const token = await sign({ ...claims, roles: ['a', 'b'], admin: true });
  const { requestContext } = await echoedEvent(url, bearing(token));
  expect((requestContext as { authorizer: unknown }).authorizer).toEqual({
    jwt: {
      claims: {
        iss: claims.iss,
        aud: AUDIENCE,
        sub: 'client',
        iat: `${claims.iat}`,
        exp: `${claims.exp}`,
        roles: '[a b]',
        admin: 'true',
      },
      scopes: null,
    },
  });
});

test('a JWT authorizer answers 401 to a request without a token', async () => {
  const { url } = await world();
  expect(await send(url)).toEqual(NO_TOKEN);
});

test('a JWT authorizer accepts a token without a scheme, and a token in the query if configured', async () => {
  const inHeader = await world();
  expect(await send(inHeader.url, { headers: { Authorization: await sign(inHeader.claims) } })).toMatchObject({
    status: 200,
  });
  const inQuery = await world({ identitySource: '$request.querystring.token' });
  expect(await send(`${inQuery.url}/?token=${await sign(inQuery.claims)}`)).toMatchObject({ status: 200 });
});

test('a JWT authorizer uses client_id as the audience of a token without aud', async () => {
  const { url, claims } = await world();
  const { aud: _aud, ...withoutAudience } = claims;
  expect(await send(url, bearing(await sign({ ...withoutAudience, client_id: AUDIENCE })))).toMatchObject({
    status: 200,
  });
  expect(await send(url, bearing(await sign({ ...claims, aud: 'other', client_id: AUDIENCE })))).toEqual(INVALID_TOKEN);
});

test.each<[string, JWTPayload]>([
  ['of another issuer', { iss: 'https://other.example' }],
  ['for another audience', { aud: ['https://other.example'] }],
  ['that has expired', { exp: 1 }],
  ['that is not valid yet', { nbf: 4_000_000_000 }],
])('a JWT authorizer refuses a token %s', async (_kind, change) => {
  const { url, claims } = await world();
  expect(await send(url, bearing(await sign({ ...claims, ...change })))).toEqual(INVALID_TOKEN);
});

test.each(['aud', 'exp', 'iss'] as const)('a JWT authorizer refuses a token without %s', async (name) => {
  const { url, claims } = await world();
  const { [name]: _left, ...others } = claims;
  expect(await send(url, bearing(await sign(others)))).toEqual(INVALID_TOKEN);
});

test('a JWT authorizer refuses a missing or unknown kid, a forged signature, and text that is not a token', async () => {
  const { url, claims } = await world();
  const tokens = await Promise.all([
    sign(claims, {}),
    sign(claims, { kid: 'unheard-of' }),
    sign(claims, { kid: 'first' }, second.privateKey),
  ]);
  for (const token of [...tokens, 'not.a.token', 'x']) expect(await send(url, bearing(token))).toEqual(INVALID_TOKEN);
});

test('a JWT authorizer refuses a valid signature with another algorithm than RS256, RS384 and RS512', async () => {
  const { url, claims } = await world();
  const sameKey = await importJWK(await exportJWK(first.privateKey), 'PS256');
  const token = await new SignJWT(claims).setProtectedHeader({ alg: 'PS256', kid: 'first' }).sign(sameKey);
  expect(await send(url, bearing(token))).toEqual(INVALID_TOKEN);
});

test('a JWT authorizer knows a new key only when its fetched key set is two hours old', async () => {
  const { url, clock, published, claims } = await world();
  const later = { ...claims, exp: claims.exp + 7200 };
  expect(await send(url, bearing(await sign(later)))).toMatchObject({ status: 200 });
  published.second = second;
  const token = await sign(later, { kid: 'second' }, second.privateKey);
  clock.advanceSeconds(7199);
  expect(await send(url, bearing(token))).toEqual(INVALID_TOKEN);
  clock.advanceSeconds(1);
  expect(await send(url, bearing(token))).toMatchObject({ status: 200 });
});

test('a JWT authorizer requires one of the scopes of the route, in scope or scp', async () => {
  const { url, claims } = await world({}, ['pets:read', 'pets:write']);
  const { requestContext } = await echoedEvent(url, bearing(await sign({ ...claims, scope: 'x pets:read' })));
  expect(requestContext).toMatchObject({ authorizer: { jwt: { scopes: ['pets:read'] } } });
  expect(await send(url, bearing(await sign({ ...claims, scp: ['pets:write'] })))).toMatchObject({ status: 200 });
  for (const scope of ['pets', 'pets:read:all', '']) {
    expect(await send(url, bearing(await sign({ ...claims, scope })))).toEqual(
      gatewayAnswer(403, '{"message":"Forbidden"}', {
        'www-authenticate': 'Bearer scope="pets:read pets:write" error="insufficient_scope"',
      }),
    );
  }
});

test('a JWT authorizer answers 401 if the issuer has no discovery document, and reports it', async () => {
  const { url, claims, failures } = await world({ issuer: 'http://127.0.0.1:9' });
  expect(await send(url, bearing(await sign(claims)))).toEqual(INVALID_TOKEN);
  expect(failures).toEqual([expect.stringMatching(/^JWT authorizer: /)]);
});

test('a JWT authorizer is refused for REST APIs', async () => {
  const authorizer: JwtAuthorizer = { type: 'JWT', issuer: 'https://issuer.example', audience: [] };
  const restApis = [{ stage: 'dev', routes: [{ method: 'GET', path: '/', handler: echo, authorizer }] }];
  await expect(startGateway({ httpRoutes: [], restApis })).rejects.toEqual(
    new Error('REST APIs have no JWT authorizers.'),
  );
});
