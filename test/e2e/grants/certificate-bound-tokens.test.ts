import { decodeJwt } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { oauthError, problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import {
  createApplication,
  grantPermissions,
  type RegisteredApi,
  registerApi,
} from '#test/support/clients/applications.ts';
import { newAuthority } from '#test/support/clients/certificates.ts';
import { newProofKey, nonceOf, signProof } from '#test/support/clients/dpop.ts';
import { type Fetch, fetchWith, mutualTlsTrusting, postOver } from '#test/support/clients/mutual-tls.ts';
import { costOf } from '#test/support/stored/call-counts.ts';
import { prepared, useWorld } from '#test/support/world/use-world.ts';
import { basic, type Reply } from '#test/support/world/world.ts';

const authority = prepared(newAuthority);
const mutualTls = prepared(() => mutualTlsTrusting(authority.cert));
const identity = prepared(() => authority.issue());
const world = useWorld({ mutualTls, onReply: assertConforms });
const client = prepared(() => createApplication(world));
let offering: RegisteredApi;
let requiring: RegisteredApi;
let indifferent: RegisteredApi;
let withCertificate: Fetch;
beforeAll(async () => {
  const api = async (request: object) => {
    const made = await registerApi(world, ['read'], request);
    await grantPermissions(world, client, made.id, 'all');
    return made;
  };
  offering = await api({ tlsClientCertificateBoundAccessTokens: true });
  requiring = await api({ tlsClientCertificateBoundAccessTokensRequired: true });
  indifferent = await api({});
  withCertificate = fetchWith(mutualTls, identity);
});

const GRANT = { grant_type: 'client_credentials' };
const exchangeOver = (fetch: Fetch, { identifier }: RegisteredApi, headers: Record<string, string> = {}) =>
  postOver(
    fetch,
    `${world.mutualTlsUrl}/oauth/token`,
    { ...GRANT, audience: identifier },
    {
      authorization: basic(client),
      ...headers,
    },
  );
const exchange = ({ identifier }: RegisteredApi) =>
  world.post('/oauth/token', client, { ...GRANT, audience: identifier });
const introspect = async (token: string) => (await world.post('/oauth/introspect', client, { token })).body;
const tokenIn = ({ body }: Reply) => (body as { access_token: string }).access_token;
const bindingOf = (reply: Reply) => decodeJwt(tokenIn(reply)).cnf;

describe('E4: an exchange by mutual TLS', () => {
  test('gives a token that is bound to the certificate, for an API that offers that, and introspection repeats it', async () => {
    const reply = await exchangeOver(withCertificate, offering);
    const { access_token: token, ...rest } = reply.body as { access_token: string };
    expect([reply.status, rest]).toEqual([200, { token_type: 'Bearer', expires_in: 3_600, scope: 'read' }]);
    const cnf = { 'x5t#S256': identity.thumbprint };
    expect(decodeJwt(token).cnf).toEqual(cnf);
    expect(await introspect(token)).toMatchObject({ active: true, token_type: 'Bearer', cnf });
  });

  test('gives an unbound token for an API that says nothing about it', async () => {
    expect(bindingOf(await exchangeOver(withCertificate, indifferent))).toBeUndefined();
  });

  test('binds the token to the certificate and to the key of a proof, if the request has both', async () => {
    const key = await newProofKey();
    const url = `${world.mutualTlsUrl}/oauth/token`;
    const dpop = await signProof(world, key, { method: 'POST', url, nonce: await nonceOf(world, key) });
    const reply = await exchangeOver(withCertificate, requiring, { dpop });
    expect(reply.body).toMatchObject({ token_type: 'DPoP' });
    expect(bindingOf(reply)).toEqual({ jkt: key.thumbprint, 'x5t#S256': identity.thumbprint });
  });

  test('costs as much as every other exchange', async () => {
    await exchangeOver(withCertificate, offering);
    const cost = await costOf(world, () => exchangeOver(withCertificate, offering));
    expect(cost).toEqual({ reads: 1, writes: 0, kms: ['Sign'], comparisons: 0 });
  });

  test('is refused in the handshake without a certificate, or with a certificate of an untrusted authority', async () => {
    const stranger = await (await newAuthority('Authority of a stranger')).issue();
    await expect(exchangeOver(fetchWith(mutualTls), offering)).rejects.toThrow();
    await expect(exchangeOver(fetchWith(mutualTls, stranger), offering)).rejects.toThrow();
  });
});

describe('E3: an exchange without mutual TLS', () => {
  const forged = () => {
    const pem = encodeURIComponent(identity.cert);
    return {
      'x-ssl-client-cert': pem,
      'x-client-cert': pem,
      'x-forwarded-client-cert': `Cert="${pem}"`,
      'x-amzn-mtls-clientcert': pem,
      'x-amzn-mtls-clientcert-leaf': pem,
      'client-cert': `:${identity.cert.replaceAll(/-----[A-Z ]+-----|\s/g, '')}:`,
    };
  };
  const pretend = ({ identifier }: RegisteredApi) =>
    world.send('POST', '/oauth/token', {
      headers: { authorization: basic(client), ...forged() },
      body: new URLSearchParams({ ...GRANT, audience: identifier }),
    });

  test('B24: gives an unbound token, also with headers that show a certificate', async () => {
    expect(bindingOf(await exchange(offering))).toBeUndefined();
    expect(bindingOf(await pretend(offering))).toBeUndefined();
  });

  test('E14, FP2, B24: is refused if the API requires bound tokens, also with headers that show a certificate', async () => {
    expect(seen(await exchange(requiring))).toEqual(oauthError(400, 'invalid_request'));
    expect(seen(await pretend(requiring))).toEqual(oauthError(400, 'invalid_request'));
  });
});

describe('E14, FP2: an API that requires certificate-bound tokens', () => {
  test('gets tokens that are bound to a certificate', async () => {
    expect(bindingOf(await exchangeOver(withCertificate, requiring))).toEqual({ 'x5t#S256': identity.thumbprint });
  });

  test('takes no unbound tokens any more, even if they are older', async () => {
    const api = await registerApi(world, ['read']);
    await grantPermissions(world, client, api.id, 'all');
    const before = tokenIn(await exchange(api));
    const require = (tlsClientCertificateBoundAccessTokensRequired: boolean) =>
      world.manage('PATCH', `/v1/apis/${api.id}`, { tlsClientCertificateBoundAccessTokensRequired });
    expect((await require(true)).body).toMatchObject({ tlsClientCertificateBoundAccessTokensRequired: true });
    const bound = tokenIn(await exchangeOver(withCertificate, api));
    expect([await introspect(before), await introspect(bound)]).toMatchObject([{ active: false }, { active: true }]);
    await require(false);
    expect(await introspect(before)).toMatchObject({ active: true });
  });

  test('refuses a token that is bound only to a key', async () => {
    const key = await newProofKey();
    const url = `${world.url}/oauth/token`;
    const dpop = await signProof(world, key, { method: 'POST', url, nonce: await nonceOf(world, key) });
    const form = new URLSearchParams({ ...GRANT, audience: requiring.identifier });
    const reply = await world.send('POST', '/oauth/token', {
      headers: { authorization: basic(client), dpop },
      body: form,
    });
    expect(seen(reply)).toEqual(oauthError(400, 'invalid_request'));
  });

  test('cannot be tried without a certificate', async () => {
    const { clientId } = client;
    const reply = await world.manage('POST', `/v1/apis/${requiring.id}/test`, { clientId });
    expect(seen(reply)).toEqual(problem(400, 'invalid_request'));
  });

  test('takes no long-lived tokens, which cannot be bound', async () => {
    const { id: tenantId } = (await world.manage('POST', '/v1/tenants', { name: 'Acme' })).body as { id: string };
    const permissions = [{ api: requiring.identifier, value: 'read' }];
    const request = { description: 'x', kind: 'access_token', audience: requiring.identifier, permissions };
    const reply = await world.manage('POST', `/v1/tenants/${tenantId}/api-tokens`, request);
    expect(seen(reply)).toEqual(problem(400, 'invalid_request', 'audience'));
  });

  test('takes no certificate that has expired by our own clock', async () => {
    const brief = await authority.issue({ notAfter: new Date(Date.now() + 600_000) });
    const exchangeNow = () => exchangeOver(fetchWith(mutualTls, brief), requiring);
    expect((await exchangeNow()).status).toBe(200);
    world.clock.advance(660);
    expect(seen(await exchangeNow())).toEqual(oauthError(400, 'invalid_request'));
  });
});
