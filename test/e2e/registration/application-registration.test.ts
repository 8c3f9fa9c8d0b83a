import { describe, expect, test } from 'vitest';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { createApplication, grantPermissions } from '#test/support/clients/applications.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import type { Credentials } from '#test/support/world/world.ts';

const CALLBACK = 'https://app.example.com/callback';
const registration = {
  party: 'third',
  tokenEndpointAuthMethod: 'client_secret_post',
  redirectUris: [CALLBACK, 'http://localhost:3000/callback', 'com.example.app:/callback'],
  postLogoutRedirectUris: ['https://app.example.com/goodbye'],
};

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const manage = useManage(world);

const pathOf = ({ clientId }: Credentials) => `/v1/applications/${clientId}`;
const create = (request: object) => manage('POST', '/v1/applications', { name: 'portal', ...request });

describe('the registration of an application', () => {
  test('is shown as it was written, by every route', async () => {
    const application = await createApplication(world, registration);
    const shown = (await manage('GET', pathOf(application))).body;
    expect(shown).toMatchObject(registration);
    const { items } = (await manage('GET', '/v1/applications?limit=100')).body as { items: unknown[] };
    expect(items).toContainEqual(shown);
    expect(application).toMatchObject(registration);
  });

  test('changes as the patch says, except for the party', async () => {
    const application = await createApplication(world, registration);
    const patch = { party: 'third', redirectUris: [CALLBACK] };
    const { status, body } = await manage('PATCH', pathOf(application), patch);
    expect([status, body]).toMatchObject([200, { ...registration, redirectUris: [CALLBACK] }]);
    const emptied = await manage('PATCH', pathOf(application), { redirectUris: [] });
    expect(emptied.body).toMatchObject({ ...registration, redirectUris: [] });
  });

  test('stays the same when something else changes', async () => {
    const application = await createApplication(world, registration);
    const { body } = await manage('PATCH', pathOf(application), { name: 'other' });
    expect(body).toMatchObject({ ...registration, name: 'other' });
  });

  test.each([
    ['party', 'second'],
    ['party', null],
    ['tokenEndpointAuthMethod', 'client_secret_jwt'],
    ['tokenEndpointAuthMethod', null],
    ['grantTypes', 'client_credentials'],
    ['grantTypes', ['client_credentials', 'client_credentials']],
    ['postLogoutRedirectUris', Array.from({ length: 11 }, (_, index) => `${CALLBACK}${index}`)],
    ['redirectUris', CALLBACK],
    ['redirectUris', [CALLBACK, CALLBACK]],
    ['redirectUris', Array.from({ length: 11 }, (_, index) => `${CALLBACK}${index}`)],
  ])('cannot say %s: %j', async (field, value) => {
    expect(seen(await create({ [field]: value }))).toEqual(problem(400, 'invalid_request', field));
  });

  test.each([
    ['', 0],
    ['http://app.example.com/callback', 0],
    [`${CALLBACK}#top`, 1],
    [`${CALLBACK}/${'a'.repeat(2_048)}`, 1],
  ])('cannot name the redirect URI %.60s, now or later', async (uri, index) => {
    const redirectUris = index === 0 ? [uri, CALLBACK] : [CALLBACK, uri];
    const refused = problem(400, 'invalid_request', `redirectUris[${index}]`);
    expect(seen(await create({ party: 'third', redirectUris }))).toEqual(refused);
    const application = await createApplication(world, registration);
    expect(seen(await manage('PATCH', pathOf(application), { party: 'third', redirectUris }))).toEqual(refused);
    expect((await manage('GET', pathOf(application))).body).toMatchObject({ ...registration, version: 1 });
  });
});

describe('a registered application', () => {
  test.each(['client_secret_basic', 'client_secret_post'])(
    'DEC4: with %s may send its secret either way',
    async (tokenEndpointAuthMethod) => {
      const application = await createApplication(world, { tokenEndpointAuthMethod });
      await grantPermissions(world, application, acme.apiId, 'all');
      const { clientId: client_id, clientSecret: client_secret } = application;
      const form = { grant_type: 'client_credentials' };
      const replies = [
        await world.post('/oauth/token', application, form),
        await world.post('/oauth/token', undefined, { ...form, client_id, client_secret }),
      ];
      expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    },
  );

  test('of a third party is granted permissions like any other', async () => {
    const application = await createApplication(world, { party: 'third' });
    await grantPermissions(world, application, acme.apiId, ['read:reports']);
    const reply = await world.post('/oauth/token', application, { grant_type: 'client_credentials' });
    expect(reply.body).toMatchObject({ scope: 'read:reports' });
  });
});
