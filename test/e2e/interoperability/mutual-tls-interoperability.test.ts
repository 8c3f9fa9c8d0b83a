import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { describe, expect, test } from 'vitest';
import { type ClientIdentity, newAuthority, selfSigned } from '#test/support/clients/certificates.ts';
import { type Fetch, fetchWith, mutualTlsTrusting } from '#test/support/clients/mutual-tls.ts';
import { byName, byOwnKey, registerForMutualTls } from '#test/support/clients/mutual-tls-clients.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

/** Public client libraries over connections with certificates, by the machine's clock, which they read. */
const clock = () => ({ nowSeconds: () => Math.floor(Date.now() / 1_000) });
const authority = prepared(newAuthority);
const identities = prepared(async () => ({
  tls_client_auth: await authority.issue({ names: [{ type: 'url', value: 'spiffe://acme.example/export' }] }),
  self_signed_tls_client_auth: await selfSigned(),
}));
const other = prepared(() => authority.issue());
const mutualTls = prepared(() => mutualTlsTrusting(authority.cert, identities.self_signed_tls_client_auth.cert));
const world = useWorld({ mutualTls, adapters: { clock } });
const acme = useAcme(world);

const register = async (method: keyof typeof identities) => {
  const byMethod = { tls_client_auth: byName({ tlsClientAuthSanUri: 'spiffe://acme.example/export' }) };
  const registration = { ...byMethod, self_signed_tls_client_auth: byOwnKey(identities[method]) }[method];
  const bound = { ...registration, tlsClientCertificateBoundAccessTokens: true };
  return (await registerForMutualTls(world, acme, bound)).clientId;
};

/** The issuer serves the metadata; all other requests use mutual TLS. */
const fetchAs = (identity: ClientIdentity): Fetch => {
  const secure = fetchWith(mutualTls, identity);
  return (url, init) => (String(url).startsWith('https:') ? secure(url, init) : fetch(url, init as RequestInit));
};

describe.each(['tls_client_auth', 'self_signed_tls_client_auth'] as const)('L4: %s', (method) => {
  test('gets openid-client to a token, its introspection, an API, and its revocation', async () => {
    const clientId = await register(method);
    const options = {
      execute: [openid.allowInsecureRequests],
      [openid.customFetch]: fetchAs(identities[method]),
    };
    const metadata = { use_mtls_endpoint_aliases: true };
    const config = await openid.discovery(new URL(world.url), clientId, metadata, openid.TlsClientAuth(), options);
    expect(config.serverMetadata().token_endpoint_auth_methods_supported).toContain(method);
    const { access_token: token, token_type } = await openid.clientCredentialsGrant(config, { audience: REPORTS });
    expect(token_type).toBe('bearer');
    const cnf = { 'x5t#S256': identities[method].thumbprint };
    expect(await openid.tokenIntrospection(config, token)).toMatchObject({ active: true, cnf });

    const visit = async (identity: ClientIdentity, path: string) => {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetchAs(identity)(world.mutualTlsUrl + path, { headers })).status;
    };
    const own = identities[method];
    expect([await visit(own, '/reports'), await visit(own, '/rest/reports')]).toEqual([200, 200]);
    expect([await visit(other, '/reports'), await visit(other, '/rest/reports')]).toEqual([403, 401]);
    await openid.tokenRevocation(config, token);
    expect(await openid.tokenIntrospection(config, token)).toEqual({ active: false });
  });

  test('gets oauth4webapi there too, through its own checks', async () => {
    const client: oauth.Client = { client_id: await register(method), use_mtls_endpoint_aliases: true };
    const issuer = new URL(world.url);
    const options = {
      [oauth.allowInsecureRequests]: true,
      [oauth.customFetch]: fetchAs(identities[method]),
    };
    const discovered = await oauth.discoveryRequest(issuer, { ...options, algorithm: 'oauth2' });
    const as = await oauth.processDiscoveryResponse(issuer, discovered);
    expect(as.tls_client_certificate_bound_access_tokens).toBe(true);
    const authentication = oauth.TlsClientAuth();
    const form = new URLSearchParams({ audience: REPORTS });
    const granted = await oauth.clientCredentialsGrantRequest(as, client, authentication, form, options);
    const { access_token: token } = await oauth.processClientCredentialsResponse(as, client, granted);
    const asked = await oauth.introspectionRequest(as, client, authentication, token, options);
    expect(await oauth.processIntrospectionResponse(as, client, asked)).toMatchObject({ active: true });
    const resource = new URL('/reports', world.mutualTlsUrl);
    const call = (identity: ClientIdentity) =>
      oauth.protectedResourceRequest(token, 'GET', resource, undefined, null, {
        [oauth.customFetch]: fetchAs(identity),
      });
    expect([(await call(identities[method])).status, (await call(other)).status]).toEqual([200, 403]);
    await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, authentication, token, options));
    expect((await call(identities[method])).status).toBe(403);
  });
});
