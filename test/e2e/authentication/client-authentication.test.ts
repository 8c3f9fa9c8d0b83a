import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { createApiToken } from '#test/support/arrange/creations.ts';
import { oauthError, seen } from '#test/support/ask/answers.ts';
import { sendRaw } from '#test/support/ask/raw-http.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import { changeStoredClient } from '#test/support/stored/stored-clients.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import { basic, type Credentials } from '#test/support/world/world.ts';

const FORM = 'application/x-www-form-urlencoded';
const CHALLENGE = 'Basic realm="mintmark", charset="UTF-8"';
const endpoints = [
  { path: '/oauth/token', parameters: { grant_type: 'client_credentials' } },
  { path: '/oauth/introspect', parameters: { token: 'x' } },
  { path: '/oauth/revoke', parameters: { token: 'x' } },
] as const;
type Endpoint = (typeof endpoints)[number];
const [tokenEndpoint] = endpoints;

const world = useWorld();
const acme = useAcme(world);

/** The ways to send credentials, each as headers and members of the body. */
const methods = {
  'HTTP Basic': (credentials: Credentials) => ({ headers: { authorization: basic(credentials) }, members: {} }),
  'HTTP Basic, raw': ({ clientId, clientSecret }: Credentials) => ({
    headers: { authorization: rawBasic(`${clientId}:${clientSecret}`) },
    members: {},
  }),
  'HTTP Basic, every character escaped': ({ clientId, clientSecret }: Credentials) => ({
    headers: { authorization: rawBasic(`${escapeAll(clientId)}:${escapeAll(clientSecret)}`) },
    members: {},
  }),
  'the body': ({ clientId, clientSecret }: Credentials) => ({
    headers: {},
    members: { client_id: clientId, client_secret: clientSecret },
  }),
};
type Method = keyof typeof methods;
const ways = Object.keys(methods) as Method[];
const matrix = endpoints.flatMap((endpoint) => ways.map((method) => ({ endpoint, method, path: endpoint.path })));

describe('the right credentials of a client', () => {
  test.each(matrix)('B1, B11, B25: are taken at $path in $method', async ({ endpoint, method }) => {
    expect((await authenticate(endpoint, method, acme.tenantToken)).status).toBe(200);
  });

  test.each(ways)('B23: are taken in JSON as in a form: %s', async (method) => {
    expect((await authenticate(tokenEndpoint, method, acme.tenantToken, 'json')).status).toBe(200);
  });

  test.each(ways)('B3: cost one comparison the first time, in each reading: %s', async (method) => {
    const fresh = await newApiToken();
    const before = world.comparisons();
    expect((await authenticate(tokenEndpoint, method, fresh)).status).toBe(200);
    expect(world.comparisons() - before).toBe(1);
  });

  test.each(['bAsIc', 'BASIC', 'basic'])('B4: are taken with the scheme written %s', async (scheme) => {
    const authorization = basic(acme.tenantToken).replace('Basic', scheme);
    expect((await send(tokenEndpoint, { authorization })).status).toBe(200);
  });

  test.each(endpoints)('B8: are taken at $path beside the same client_id in the body', async (endpoint) => {
    const { clientId } = acme.tenantToken;
    const headers = { authorization: basic(acme.tenantToken) };
    expect((await send(endpoint, headers, { client_id: clientId })).status).toBe(200);
  });
});

describe('the wrong credentials of a client', () => {
  test.each(matrix)('B5, B6, B25: are refused at $path in $method', async ({ endpoint, method }) => {
    const { clientId } = acme.tenantToken;
    const reply = await authenticate(endpoint, method, { clientId, clientSecret: 'wrong' });
    expect(seen(reply)).toEqual(oauthError(401, 'invalid_client'));
    expect(reply.headers.get('www-authenticate')).toBe(CHALLENGE);
  });

  test('B23, B25: are refused with the same words everywhere', async () => {
    const wrong = { clientId: acme.tenantToken.clientId, clientSecret: acme.personalToken.clientSecret };
    const cases = [...matrix, ...ways.map((method) => ({ endpoint: tokenEndpoint, method, type: 'json' as const }))];
    const replies = await Promise.all(
      cases.map(({ endpoint, method, ...how }) =>
        authenticate(endpoint, method, wrong, 'type' in how ? how.type : 'form'),
      ),
    );
    // Pages of clients read the answers of all endpoints but introspection, and caches are told so.
    const isShared = (index: number) => cases[index]?.endpoint.path !== '/oauth/introspect';
    const told = replies.map(wholeReply).map(({ headers, ...reply }, index) => ({
      ...reply,
      headers: headers.filter(([name, value]) => !(name === 'vary' && value === 'Origin' && isShared(index))),
    }));
    expect(new Set(told.map((reply) => JSON.stringify(reply))).size).toBe(1);
  });

  test.each([
    ['that is not base64', 'Basic %%%'],
    ['without a colon', rawBasic('client')],
    ['with an empty secret', rawBasic('cli_1:')],
    ['with an empty id', rawBasic(':secret')],
    ['in three parts', `${rawBasic('cli_1:secret')} extra`],
    ['with nothing behind the scheme', 'Basic'],
    ['with NUL in the secret', rawBasic('cli_1:se\0cret')],
    ['with a line feed in the secret', rawBasic('cli_1:secret\n')],
    ['with a malformed escape', rawBasic('cli_1:%zz')],
    ['of another scheme', 'Negotiate abc'],
  ])('B4, B17: HTTP Basic %s is refused', async (_what, authorization) => {
    for (const endpoint of endpoints) {
      expect(seen(await send(endpoint, { authorization }))).toEqual(oauthError(401, 'invalid_client'));
    }
  });

  test('B17: NUL in a secret in the body is refused as malformed', async () => {
    const { clientId, clientSecret } = acme.tenantToken;
    const reply = await send(tokenEndpoint, {}, { client_id: clientId, client_secret: `${clientSecret}\0` });
    expect(seen(reply)).toEqual(oauthError(400, 'invalid_request'));
  });

  test('B2: a secret that is wrong in both readings is refused', async () => {
    const { clientId, clientSecret } = acme.tenantToken;
    const texts = [
      `${clientId}:${clientSecret}%20`,
      `${clientId}:${escapeAll(escapeAll(clientSecret))}`,
      `${clientId}:+${clientSecret}`,
    ];
    const replies = await Promise.all(texts.map((text) => send(tokenEndpoint, { authorization: rawBasic(text) })));
    expect(replies.map(seen)).toEqual(texts.map(() => oauthError(401, 'invalid_client')));
  });

  test.each(['a'.repeat(72), '€'.repeat(25), ' '.repeat(100)])(
    'B16: a secret is refused when something follows it, up to and over 72 bytes: %#',
    async (addition) => {
      const { clientId, clientSecret } = acme.tenantToken;
      const reply = await authenticate(tokenEndpoint, 'the body', { clientId, clientSecret: clientSecret + addition });
      expect(seen(reply)).toEqual(oauthError(401, 'invalid_client'));
    },
  );

  test.each(['', 'garbage', 'x'.repeat(60), `$2b$99$${'a'.repeat(53)}`, `$2b$04$${'!'.repeat(53)}`, '\0'])(
    'B19: if the stored hash is %j, no secret matches it and nothing fails',
    async (hash) => {
      const fresh = await newApiToken();
      await changeStoredClient(fresh.clientId, ({ secrets }) => ({
        secrets: secrets.map((secret) => ({ ...secret, hash })),
      }));
      const reply = await authenticate(tokenEndpoint, 'HTTP Basic', fresh);
      expect(seen(reply)).toEqual(oauthError(401, 'invalid_client'));
    },
  );
});

describe('requests with the credentials of several clients', () => {
  const basicAnd = (members: Record<string, string>) => ({
    headers: { authorization: basic(acme.tenantToken) },
    members,
  });
  const assertion = { client_assertion: 'a.b.c' };
  const cases: readonly (readonly [
    string,
    () => { headers: Record<string, string>; members: Record<string, string> },
  ])[] = [
    ['B7: with HTTP Basic and a secret in the body', () => basicAnd({ client_secret: acme.tenantToken.clientSecret })],
    ['B7: with HTTP Basic and the same in the body', () => basicAnd(methods['the body'](acme.tenantToken).members)],
    ['B7: with HTTP Basic and an assertion', () => basicAnd(assertion)],
    [
      'B7: with a secret and an assertion',
      () => ({ headers: {}, members: { ...methods['the body'](acme.tenantToken).members, ...assertion } }),
    ],
    ['B9: with another client_id in the body', () => basicAnd({ client_id: acme.personalToken.clientId })],
  ];

  test.each(cases)('%s are refused', async (_name, request) => {
    const { headers, members } = request();
    for (const endpoint of endpoints) {
      expect(seen(await send(endpoint, headers, members))).toEqual(oauthError(400, 'invalid_request'));
    }
  });

  test('A16: with two Authorization headers are refused', async () => {
    const authorization = ['authorization', basic(acme.tenantToken)] as const;
    const headers = [['content-type', FORM] as const, authorization, authorization];
    const reply = await sendRaw(world.url, { target: '/oauth/token', headers, body: 'grant_type=client_credentials' });
    expect(seen(reply)).toEqual(oauthError(401, 'invalid_client'));
  });
});

describe('requests without the credentials of a client', () => {
  const bodies = [{}, { client_id: 'cli_1' }, { client_secret: 'secret' }];

  test.each(endpoints)('B10: are refused at $path', async (endpoint) => {
    const replies = await Promise.all(bodies.map((members) => send(endpoint, {}, members)));
    expect(replies.map(seen)).toEqual(bodies.map(() => oauthError(401, 'invalid_client')));
    expect(replies.map(({ headers }) => headers.get('www-authenticate'))).toEqual(bodies.map(() => CHALLENGE));
  });

  const trusted = [
    'x-frontier-email',
    'frontegg-user-id',
    'frontegg-tenant-id',
    'x-forwarded-user',
    'x-amzn-oidc-identity',
  ];

  test.each(trusted)('B24: are not helped by the header %s', async (name) => {
    const headers = { [name]: acme.userId, 'x-forwarded-for': '127.0.0.1' };
    const replies = await Promise.all([
      ...endpoints.map((endpoint) => send(endpoint, headers)),
      world.send('GET', `/v1/tenants/${acme.tenantId}/api-tokens`, { headers }),
    ]);
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 401));
  });

  test('B24: and the same headers change nothing for a request with credentials', async () => {
    const spoofed = Object.fromEntries(trusted.map((name) => [name, 'admin@example.com']));
    const authorization = basic(acme.tenantToken);
    const replies = [
      await send(tokenEndpoint, { authorization }),
      await send(tokenEndpoint, { authorization, ...spoofed }),
    ];
    const claims = replies.map(({ body }) => (body as { access_token: string }).access_token.split('.')[1] ?? '');
    const [plain, other] = claims.map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
    expect(other).toEqual({ ...plain, jti: expect.any(String) });
  });
});

test('B21: the secret is in the answer that creates it and in no later answer', async () => {
  const { clientId, clientSecret } = await newApiToken();
  const list = `/v1/tenants/${acme.tenantId}/api-tokens`;
  const replies = [await world.manage('GET', list), await world.manage('GET', `${list}/${clientId}`)];
  expect(replies.map(({ status, text }) => [status, text.includes(clientSecret)])).toEqual([
    [200, false],
    [200, false],
  ]);
  expect(replies.map(({ text }) => text.includes(`"lastFour":"${clientSecret.slice(-4)}"`))).toEqual([true, true]);
});

function authenticate(endpoint: Endpoint, method: Method, credentials: Credentials, type: 'form' | 'json' = 'form') {
  const { headers, members } = methods[method](credentials);
  return send(endpoint, headers, members, type);
}

function send(
  { path, parameters }: Endpoint,
  headers: Record<string, string>,
  members: Record<string, string> = {},
  type: 'form' | 'json' = 'form',
) {
  const all = { ...parameters, ...members };
  if (type === 'form') return world.send('POST', path, { headers, body: new URLSearchParams(all) });
  return world.send('POST', path, {
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(all),
  });
}

function newApiToken(): Promise<Credentials> {
  return createApiToken(world, acme.tenantId, { roleIds: [acme.readerRoleId] });
}

function rawBasic(text: string): string {
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

function escapeAll(text: string): string {
  return [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}
