import { importPKCS8 } from 'jose';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createServiceUserKey, JWT_BEARER, type KeyFile, signAssertion } from '#test/support/service-user-keys.ts';
import { createServiceUser } from '#test/support/service-users.ts';
import { arrangeAcme, REPORTS, startWorld, type World } from '#test/support/world.ts';

/** Public client libraries with a service user's key, by the real clock, which is theirs. */
const clock = { nowSeconds: () => Math.floor(Date.now() / 1_000) };
let world: World;
let keys: Readonly<Record<KeyFile['algorithm'], KeyFile>>;
beforeAll(async () => {
  world = await startWorld({ adapters: { clock: () => clock } });
  const acme = await arrangeAcme(world);
  const path = await createServiceUser(world, acme.tenantId, [acme.readerRoleId]);
  keys = {
    RS256: await createServiceUserKey(world, path, { algorithm: 'RS256' }),
    ES256: await createServiceUserKey(world, path),
  };
});
afterAll(() => world.close());

const insecure = { [oauth.allowInsecureRequests]: true };
const privateKeyOf = async ({ kid, algorithm, privateKey }: KeyFile) => ({
  key: await importPKCS8(privateKey, algorithm),
  kid,
});

describe.each(['RS256', 'ES256'] as const)('a key for %s', (algorithm) => {
  test('authenticates the client of openid-client by private_key_jwt, at every endpoint', async () => {
    const key = keys[algorithm];
    const authentication = openid.PrivateKeyJwt(await privateKeyOf(key));
    const options = { execute: [openid.allowInsecureRequests] };
    const config = await openid.discovery(new URL(world.url), key.kid, undefined, authentication, options);
    const tokens = await openid.clientCredentialsGrant(config, { audience: REPORTS });
    expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 3_600, scope: 'read:reports' });
    expect(await openid.tokenIntrospection(config, tokens.access_token)).toMatchObject({
      active: true,
      sub: key.principalId,
    });
    await openid.tokenRevocation(config, tokens.access_token);
    expect(await openid.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false });
  });

  test('signs grants that openid-client and oauth4webapi trade', async () => {
    const key = keys[algorithm];
    const assertion = () => signAssertion({ url: world.url, clock }, key);

    const options = { execute: [openid.allowInsecureRequests] };
    const config = await openid.discovery(new URL(world.url), key.kid, undefined, openid.None(), options);
    const parameters = { audience: REPORTS, assertion: await assertion() };
    expect((await openid.genericGrantRequest(config, JWT_BEARER, parameters)).scope).toBe('read:reports');

    const as = config.serverMetadata();
    const client = { client_id: key.kid };
    const form = new URLSearchParams({ audience: REPORTS, assertion: await assertion() });
    const response = await oauth.genericTokenEndpointRequest(as, client, oauth.None(), JWT_BEARER, form, insecure);
    const tokens = await oauth.processGenericTokenEndpointResponse(as, client, response);
    expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'read:reports' });
  });
});
