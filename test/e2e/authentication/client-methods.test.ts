import { beforeAll, describe, expect, test } from 'vitest';
import { succeed } from '#test/support/arrange/manage.ts';
import { oauthError, problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { scopeOrRefusal } from '#test/support/ask/scope-or-refusal.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import { createApplication, grantPermissions } from '#test/support/clients/applications.ts';
import { applicationAssertion, applicationKey } from '#test/support/clients/signing-applications.ts';
import { costOf, FREE } from '#test/support/stored/call-counts.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import { type Credentials, REPORTS } from '#test/support/world/world.ts';

const endpoints = [
  ['/oauth/token', { grant_type: 'client_credentials', audience: REPORTS }],
  ['/oauth/introspect', { token: 'x' }],
  ['/oauth/revoke', { token: 'x' }],
] as const;
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const UNKNOWN = 'cli_0000000000000000000000';

/** The registration of an application, by method. */
const key = applicationKey();
const registrations = {
  client_secret_basic: {},
  client_secret_post: {},
  private_key_jwt: { jwks: { keys: [key.jwk] } },
  none: {},
} as const;
type Registered = keyof typeof registrations;
const registered = Object.keys(registrations) as Registered[];

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const manage = useManage(world);
let clients: Readonly<Record<Registered, Credentials>>;
beforeAll(async () => {
  const made = registered.map(async (method) => [method, await register(method)] as const);
  clients = Object.fromEntries(await Promise.all(made)) as typeof clients;
});

async function register(method: Registered): Promise<Credentials> {
  const request = { tokenEndpointAuthMethod: method, ...registrations[method] };
  const application = await createApplication(world, request);
  await grantPermissions(world, application, acme.apiId, ['read:reports']);
  return application;
}
const pathOf = ({ clientId }: Credentials) => `/v1/applications/${clientId}`;
const assertionBy = ({ clientId }: Credentials) => applicationAssertion(world, { ...key, principalId: clientId });
/** A secret of the right form for another client. */
const secretOf = ({ clientSecret = acme.tenantToken.clientSecret }: Partial<Credentials>) => clientSecret;

/** The ways to authenticate as a client, independent of its registration. */
const ways = {
  'a secret in the header': async (path: string, form: Record<string, string>, client: Credentials) =>
    world.post(path, { ...client, clientSecret: secretOf(client) }, form),
  'a secret in the body': async (path: string, form: Record<string, string>, client: Credentials) =>
    world.post(path, undefined, { ...form, client_id: client.clientId, client_secret: secretOf(client) }),
  'an assertion': async (path: string, form: Record<string, string>, client: Credentials) =>
    world.post(path, undefined, { ...form, ...(await assertionBy(client)) }),
  'its id alone': async (path: string, form: Record<string, string>, client: Credentials) =>
    world.post(path, undefined, { ...form, client_id: client.clientId }),
} as const;
type Way = keyof typeof ways;

const BY_SECRET: readonly Way[] = ['a secret in the header', 'a secret in the body'];
const TAKEN: Readonly<Record<Registered, readonly Way[]>> = {
  client_secret_basic: BY_SECRET,
  client_secret_post: BY_SECRET,
  private_key_jwt: ['an assertion'],
  none: ['its id alone'],
};
const matrix = endpoints.flatMap(([path, form]) => registered.map((method) => ({ path, form, method })));

describe('a client that is registered with one method of authentication', () => {
  test.each(matrix.filter(({ method }) => method !== 'none'))(
    'B11, B25: $method, is taken at $path by that and refused by every other',
    async ({ path, form, method }) => {
      for (const [way, send] of Object.entries(ways)) {
        const reply = await send(path, form, clients[method]);
        const isTaken = TAKEN[method].includes(way as Way);
        if (isTaken) expect([way, reply.status]).toEqual([way, 200]);
        else expect([way, seen(reply)]).toEqual([way, oauthError(401, 'invalid_client')]);
      }
    },
  );

  test('B11, B13: is refused by another method as if it were unknown, byte for byte', async () => {
    const strangers = { clientId: UNKNOWN, clientSecret: acme.tenantToken.clientSecret };
    for (const [path, form] of endpoints) {
      const replies = [
        await ways['its id alone'](path, form, clients.private_key_jwt),
        await ways['an assertion'](path, form, clients.client_secret_basic),
        await ways['a secret in the header'](path, form, clients.private_key_jwt),
        ...(await Promise.all(Object.values(ways).map((send) => send(path, form, strangers)))),
      ];
      expect(new Set(replies.map((reply) => JSON.stringify(wholeReply(reply)))).size).toBe(1);
    }
  });

  test('costs no read if an assertion or an id names no client', async () => {
    const strangers = ['client', 'cli_1', '../cli_0000000000000000000000', 'svc_0000000000000000000000'];
    for (const clientId of strangers) {
      const stranger = { clientId, clientSecret: 'x' };
      for (const way of ['an assertion', 'its id alone'] as const) {
        expect(await costOf(world, () => ways[way]('/oauth/revoke', { token: 'x' }, stranger))).toEqual(FREE);
      }
    }
  });
});

describe('a public client', () => {
  const ofPublic = (way: Way, path: string, form: Record<string, string>) => ways[way](path, form, clients.none);

  test('has no secret from its registration on, and no grant', async () => {
    const { body } = await manage('POST', '/v1/applications', { name: 'app', tokenEndpointAuthMethod: 'none' });
    expect(body).toMatchObject({ tokenEndpointAuthMethod: 'none', grantTypes: [], secrets: [] });
    expect(body).not.toHaveProperty('clientSecret');
  });

  test.each(endpoints)('B12: that sends a secret is refused at %s', async (path, form) => {
    for (const way of BY_SECRET) {
      expect(seen(await ofPublic(way, path, form))).toEqual(oauthError(401, 'invalid_client'));
    }
  });

  test('A10: may not use client_credentials', async () => {
    expect(seen(await ofPublic('its id alone', ...endpoints[0]))).toEqual(oauthError(400, 'unauthorized_client'));
  });

  test('A10: cannot be registered for it', async () => {
    const request = { name: 'app', tokenEndpointAuthMethod: 'none', grantTypes: ['client_credentials'] };
    expect(seen(await manage('POST', '/v1/applications', request))).toEqual(
      problem(400, 'invalid_request', 'grantTypes'),
    );
  });

  test('H8: learns nothing of tokens, not even whether they exist', async () => {
    const token = await world.tokenFor(clients.client_secret_basic, { audience: REPORTS });
    const replies = [token, 'x'].map((asked) =>
      world.post('/oauth/introspect', undefined, { token: asked, client_id: clients.none.clientId }),
    );
    expect((await Promise.all(replies)).map(seen)).toEqual([
      oauthError(401, 'invalid_client'),
      oauthError(401, 'invalid_client'),
    ]);
  });

  test('revokes no token of another client', async () => {
    const token = await world.tokenFor(clients.client_secret_basic, { audience: REPORTS });
    const reply = await world.post('/oauth/revoke', undefined, { token, client_id: clients.none.clientId });
    expect(seen(reply)).toEqual(oauthError(400, 'unauthorized_client'));
  });
});

describe('the grants of an application', () => {
  const trade = async (client: Credentials) =>
    world.post('/oauth/token', undefined, {
      grant_type: JWT_BEARER,
      assertion: (await assertionBy(client)).client_assertion,
      audience: REPORTS,
    });

  test('A10: are only the grants that it is registered for', async () => {
    const client = await register('private_key_jwt');
    const authenticate = async () => ways['an assertion'](...endpoints[0], client);
    expect([await authenticate(), await trade(client)].map(scopeOrRefusal)).toEqual([
      'read:reports',
      '400 unauthorized_client',
    ]);
    await succeed(manage('PATCH', pathOf(client), { grantTypes: [JWT_BEARER] }));
    expect([await authenticate(), await trade(client)].map(scopeOrRefusal)).toEqual([
      '400 unauthorized_client',
      'read:reports',
    ]);
  });

  test('A10: may be none at all', async () => {
    const client = await register('client_secret_basic');
    await succeed(manage('PATCH', pathOf(client), { grantTypes: [] }));
    expect(scopeOrRefusal(await ways['a secret in the header'](...endpoints[0], client))).toBe(
      '400 unauthorized_client',
    );
  });

  test('K3: cannot be assertions if it has no key', async () => {
    const request = { name: 'app', grantTypes: [JWT_BEARER] };
    const refused = problem(400, 'invalid_request', 'grantTypes');
    expect(seen(await manage('POST', '/v1/applications', request))).toEqual(refused);
    expect(seen(await manage('PATCH', pathOf(clients.client_secret_post), request))).toEqual(refused);
  });
});

describe('an application that changes its method of authentication', () => {
  const keys = { tokenEndpointAuthMethod: 'private_key_jwt', jwks: { keys: [key.jwk] } };

  test('from a secret to a key leaves its secrets behind for good', async () => {
    const client = await register('client_secret_basic');
    expect((await manage('PATCH', pathOf(client), keys, { 'if-match': '"1"' })).status).toBe(412);
    const { body } = await manage('PATCH', pathOf(client), keys, { 'if-match': '"2"' });
    const { use: _use, ...shown } = key.jwk;
    expect(body).toMatchObject({ ...keys, jwks: { keys: [shown] }, secrets: [], version: 3 });
    const outcomes = async () => [
      scopeOrRefusal(await ways['a secret in the header'](...endpoints[0], client)),
      scopeOrRefusal(await ways['an assertion'](...endpoints[0], client)),
    ];
    expect(await outcomes()).toEqual(['401 invalid_client', 'read:reports']);

    const back = await manage('PATCH', pathOf(client), { tokenEndpointAuthMethod: 'client_secret_post' });
    expect(back.body).not.toHaveProperty('jwks');
    expect(await outcomes()).toEqual(['401 invalid_client', '401 invalid_client']);
    const { clientSecret } = await succeed<Credentials>(manage('POST', `${pathOf(client)}/secrets`, {}));
    expect(scopeOrRefusal(await ways['a secret in the body'](...endpoints[0], { ...client, clientSecret }))).toBe(
      'read:reports',
    );
  });

  test('gets no secret if its method does not use secrets', async () => {
    const before = await manage('GET', pathOf(clients.private_key_jwt));
    const secrets = `${pathOf(clients.private_key_jwt)}/secrets`;
    const replies = [
      await manage('POST', secrets, {}),
      await manage('POST', `${secrets}/rotate`, { graceSeconds: 60 }),
      await manage('POST', `${secrets}/rotate/finish`),
      await manage('POST', `${secrets}/rotate/cancel`),
    ];
    expect(replies.map(seen)).toEqual(replies.map(() => problem(409, 'conflict')));
    expect(seen(await manage('GET', pathOf(clients.private_key_jwt)))).toEqual(seen(before));
    expect(before.body).toMatchObject({ secrets: [] });
  });

  test('cannot be the administrator, who would be locked out', async () => {
    const patches = [keys, { tokenEndpointAuthMethod: 'none', grantTypes: [] }, { grantTypes: [] }];
    const replies = await Promise.all(patches.map((patch) => manage('PATCH', pathOf(world.admin), patch)));
    expect(replies.map(seen)).toEqual(patches.map(() => problem(409, 'conflict')));
  });
});
