import { beforeEach, describe, expect, test } from 'vitest';
import { createApiToken, createRole } from '#test/support/arrange/creations.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { areTokensActive, type Refreshable, refresh } from '#test/support/arrange/refresh-tokens.ts';
import { exchanged, exchangeToken, TOKEN_EXCHANGE } from '#test/support/arrange/token-exchange.ts';
import { isTokenActive } from '#test/support/ask/introspection.ts';
import { bitsSet, readList, statusOf } from '#test/support/ask/status-lists.ts';
import { createApplication, grantPermissions, registerApi } from '#test/support/clients/applications.ts';
import { createServiceUserKey, signAssertion } from '#test/support/clients/service-user-keys.ts';
import { createServiceUser } from '#test/support/clients/service-users.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import type { Credentials } from '#test/support/world/world.ts';

/** The clock of the world stands still, so a deletion and the next creation are in the same second. */
const world = useWorld();
const acme = useAcme(world);
const manage = useManage(world);

let serial = 0;
/** The API that is deleted and made again. */
let api: { readonly identifier: string; id: string };
const identifierOf = (number: number) => `https://api.example.com/returning-${number}`;
const makeApi = async () => {
  const settings = { allowRefreshTokens: true, statusList: true, acceptsSelfSignedTokens: true };
  const { identifier } = api;
  const permissions = [{ value: 'read' }];
  const { id } = await succeed(manage('POST', '/v1/apis', { identifier, name: 'API', permissions, ...settings }));
  api.id = id;
};
beforeEach(async () => {
  serial += 1;
  api = { identifier: identifierOf(serial), id: '' };
  await makeApi();
});

const grantTo = (application: Credentials) => grantPermissions(world, application, api.id, ['read']);
const isActive = (token: string) => isTokenActive(world, token);
const tokenFor = (credentials: Credentials) => world.tokenFor(credentials, { audience: api.identifier });

/** An application with a grant at the API, its access token, and its family of refresh tokens. */
async function arrangeApplication() {
  const grantTypes = ['client_credentials', 'refresh_token', TOKEN_EXCHANGE];
  const application = await createApplication(world, { grantTypes });
  await grantTo(application);
  const form = { grant_type: 'client_credentials', audience: api.identifier, scope: 'offline_access read' };
  const family = await succeed<Refreshable>(world.post('/oauth/token', application, form));
  return { application, family };
}

const deletions = {
  'an API': async (application: Credentials) => {
    await succeed(manage('DELETE', `/v1/apis/${api.id}`));
    await makeApi();
    await grantTo(application);
  },
  'a client grant': async (application: Credentials) => {
    await succeed(manage('DELETE', `/v1/applications/${application.clientId}/grants/${api.id}`));
    await grantTo(application);
  },
};

describe.each(Object.entries(deletions))('Sound 4: %s that is deleted and made again', (what, replace) => {
  test('revives no access token and no refresh token', async () => {
    const { application, family } = await arrangeApplication();
    const { uri, idx } = statusOf(family.access_token);
    const before = await areTokensActive(world, family);
    await replace(application);
    const { status, body } = await refresh(world, application, family.refresh_token);
    world.clock.advance(30);
    const bits = bitsSet((await readList(world, uri)).text);
    expect([before, await areTokensActive(world, family), status, body]).toMatchObject([
      [true, true],
      [false, false],
      400,
      { error: 'invalid_grant' },
    ]);
    expect([bits.includes(idx), await isActive(await tokenFor(application))]).toEqual([true, true]);
  });

  test('revives no exchanged token, neither of its subject nor of its actor', async () => {
    const [subject, actor] = [await arrangeApplication(), await arrangeApplication()];
    const exchange = () => exchanged(exchangeToken(world, actor.application, subject.family.access_token));
    const before = [await exchange(), await exchange()];
    expect(await Promise.all(before.map(isActive))).toEqual([true, true]);
    await replace(actor.application);
    if (what === 'an API') await grantTo(subject.application);
    expect(await Promise.all(before.map(isActive))).toEqual([false, false]);
  });
});

test('Sound 4: an API that is deleted and made again revives no token of a tenant', async () => {
  const named = { api: api.identifier, value: 'read' };
  const roleId = await createRole(world, [named]);
  const holder = await createApiToken(world, acme.tenantId, { roleIds: [roleId] });
  const token = await tokenFor(holder);
  await succeed(manage('DELETE', `/v1/apis/${api.id}`));
  await makeApi();
  await succeed(manage('PATCH', `/v1/roles/${roleId}`, { permissions: [named] }));
  expect([await isActive(token), await isActive(await tokenFor(holder))]).toEqual([false, true]);
});

test('Sound 4: an API that is deleted and made again in the same second takes no JWT that a service user signed before', async () => {
  const named = { api: api.identifier, value: 'read' };
  const roleId = await createRole(world, [named]);
  const key = await createServiceUserKey(world, await createServiceUser(world, acme.tenantId, [roleId]));
  const sign = () => signAssertion({ url: api.identifier, clock: world.clock }, key);
  world.clock.advance(1);
  const [first, again] = [await sign(), await sign()];
  const before = await isActive(first);
  await succeed(manage('DELETE', `/v1/apis/${api.id}`));
  await makeApi();
  await succeed(manage('PATCH', `/v1/roles/${roleId}`, { permissions: [named] }));
  const atOnce = [await isActive(first), await isActive(again)];
  world.clock.advance(1);
  expect([before, atOnce, await isActive(first), await isActive(await sign())]).toEqual([
    true,
    [false, false],
    false,
    true,
  ]);
});

describe('Sound 4: a deleted API is not among the APIs that an exchange without an audience could mean', () => {
  const audienceOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).aud;
  const exchange = async (credentials: Credentials) => {
    const { status, body } = await world.post('/oauth/token', credentials, { grant_type: 'client_credentials' });
    const { access_token: token, error_description: description } = body as Record<string, string>;
    return [status, token === undefined ? description : audienceOf(token)];
  };
  const ending = async () => registerApi(world, ['read']);
  const end = ({ id }: { id: string }) => succeed(manage('DELETE', `/v1/apis/${id}`));

  test('for an application', async () => {
    const [application, other] = [await createApplication(world), await ending()];
    await grantPermissions(world, application, other.id, ['read']);
    await grantTo(application);
    const ambiguous = await exchange(application);
    await end(other);
    expect([ambiguous, await exchange(application)]).toEqual([
      [400, expect.stringContaining("Send 'audience'")],
      [200, api.identifier],
    ]);
  });

  test('for a tenant, with six APIs of which one is left', async () => {
    const others = await Promise.all(Array.from({ length: 5 }, ending));
    const named = [...others, api].map(({ identifier }) => ({ api: identifier, value: 'read' }));
    const holder = await createApiToken(world, acme.tenantId, { roleIds: [await createRole(world, named)] });
    const ambiguous = await exchange(holder);
    await Promise.all(others.map(end));
    expect([ambiguous, await exchange(holder)]).toEqual([
      [400, expect.stringContaining("Send 'audience'")],
      [200, api.identifier],
    ]);
  });

  test('and if it was the only API, the answer says that there is no permission', async () => {
    const application = await createApplication(world);
    await grantTo(application);
    await end(api);
    expect(await exchange(application)).toEqual([400, expect.stringContaining('no permission at any API')]);
  });
});
