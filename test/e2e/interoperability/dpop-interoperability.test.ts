import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { describe, expect, test } from 'vitest';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

/** Public client libraries with keys of their own, by the machine's clock, which they read. */
const world = useWorld({ adapters: { clock: () => ({ nowSeconds: () => Math.floor(Date.now() / 1_000) }) } });
const acme = useAcme(world);

const insecure = { [oauth.allowInsecureRequests]: true };
const resource = (path: string) => new URL(world.url + path);

describe.each(['ES256', 'PS256', 'EdDSA'])('a key for %s', (algorithm) => {
  test('gets openid-client through the nonce, to a token, and to the APIs that it is for', async () => {
    const { clientId, clientSecret } = acme.tenantToken;
    const options = { execute: [openid.allowInsecureRequests] };
    const config = await openid.discovery(new URL(world.url), clientId, clientSecret, undefined, options);
    const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair(algorithm));
    const tokens = await openid.clientCredentialsGrant(config, { audience: REPORTS }, { DPoP });
    expect(tokens.token_type).toBe('dpop');
    const call = async (path: string, handle: typeof DPoP) => {
      const response = await openid.fetchProtectedResource(
        config,
        tokens.access_token,
        resource(path),
        'GET',
        undefined,
        undefined,
        { DPoP: handle },
      );
      return response.status;
    };
    expect([await call('/reports?page=1', DPoP), await call('/rest/reports', DPoP)]).toEqual([200, 200]);
    const stranger = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair(algorithm));
    expect(await call('/reports', stranger)).toBe(403);
  });

  test('gets oauth4webapi to the management API, and its tokens through its own checks', async () => {
    const issuer = new URL(world.url);
    const discovered = await oauth.discoveryRequest(issuer, { ...insecure, algorithm: 'oauth2' });
    const as = await oauth.processDiscoveryResponse(issuer, discovered);
    const client: oauth.Client = { client_id: world.admin.clientId };
    const DPoP = oauth.DPoP(client, await oauth.generateKeyPair(algorithm));
    const exchange = async () => {
      const authentication = oauth.ClientSecretBasic(world.admin.clientSecret);
      const form = new URLSearchParams();
      const response = await oauth.clientCredentialsGrantRequest(as, client, authentication, form, {
        ...insecure,
        DPoP,
      });
      return oauth.processClientCredentialsResponse(as, client, response);
    };
    const refusal = await exchange().catch((error: unknown) => error);
    expect(oauth.isDPoPNonceError(refusal)).toBe(true);
    const { access_token: token } = await exchange();
    const call = (handle: oauth.DPoPHandle) =>
      oauth.protectedResourceRequest(token, 'GET', resource('/v1/tenants'), undefined, null, {
        ...insecure,
        DPoP: handle,
      });
    expect((await call(DPoP)).status).toBe(200);
    const stranger = oauth.DPoP(client, await oauth.generateKeyPair(algorithm));
    await expect(call(stranger)).rejects.toMatchObject({
      status: 401,
      cause: [{ scheme: 'dpop', parameters: { error: 'invalid_token' } }],
    });
  });
});
