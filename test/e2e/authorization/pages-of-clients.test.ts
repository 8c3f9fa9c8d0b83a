import { beforeAll, describe, expect, test } from 'vitest';
import { grantPermissions } from '#test/support/clients/applications.ts';
import { newThirdParty } from '#test/support/people/code-flow.ts';
import { basic } from '#test/support/world/deployment.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS, type Reply } from '#test/support/world/world.ts';

const OWN = 'https://app.example.com';

const world = useWorld();
const acme = useAcme(world);
const application = prepared(() =>
  newThirdParty(world, acme.apiId, {
    redirectUris: [`${OWN}/callback`, 'http://localhost/callback', 'com.example.app:/callback'],
    grantTypes: ['authorization_code', 'client_credentials'],
  }),
);
const publicApplication = prepared(() =>
  newThirdParty(world, acme.apiId, { redirectUris: [`${OWN}/callback`], tokenEndpointAuthMethod: 'none' }),
);
beforeAll(() => grantPermissions(world, application, acme.apiId, ['read:reports']));

const shared = ({ status, headers }: Reply) => [status, headers.get('access-control-allow-origin')];

const exchange = (origin: string, changes: Readonly<Record<string, string>> = {}) =>
  world.send('POST', '/oauth/token', {
    headers: { origin, authorization: basic(application) },
    body: new URLSearchParams({ grant_type: 'client_credentials', audience: REPORTS, ...changes }),
  });

const endpoints = ['/oauth/token', '/oauth/revoke', '/oauth/userinfo'];

describe('M19: a page may send requests', () => {
  test.each(endpoints)('of any origin to %s, without credentials of the browser', async (path) => {
    const { status, headers } = await preflight(path, 'https://anybody.example.com');
    expect([status, [...headers].filter(([name]) => /^(access-control|vary)/.test(name))]).toEqual([
      204,
      [
        ['access-control-allow-headers', '*, Authorization'],
        ['access-control-allow-methods', 'GET, HEAD, POST'],
        ['access-control-allow-origin', 'https://anybody.example.com'],
        ['access-control-max-age', '600'],
        ['vary', 'Origin'],
      ],
    ]);
  });

  test.each(endpoints)('with the origin null never to %s', async (path) => {
    expect(shared(await preflight(path, 'null'))).toEqual([204, null]);
  });

  test.each(['/oauth/authorize', '/oauth/introspect', '/login'])('never to %s', async (path) => {
    const { headers } = await preflight(path, OWN);
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

function preflight(path: string, origin: string): Promise<Reply> {
  return world.send('OPTIONS', path, { headers: { origin, 'access-control-request-method': 'POST' } });
}

describe('M19: the answer of the token endpoint', () => {
  test.each([OWN, 'http://localhost', 'http://localhost:3000'])('is for a page of %s', async (origin) => {
    const reply = await exchange(origin);
    expect(shared(reply)).toEqual([200, origin]);
    expect([reply.headers.get('access-control-allow-credentials'), reply.headers.get('vary')]).toEqual([
      null,
      'Origin',
    ]);
  });

  test.each([
    'null',
    'https://evil.example.com',
    'http://app.example.com',
    'https://app.example.com:8443',
    'https://app.example.com.evil.com',
    'https://APP.example.com',
    'http://127.0.0.1',
    'com.example.app:',
    '*',
  ])('is not for a page of %s', async (origin) => {
    expect(shared(await exchange(origin))).toEqual([200, null]);
  });

  test('is for a page of the client also if it is a refusal', async () => {
    expect(shared(await exchange(OWN, { audience: 'https://api.example.com/unknown' }))).toEqual([400, OWN]);
    expect(shared(await asPublic({ client_id: publicApplication.clientId }))).toEqual([400, OWN]);
    const badProof = { client_id: publicApplication.clientId, dpop: 'x' };
    const { headers, ...reply } = await asPublic(badProof);
    expect([...shared({ headers, ...reply }), headers.get('access-control-expose-headers')]).toEqual([
      400,
      OWN,
      expect.stringContaining('DPoP-Nonce'),
    ]);
  });

  test('does not tell whether a client with credentials exists', async () => {
    const wrong = { ...application, clientSecret: 'wrong' };
    const unknown = { ...application, clientId: 'cli_0000000000000000000000' };
    const replies = [wrong, unknown].map((credentials) =>
      world.send('POST', '/oauth/token', {
        headers: { origin: OWN, authorization: basic(credentials) },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      }),
    );
    const [first, second] = await Promise.all(replies);
    expect([first && shared(first), second && shared(second)]).toEqual([
      [401, null],
      [401, null],
    ]);
  });
});

/** A request of a public client with a code that nobody made. */
function asPublic({ dpop, ...parameters }: Readonly<Record<string, string>>): Promise<Reply> {
  return world.send('POST', '/oauth/token', {
    headers: { origin: OWN, ...(dpop !== undefined && { dpop }) },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: 'x',
      redirect_uri: `${OWN}/callback`,
      code_verifier: 'v'.repeat(43),
      ...parameters,
    }),
  });
}
