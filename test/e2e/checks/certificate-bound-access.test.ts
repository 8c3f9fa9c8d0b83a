import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GuardedApi, startGuardedApi } from '#test/support/arrange/guarded-api.ts';
import { type ClientIdentity, newAuthority, newKeys } from '#test/support/clients/certificates.ts';
import { newProofKey, nonceOf, signProof } from '#test/support/clients/dpop.ts';
import { fetchWith, mutualTlsTrusting, postOver } from '#test/support/clients/mutual-tls.ts';
import { costOf, FREE } from '#test/support/stored/call-counts.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import { basic, REPORTS } from '#test/support/world/world.ts';

const authority = prepared(newAuthority);
const mutualTls = prepared(() => mutualTlsTrusting(authority.cert));
const world = useWorld({ mutualTls });
const acme = useAcme(world);
let identity: ClientIdentity;
let other: ClientIdentity;
let renewed: ClientIdentity;
let token: string;
beforeAll(async () => {
  await world.manage('PATCH', `/v1/apis/${acme.apiId}`, { tlsClientCertificateBoundAccessTokens: true });
  const keys = await newKeys();
  const notAfter = new Date(Date.now() + 600_000);
  [identity, renewed, other] = [
    await authority.issue({ keys, notAfter }),
    await authority.issue({ keys }),
    await authority.issue(),
  ];
  token = await boundTo(identity);
});

/** A token for the reports, bound to this certificate. */
async function boundTo(certificate: ClientIdentity, headers: Record<string, string> = {}): Promise<string> {
  const form = { grant_type: 'client_credentials', audience: REPORTS };
  const url = `${world.mutualTlsUrl}/oauth/token`;
  const credentials = { authorization: basic(acme.tenantToken), ...headers };
  const { body, text } = await postOver(fetchWith(mutualTls, certificate), url, form, credentials);
  const { access_token: issued } = body as { access_token?: string };
  if (issued === undefined) throw new Error(`The exchange was refused: ${text}`);
  return issued;
}

const OPEN = { http: 200, rest: 200 };
const REFUSED = { http: 403, rest: 401 };

describe.each(['offline', 'online'] as const)('E5: an authorizer that works %s', (mode) => {
  let api: GuardedApi;
  let requiring: GuardedApi;
  let indifferent: GuardedApi;
  beforeAll(async () => {
    api = await startGuardedApi(world, { mode, mtls: 'accepted', dpop: 'accepted', mutualTls });
    requiring = await startGuardedApi(world, { mode, mtls: 'required', mutualTls });
    indifferent = await startGuardedApi(world, { mode, mutualTls });
  });
  afterAll(async () => {
    for (const each of [api, requiring, indifferent]) await each.close();
  });

  /** At the HTTP API, and at the REST API with a REQUEST authorizer. */
  async function visit(at: GuardedApi, certificate: ClientIdentity, headers: Record<string, string>) {
    const fetch = fetchWith(mutualTls, certificate);
    const statusAt = async (stage: string) => (await fetch(`${at.mutualTlsUrl}${stage}/reports`, { headers })).status;
    return { http: await statusAt(''), rest: await statusAt('/rest-request') };
  }
  async function visitPlainly(at: GuardedApi, headers: Record<string, string>) {
    const statusAt = async (stage: string) => (await fetch(`${at.url}${stage}/reports`, { headers })).status;
    return { http: await statusAt(''), rest: await statusAt('/rest-request') };
  }
  const bearer = (value: string) => ({ authorization: `Bearer ${value}` });

  test('lets a bound token through from its own certificate', async () => {
    expect(await visit(api, identity, bearer(token))).toEqual(OPEN);
    expect(await visit(requiring, identity, bearer(token))).toEqual(OPEN);
  });

  test('refuses it from another certificate, even if that has the same key', async () => {
    expect(await visit(api, other, bearer(token))).toEqual(REFUSED);
    expect(await visit(api, renewed, bearer(token))).toEqual(REFUSED);
  });

  test('E3: refuses it without mutual TLS, with any headers', async () => {
    expect(await visitPlainly(api, bearer(token))).toEqual(REFUSED);
    const claimed = { 'x-ssl-client-cert': encodeURIComponent(identity.cert), 'x-amzn-mtls-clientcert': identity.cert };
    const inOneLine = Object.fromEntries(
      Object.entries(claimed).map(([name, pem]) => [name, pem.replaceAll('\n', ' ')]),
    );
    expect(await visitPlainly(api, { ...bearer(token), ...inOneLine })).toEqual(REFUSED);
  });

  test('refuses it if its rules do not name certificates', async () => {
    expect(await visit(indifferent, identity, bearer(token))).toEqual(REFUSED);
    const rest = await fetchWith(mutualTls, identity)(`${api.mutualTlsUrl}/rest/reports`, { headers: bearer(token) });
    expect(rest.status).toBe(401);
  });

  test('lets bearer tokens through as before, but not if bound tokens are required', async () => {
    const unbound = await world.tokenFor(acme.tenantToken);
    expect(await visitPlainly(api, bearer(unbound))).toEqual(OPEN);
    expect(await visit(api, other, bearer(unbound))).toEqual(OPEN);
    expect(await visit(requiring, identity, bearer(unbound))).toEqual(REFUSED);
  });

  test('asks for both certificate and proof if a token is bound to both', async () => {
    const key = await newProofKey();
    const exchanging = { method: 'POST', url: `${world.mutualTlsUrl}/oauth/token`, nonce: await nonceOf(world, key) };
    const both = await boundTo(identity, { dpop: await signProof(world, key, exchanging) });
    const visitWith = async (certificate: ClientIdentity, isProven: boolean) => {
      const url = `${api.url}/reports`;
      const proof = await signProof(world, key, { method: 'GET', url, token: both });
      const headers = { authorization: `DPoP ${both}`, ...(isProven && { dpop: proof }) };
      return (await fetchWith(mutualTls, certificate)(`${api.mutualTlsUrl}/reports`, { headers })).status;
    };
    expect([await visitWith(identity, true), await visitWith(other, true), await visitWith(identity, false)]).toEqual([
      200, 403, 403,
    ]);
  });

  test('stores nothing', async () => {
    const visitOnce = () => fetchWith(mutualTls, identity)(`${api.mutualTlsUrl}/reports`, { headers: bearer(token) });
    expect(await costOf(world, visitOnce)).toEqual({ ...FREE, reads: mode === 'online' ? 1 : 0 });
  });
});

describe('E5: a certificate that has expired by our own clock', () => {
  test('opens nothing, though the handshake still takes it', async () => {
    const api = await startGuardedApi(world, { mode: 'offline', mtls: 'required', mutualTls });
    const visit = async () => {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetchWith(mutualTls, identity)(`${api.mutualTlsUrl}/reports`, { headers })).status;
    };
    expect(await visit()).toBe(200);
    world.clock.advance(660);
    expect(await visit()).toBe(403);
    await api.close();
  });
});
