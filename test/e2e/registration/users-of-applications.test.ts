import { describe, expect, test } from 'vitest';
import { SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import { oauthError, problem, seen, withoutUses } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { createApplication } from '#test/support/clients/applications.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import type { Credentials } from '#test/support/world/world.ts';

const CALLBACK = 'https://app.example.com/callback';
const HOME = 'https://app.example.com/';
const redirectUris = [CALLBACK];
const codes = { grantTypes: ['authorization_code', 'refresh_token'], redirectUris, party: 'third' } as const;

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const manage = useManage(world);

const pathOf = ({ clientId }: Credentials) => `/v1/applications/${clientId}`;
const create = (request: object) => manage('POST', '/v1/applications', { name: 'portal', ...request });

describe('W5: an application with redirect URIs', () => {
  test('says whose it is when it is registered', async () => {
    expect(seen(await create({ redirectUris }))).toEqual(problem(400, 'invalid_request', 'party'));
    for (const party of ['first', 'third']) {
      expect((await create({ redirectUris, party })).body).toMatchObject({ party, redirectUris });
    }
  });

  test('says whose it is when its redirect URIs change, and it is the same party', async () => {
    const application = await createApplication(world, { party: 'third' });
    const refused = problem(400, 'invalid_request', 'party');
    const change = (patch: object) => manage('PATCH', pathOf(application), patch);
    expect(seen(await change({ redirectUris }))).toEqual(refused);
    expect(seen(await change({ redirectUris, party: 'first' }))).toEqual(refused);
    expect(seen(await change({ party: 'first' }))).toEqual(refused);
    expect((await change({ redirectUris, party: 'third' })).body).toMatchObject({ redirectUris, version: 2 });
    expect((await change({ redirectUris: [] })).body).toMatchObject({ party: 'third', redirectUris: [] });
  });

  test('can be written back as it was read', async () => {
    const { clientId } = await createApplication(world, {
      party: 'third',
      redirectUris,
      postLogoutRedirectUris: [HOME],
    });
    const { body } = await manage('GET', `/v1/applications/${clientId}`);
    const written = await manage('PATCH', `/v1/applications/${clientId}`, body);
    const version = (body as { version: number }).version + 1;
    expect(written.body).toEqual({ ...(withoutUses(body) as object), version });
  });

  test('needs no party without redirect URIs, and is then of the workspace', async () => {
    expect((await create({ redirectUris: [] })).body).toMatchObject({ party: 'first', redirectUris: [] });
  });
});

describe('K2: a URI to which users are sent after they logged out', () => {
  test.each([
    'http://app.example.com/',
    'https://app.example.com/#top',
    'https://*.example.com/',
    'https://ada@app.example.com/',
    'javascript:alert(1)',
    '//evil.example.com',
    '\\\\evil.example.com',
    'https:evil.example.com',
    'https:/\\evil.example.com',
    'https://app.example.com%2F@evil.example.com/',
    'myapp:/goodbye',
  ])('obeys the rules of redirect URIs: %s', async (uri) => {
    const refused = problem(400, 'invalid_request', 'postLogoutRedirectUris[1]');
    expect(seen(await create({ postLogoutRedirectUris: [HOME, uri] }))).toEqual(refused);
    const asRedirect = problem(400, 'invalid_request', 'redirectUris[0]');
    expect(seen(await create({ party: 'third', redirectUris: [uri] }))).toEqual(asRedirect);
  });
});

describe('an application with the grant authorization_code', () => {
  test.each(['client_secret_basic', 'none'])('is registered with the method %s', async (tokenEndpointAuthMethod) => {
    const { status, body } = await create({ ...codes, tokenEndpointAuthMethod });
    expect([status, body]).toMatchObject([201, { ...codes, tokenEndpointAuthMethod }]);
  });

  test('needs a redirect URI, now and later', async () => {
    const refused = problem(400, 'invalid_request', 'redirectUris');
    expect(seen(await create({ ...codes, redirectUris: [] }))).toEqual(refused);
    const application = await createApplication(world, codes);
    expect(seen(await manage('PATCH', pathOf(application), { redirectUris: [] }))).toEqual(refused);
  });

  test('cannot use client credentials as well if it is a public client', async () => {
    const grantTypes = [...codes.grantTypes, 'client_credentials'];
    expect(seen(await create({ ...codes, grantTypes, tokenEndpointAuthMethod: 'none' }))).toEqual(
      problem(400, 'invalid_request', 'grantTypes'),
    );
    expect((await create({ ...codes, grantTypes })).body).toMatchObject({ grantTypes });
  });

  test('gets no token for a wrong code, and none for nothing, as a public client', async () => {
    const { clientId: client_id } = await createApplication(world, { ...codes, tokenEndpointAuthMethod: 'none' });
    const ask = (form: Record<string, string>) => world.post('/oauth/token', undefined, { client_id, ...form });
    const code = { code: 'x', redirect_uri: 'https://app.example.com/callback', code_verifier: 'x'.repeat(43) };
    expect(seen(await ask({ grant_type: 'authorization_code', ...code }))).toEqual(oauthError(400, 'invalid_grant'));
    expect(seen(await ask({ grant_type: 'client_credentials' }))).toEqual(oauthError(400, 'unauthorized_client'));
  });
});

describe('W4: what users may do at an API through applications', () => {
  test('follows from their roles, unless the API says otherwise', async () => {
    const { body } = await manage('GET', `/v1/apis/${acme.apiId}`);
    expect(body).toMatchObject({ userPermissions: 'roles', skipConsent: false });
    const changed = await manage('PATCH', `/v1/apis/${acme.apiId}`, { userPermissions: 'all' });
    expect(changed.body).toMatchObject({ userPermissions: 'all' });
    await manage('PATCH', `/v1/apis/${acme.apiId}`, { userPermissions: 'roles' });
  });

  test.each([{ userPermissions: 'all' }, { skipConsent: true }])(
    'follows from their roles and consents at the management API, which refuses %j',
    async (patch) => {
      expect(seen(await manage('PATCH', `/v1/apis/${SYSTEM_API_ID}`, patch))).toEqual(problem(409, 'conflict'));
      expect((await manage('GET', `/v1/apis/${SYSTEM_API_ID}`)).body).toMatchObject({
        userPermissions: 'roles',
        skipConsent: false,
      });
    },
  );
});
