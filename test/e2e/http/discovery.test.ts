import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { beforeAll, describe, expect, test } from 'vitest';
import type { LambdaTable } from '#shared/api/table.ts';
import { tables } from '#shared/api/tables.ts';
import { allowRefreshTokens, beginFamily, refresh } from '#test/support/arrange/refresh-tokens.ts';
import { createService, exchangeToken, TOKEN_EXCHANGE } from '#test/support/arrange/token-exchange.ts';
import { oauthError, seen } from '#test/support/ask/answers.ts';
import { race } from '#test/support/ask/concurrent-calls.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import {
  clientAssertion,
  createServiceUserKey,
  exchangeAssertion,
  JWT_BEARER,
  signAssertion,
} from '#test/support/clients/service-user-keys.ts';
import { createServiceUser } from '#test/support/clients/service-users.ts';
import {
  applicationAssertion,
  applicationKey,
  createSigningApplication,
} from '#test/support/clients/signing-applications.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

const OAUTH_METADATA = '/.well-known/oauth-authorization-server';
const OPENID_METADATA = '/.well-known/openid-configuration';
const JWKS = '/.well-known/jwks.json';
const DOCUMENTS = [OAUTH_METADATA, OPENID_METADATA, JWKS];

type Metadata = Readonly<Record<string, unknown>>;

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
let serviceUser: string;
let metadata: Metadata;
beforeAll(async () => {
  serviceUser = await createServiceUser(world, acme.tenantId, [acme.readerRoleId]);
  metadata = (await world.send('GET', OAUTH_METADATA)).body as Metadata;
});
const key = prepared(() => createServiceUserKey(world, serviceUser));

const GRANT = 'client_credentials';
const SIGNATURES = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'];
const AUTHENTICATION = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'];
const exchange = (parameters: Record<string, string> = {}) =>
  world.post('/oauth/token', acme.tenantToken, { grant_type: GRANT, ...parameters });
const pathOf = (url: unknown) => String(url).slice(world.url.length);

describe('the metadata of the server', () => {
  test('L1, L3: is all that clients and verifiers need, under the issuer that it is read from', () => {
    expect(metadata).toEqual({
      issuer: world.url,
      token_endpoint: `${world.url}/oauth/token`,
      introspection_endpoint: `${world.url}/oauth/introspect`,
      revocation_endpoint: `${world.url}/oauth/revoke`,
      pushed_authorization_request_endpoint: `${world.url}/oauth/par`,
      jwks_uri: `${world.url}/.well-known/jwks.json`,
      signed_jwks_uri: `${world.url}/.well-known/jwks.jws`,
      authorization_endpoint: `${world.url}/oauth/authorize`,
      end_session_endpoint: `${world.url}/oauth/logout`,
      userinfo_endpoint: `${world.url}/oauth/userinfo`,
      grant_types_supported: [GRANT, JWT_BEARER, 'refresh_token', TOKEN_EXCHANGE, 'authorization_code'],
      response_types_supported: ['code'],
      response_modes_supported: ['query', 'fragment', 'form_post', 'web_message'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      request_uri_parameter_supported: false,
      require_pushed_authorization_requests: false,
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      claims_supported: ['sub', 'name', 'email', 'email_verified', 'auth_time', 'amr', 'sid', 'nonce'],
      prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
      token_endpoint_auth_methods_supported: [...AUTHENTICATION, 'none'],
      token_endpoint_auth_signing_alg_values_supported: SIGNATURES,
      introspection_endpoint_auth_methods_supported: AUTHENTICATION,
      introspection_endpoint_auth_signing_alg_values_supported: SIGNATURES,
      introspection_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      introspection_encryption_alg_values_supported: ['RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A256KW'],
      introspection_encryption_enc_values_supported: ['A128CBC-HS256', 'A256GCM'],
      revocation_endpoint_auth_methods_supported: [...AUTHENTICATION, 'none'],
      revocation_endpoint_auth_signing_alg_values_supported: SIGNATURES,
      dpop_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    });
  });

  test('L1: is the same where OpenID Connect verifiers look for it', async () => {
    expect((await world.send('GET', OPENID_METADATA)).body).toEqual(metadata);
  });

  test.each([
    '/.well-known/oauth-protected-resource',
    '/.well-known/webfinger',
    `${OAUTH_METADATA}/tenant`,
    `${OAUTH_METADATA}/`,
    '/tenant/.well-known/openid-configuration',
    '/.well-known/',
  ])('L1, L2: does not exist at %s', async (path) => {
    expect((await world.send('GET', path)).status).toBe(404);
  });

  test.each(DOCUMENTS)('may be kept for five minutes: %s', async (path) => {
    const { headers } = await world.send('GET', path);
    expect([headers.get('content-type'), headers.get('cache-control')]).toEqual([
      'application/json',
      'public, max-age=300',
    ]);
  });

  test.each(DOCUMENTS)('can only be read: %s', async (path) => {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const { status, headers } = await world.send(method, path);
      expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
    }
  });
});

describe('L4: the metadata of the server is true:', () => {
  const advertised = () => Object.entries(metadata).filter(([name]) => name.endsWith('_endpoint'));
  /** The endpoints at which clients authenticate. */
  const endpoints = () => advertised().filter(([name]) => `${name}_auth_methods_supported` in metadata);
  const form = async (endpoint: string): Promise<Record<string, string>> => {
    if (endpoint === 'token_endpoint') return { grant_type: GRANT, audience: REPORTS };
    return { token: await world.tokenFor(acme.tenantToken, { audience: REPORTS }) };
  };
  const methodsOf = (endpoint: string) => metadata[`${endpoint}_auth_methods_supported`] as readonly string[];

  test('every OAuth endpoint is advertised, and nothing else is', () => {
    const served = (tables as readonly LambdaTable[])
      .flatMap(({ routes }) => Object.values(routes))
      .filter(({ path }) => path.startsWith('/oauth/'));
    const paths = [...new Set(served.map(({ path }) => path))];
    expect(
      advertised()
        .map(([, url]) => pathOf(url))
        .toSorted(),
    ).toEqual(paths.toSorted());
  });

  test('every advertised method of authentication works at its endpoint', async () => {
    for (const [endpoint, url] of endpoints()) {
      const parameters = await form(endpoint);
      const { clientId, clientSecret } = acme.tenantToken;
      const replies = {
        client_secret_basic: await world.post(pathOf(url), acme.tenantToken, parameters),
        client_secret_post: await world.post(pathOf(url), undefined, {
          ...(await form(endpoint)),
          client_id: clientId,
          client_secret: clientSecret,
        }),
        private_key_jwt: await world.post(pathOf(url), undefined, {
          ...parameters,
          token: 'of nobody else',
          ...(await clientAssertion(world, key)),
        }),
      };
      const ofConfidential = methodsOf(endpoint).filter((method) => method !== 'none');
      expect(Object.keys(replies)).toEqual(ofConfidential);
      expect(Object.values(replies).map(({ status }) => status)).toEqual([200, 200, 200]);
    }
  });

  test('no other method of authentication works', async () => {
    const { clientId: client_id, clientSecret } = acme.tenantToken;
    const jwt = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    const header = btoa(JSON.stringify({ alg: 'none' }));
    const others: readonly Record<string, string>[] = [
      { client_id },
      { client_id, client_assertion_type: jwt, client_assertion: `${header}.e30.` },
      { client_id, client_assertion_type: jwt, client_assertion: clientSecret },
      {},
    ];
    for (const [endpoint, url] of endpoints()) {
      const parameters = await form(endpoint);
      const replies = others.map((other) => world.post(pathOf(url), undefined, { ...parameters, ...other }));
      expect((await Promise.all(replies)).map(seen)).toEqual(others.map(() => oauthError(401, 'invalid_client')));
    }
  });

  test('L5: every algorithm advertised for assertions works, and none is not among them', async () => {
    for (const [endpoint, url] of endpoints()) {
      const algorithms = metadata[`${endpoint}_auth_signing_alg_values_supported`] as readonly string[];
      for (const algorithm of algorithms) {
        const [ofAlgorithm] = await createSigningApplication(world, acme, [applicationKey(algorithm)]);
        const members = ofAlgorithm && (await applicationAssertion(world, ofAlgorithm));
        const parameters = { ...(await form(endpoint)), token: 'of nobody else', ...members };
        expect((await world.post(pathOf(url), undefined, parameters)).status).toBe(200);
      }
    }
  });

  test('every advertised grant works', async () => {
    await allowRefreshTokens(world, acme);
    const { refresh_token: token } = await beginFamily(world, acme.tenantToken);
    const service = await createService(world, [acme.apiId]);
    const replies = {
      [GRANT]: await exchange({ audience: REPORTS }),
      [JWT_BEARER]: await exchangeAssertion(world, await signAssertion(world, key)),
      refresh_token: await refresh(world, acme.tenantToken, token),
      [TOKEN_EXCHANGE]: await exchangeToken(world, service, await world.tokenFor(acme.tenantToken)),
    };
    expect([...Object.keys(replies), 'authorization_code']).toEqual(metadata.grant_types_supported);
    expect(Object.values(replies).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  test.each([
    'Refresh_Token',
    'password',
    'implicit',
    'CLIENT_CREDENTIALS',
    'urn:ietf:params:oauth:grant-type:device_code',
    'urn:ietf:params:oauth:grant-type:saml2-bearer',
    'urn:openid:params:grant-type:ciba',
  ])('A9, M11: the grant %s does not work', async (grant_type) => {
    const parameters = { grant_type, username: 'ada', password: 'x', code: 'x', refresh_token: 'x', assertion: 'x' };
    expect(seen(await exchange(parameters))).toEqual(oauthError(400, 'unsupported_grant_type'));
  });

  test.each(['device_authorization', 'register', 'token/', 'keys'])('nothing answers at /oauth/%s', async (name) => {
    const replies = [await world.send('GET', `/oauth/${name}`), await world.send('POST', `/oauth/${name}`)];
    expect(replies.map(({ status }) => status)).toEqual([404, 404]);
  });

  test('every advertised algorithm is that of a published key, and tokens are signed with it', async () => {
    const { body } = await world.send('GET', pathOf(metadata.jwks_uri));
    const { keys } = body as { keys: readonly { alg: string; kid: string }[] };
    expect(keys.map(({ alg }) => alg)).toEqual(metadata.id_token_signing_alg_values_supported);
  });
});

describe('the published key set', () => {
  test('L6: holds public signing keys only, each under its own name', async () => {
    const { body } = await world.send('GET', JWKS);
    const common = { kid: expect.stringMatching(/^[\w-]{43}$/), use: 'sig' };
    const coordinate = expect.stringMatching(/^[\w-]{43}$/);
    expect(body).toEqual({
      keys: [
        { ...common, kty: 'RSA', alg: 'RS256', e: 'AQAB', n: expect.stringMatching(/^[\w-]{342}$/) },
        { ...common, kty: 'RSA', alg: 'PS256', e: 'AQAB', n: expect.stringMatching(/^[\w-]{342}$/) },
        { ...common, kty: 'EC', alg: 'ES256', crv: 'P-256', x: coordinate, y: coordinate },
        { ...common, kty: 'OKP', alg: 'EdDSA', crv: 'Ed25519', x: coordinate },
      ],
    });
    const kids = (body as { keys: readonly { kid: string }[] }).keys.map(({ kid }) => kid);
    expect(new Set(kids).size).toBe(kids.length);
  });

  test('L9: is served from memory, however many ask', async () => {
    world.kms.forget();
    world.dynamo.forget();
    const replies = await Promise.all(race(64, (runner) => world.send('GET', DOCUMENTS[runner % 3] ?? JWKS)));
    expect(replies.map(({ status }) => status)).toEqual(Array(64).fill(200));
    expect([world.kms.calls, world.dynamo.calls]).toEqual([[], []]);
  });
});

describe('a reader of the metadata', () => {
  /** `fetch` would not let a request name another host. */
  const getWithHeaders = (path: string, headers: Record<string, string>) =>
    new Promise<unknown>((resolve, reject) => {
      const sent = request(world.url + path, { headers }, (response) => resolve(json(response)));
      sent.on('error', reject).end();
    });

  test('L7: reads the same issuer and URLs by the address of this machine', async () => {
    const host = `127.0.0.1:${new URL(world.url).port}`;
    for (const path of [OAUTH_METADATA, OPENID_METADATA])
      expect(await getWithHeaders(path, { host })).toEqual(metadata);
  });

  test('L12: gets nothing for another host', async () => {
    const refusal = { message: 'Misdirected Request' };
    expect(await getWithHeaders(OAUTH_METADATA, { host: 'evil.example.com' })).toEqual(refusal);
  });

  test.each([
    { 'x-forwarded-host': 'evil.example.com', 'x-forwarded-proto': 'https', 'x-forwarded-port': '1' },
    { forwarded: 'host=evil.example.com;proto=https' },
    { 'x-original-url': '/evil', 'x-rewrite-url': '/evil' },
  ])('L7: reads the same issuer and URLs with %o', async (headers) => {
    for (const path of [OAUTH_METADATA, OPENID_METADATA]) expect(await getWithHeaders(path, headers)).toEqual(metadata);
  });

  test('L10: gets the same answer from any web page, and never with its cookies', async () => {
    for (const path of DOCUMENTS) {
      const [plain, crossOrigin] = [
        await world.send('GET', path),
        await world.send('GET', path, { headers: { origin: 'https://evil.example.com', cookie: 'session=1' } }),
      ];
      expect(wholeReply(crossOrigin)).toEqual(wholeReply(plain));
      expect(crossOrigin.headers.has('access-control-allow-credentials')).toBe(false);
      expect(crossOrigin.headers.has('set-cookie')).toBe(false);
    }
  });
});
