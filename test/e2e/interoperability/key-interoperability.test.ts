import { importPKCS8 } from 'jose';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { describe, expect, test } from 'vitest';
import { joseAssertionVerifier } from '#shared/adapters/jose/assertion-verifier.ts';
import { httpsJson } from '#shared/adapters/remote/fetch-json.ts';
import { rememberedJwks } from '#shared/adapters/remote/jwks-source.ts';
import {
  type AssertionKey,
  createServiceUserKey,
  JWT_BEARER,
  type KeyFile,
  signAssertion,
} from '#test/support/clients/service-user-keys.ts';
import { createServiceUser } from '#test/support/clients/service-users.ts';
import { applicationKey, createSigningApplication } from '#test/support/clients/signing-applications.ts';
import { startLocalIssuer } from '#test/support/elsewhere/local-issuer.ts';
import { opened, prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

/** Public client libraries with keys of service users and applications, by the machine's clock, which they read. */
const clock = { nowSeconds: () => Math.floor(Date.now() / 1_000) };

/** Where an application publishes its keys. */
const host = opened(startLocalIssuer);
const assertionVerifier = () => joseAssertionVerifier(undefined, rememberedJwks(httpsJson(host.agent)));
const world = useWorld({ adapters: { clock: () => clock, assertionVerifier } });
const acme = useAcme(world);
const keys: Readonly<Record<KeyFile['algorithm'], KeyFile>> = prepared(async () => {
  const path = await createServiceUser(world, acme.tenantId, [acme.readerRoleId]);
  return {
    RS256: await createServiceUserKey(world, path, { algorithm: 'RS256' }),
    ES256: await createServiceUserKey(world, path),
  };
});

const insecure = { [oauth.allowInsecureRequests]: true };

const privateKeyOf = async ({ kid, algorithm, privateKey }: AssertionKey) => ({
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

describe.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('an application with keys for %s', (algorithm) => {
  const key = applicationKey(algorithm, `key-${algorithm}`);
  const places: readonly (readonly [string, () => object])[] = [
    ['that it is registered with', () => ({ jwks: { keys: [key.jwk] } })],
    [
      'that it publishes',
      () => {
        host.answers.set('/jwks.json', { body: { keys: [key.jwk] } });
        return { jwksUri: `https://app.example.com/jwks.json` };
      },
    ],
  ];
  const register = async (registration: object) => {
    const [signer] = await createSigningApplication(world, acme, [key], registration);
    if (signer === undefined) throw new Error('One key was registered.');
    return signer;
  };

  test.each(places)(
    'authenticates the client of openid-client by one %s, at every endpoint',
    async (_place, registration) => {
      const signer = await register(registration());
      const authentication = openid.PrivateKeyJwt(await privateKeyOf(signer));
      const options = { execute: [openid.allowInsecureRequests] };
      const config = await openid.discovery(new URL(world.url), signer.principalId, undefined, authentication, options);
      const tokens = await openid.clientCredentialsGrant(config, { audience: REPORTS });
      expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'read:reports' });
      const introspect = () => openid.tokenIntrospection(config, tokens.access_token);
      expect(await introspect()).toMatchObject({ active: true, sub: signer.principalId });
      await openid.tokenRevocation(config, tokens.access_token);
      expect(await introspect()).toEqual({ active: false });
    },
  );

  test.each(places)(
    'authenticates the client of oauth4webapi by one %s, at every endpoint',
    async (_place, registration) => {
      const signer = await register(registration());
      const authentication = oauth.PrivateKeyJwt(await privateKeyOf(signer));
      const issuer = new URL(world.url);
      const discovered = await oauth.discoveryRequest(issuer, { ...insecure, algorithm: 'oauth2' });
      const as = await oauth.processDiscoveryResponse(issuer, discovered);
      const client = { client_id: signer.principalId };
      const form = new URLSearchParams({ audience: REPORTS });
      const response = await oauth.clientCredentialsGrantRequest(as, client, authentication, form, insecure);
      const { access_token: token } = await oauth.processClientCredentialsResponse(as, client, response);
      const introspect = async () =>
        oauth.processIntrospectionResponse(
          as,
          client,
          await oauth.introspectionRequest(as, client, authentication, token, insecure),
        );
      expect(await introspect()).toMatchObject({ active: true, aud: REPORTS, scope: 'read:reports' });
      const revocation = await oauth.revocationRequest(as, client, authentication, token, insecure);
      expect(await oauth.processRevocationResponse(revocation)).toBeUndefined();
      expect(await introspect()).toEqual({ active: false });
    },
  );
});
