import { beforeEach, describe, expect, test } from 'vitest';
import { createApiToken, createRole } from '#test/support/arrange/creations.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { areTokensActive, type Refreshable, refresh } from '#test/support/arrange/refresh-tokens.ts';
import { exchanged, exchangeToken, TOKEN_EXCHANGE } from '#test/support/arrange/token-exchange.ts';
import { isTokenActive } from '#test/support/ask/introspection.ts';
import { bitsSet, readList, statusOf } from '#test/support/ask/status-lists.ts';
import { createApplication, grantPermissions } from '#test/support/clients/applications.ts';
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
  const settings = { allowRefreshTokens: true, statusList: true };
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
