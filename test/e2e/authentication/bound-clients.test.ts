import { decodeJwt } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import { oauthError, problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { resourceMetadata } from '#test/support/ask/resource-metadata.ts';
import { createApplication, grantPermissions } from '#test/support/clients/applications.ts';
import { type ClientIdentity, newAuthority, newKeys } from '#test/support/clients/certificates.ts';
import {
  exchangeWith,
  newProofKey,
  nonceOf,
  type ProofKey,
  proofOutcome,
  signProof,
  tokenProof,
} from '#test/support/clients/dpop.ts';
import { type Fetch, fetchWith, mutualTlsTrusting, postOver } from '#test/support/clients/mutual-tls.ts';
import { byName, registerForMutualTls } from '#test/support/clients/mutual-tls-clients.ts';
import { basic, type Credentials, readReply } from '#test/support/world/deployment.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

const authority = prepared(newAuthority);
const mutualTls = prepared(() => mutualTlsTrusting(authority.cert));
const world = useWorld({ mutualTls, onReply: assertConforms });
const acme = useAcme(world);

let identity: ClientIdentity;
let renewed: ClientIdentity;
let other: ClientIdentity;
/** Clients that are registered for bound tokens, at APIs that ask for nothing. The first one manages the workspace. */
let manager: Credentials;
let byCertificate: Credentials;
let byKey: Credentials;
beforeAll(async () => {
  const keys = await newKeys();
  [identity, renewed, other] = [
    await authority.issue({ keys }),
    await authority.issue({ keys }),
    await authority.issue(),
  ];
  byCertificate = await registerForMutualTls(world, acme, { tlsClientCertificateBoundAccessTokens: true });
  byKey = await registerForMutualTls(world, acme, { dpopBoundAccessTokens: true });
  const named = byName({ tlsClientAuthSubjectDn: 'CN=nightly export,O=Acme' });
  manager = await createApplication(world, { ...named, tlsClientCertificateBoundAccessTokens: true });
  await grantPermissions(world, manager, SYSTEM_API_ID, 'all');
});

const FORM = { grant_type: 'client_credentials', audience: REPORTS };

const over = (certificate: ClientIdentity): Fetch => fetchWith(mutualTls, certificate);

const exchangeOver = (client: Credentials, certificate = identity, headers: Record<string, string> = {}) =>
  postOver(over(certificate), `${world.mutualTlsUrl}/oauth/token`, FORM, { authorization: basic(client), ...headers });

const introspect = async (client: Credentials, token: string) =>
  (await world.post('/oauth/introspect', client, { token })).body as { active: boolean };

describe('a client that is registered for certificate-bound tokens', () => {
  test('E4: gets only certificate-bound tokens, for every API', async () => {
    const { body } = await exchangeOver(byCertificate);
    const { access_token: token } = body as { access_token: string };
    expect(decodeJwt(token).cnf).toEqual({ 'x5t#S256': identity.thumbprint });
    expect(await introspect(byCertificate, token)).toMatchObject({ active: true, cnf: decodeJwt(token).cnf });
  });

  test('E14, FP2: is refused without a certificate, and its unbound tokens from before are inactive', async () => {
    const client = await registerForMutualTls(world, acme, {});
    const before = await world.tokenFor(client, { audience: REPORTS });
    const change = (value: boolean | null) =>
      world.manage('PATCH', `/v1/applications/${client.clientId}`, { tlsClientCertificateBoundAccessTokens: value });
    expect((await change(true)).body).toMatchObject({ tlsClientCertificateBoundAccessTokens: true });
    expect(seen(await world.post('/oauth/token', client, FORM))).toEqual(oauthError(400, 'invalid_request'));
    expect(await introspect(client, before)).toEqual({ active: false });
    expect((await change(null)).body).not.toHaveProperty('tlsClientCertificateBoundAccessTokens');
    expect(await introspect(client, before)).toMatchObject({ active: true });
  });
});

describe('a client that is registered for DPoP', () => {
  let key: ProofKey;
  beforeAll(async () => {
    key = await newProofKey();
  });

  test('E12, E14: is refused without proof, with any certificate', async () => {
    const replies = [await world.post('/oauth/token', byKey, FORM), await exchangeOver(byKey)];
    expect(replies.map(seen)).toEqual(replies.map(() => oauthError(400, 'invalid_dpop_proof')));
  });

  test('gets tokens that are bound to its key', async () => {
    const proof = await tokenProof(world, key);
    expect(proofOutcome(await exchangeWith(world, byKey, proof, { audience: REPORTS }))).toBe('DPoP');
  });

  test('names the domain that it calls in its proofs', async () => {
    const nonce = await nonceOf(world, key);
    const proofFor = (url: string) => signProof(world, key, { method: 'POST', url: `${url}/oauth/token`, nonce });
    const [right, wrong] = [await proofFor(world.mutualTlsUrl), await proofFor(world.url)];
    expect(proofOutcome(await exchangeOver(byKey, identity, { dpop: right }))).toBe('DPoP');
    expect(proofOutcome(await exchangeOver(byKey, identity, { dpop: wrong }))).toBe('400 invalid_dpop_proof');
  });
});

describe('E5: the management API and a token that is bound to a certificate', () => {
  let token: string;
  beforeAll(async () => {
    const form = { grant_type: 'client_credentials', client_id: manager.clientId };
    const { body } = await postOver(over(identity), `${world.mutualTlsUrl}/oauth/token`, form);
    token = (body as { access_token: string }).access_token;
  });
  const headers = () => ({ authorization: `Bearer ${token}` });
  const list = async (certificate: ClientIdentity) =>
    readReply(await over(certificate)(`${world.mutualTlsUrl}/v1/tenants`, { headers: headers() }));

  test('takes it from its own certificate', async () => {
    expect(decodeJwt(token).cnf).toEqual({ 'x5t#S256': identity.thumbprint });
    expect((await list(identity)).status).toBe(200);
  });

  test('refuses it from another certificate, and without a certificate, with any headers', async () => {
    const pretended = { ...headers(), 'x-ssl-client-cert': encodeURIComponent(identity.cert) };
    const replies = [
      await list(other),
      await list(renewed),
      await world.send('GET', '/v1/tenants', { headers: headers() }),
      await world.send('GET', '/v1/tenants', { headers: pretended }),
    ];
    expect(replies.map(seen)).toEqual(replies.map(() => problem(401, 'invalid_token')));
    expect(replies.map((reply) => reply.headers.get('www-authenticate'))).toEqual(
      replies.map(() => `Bearer error="invalid_token", ${resourceMetadata(world)}`),
    );
  });

  test('refuses an introspection with it from another certificate', async () => {
    const ask = async (certificate: ClientIdentity) =>
      postOver(over(certificate), `${world.mutualTlsUrl}/oauth/introspect`, { token }, headers());
    expect((await ask(identity)).body).toMatchObject({ active: true, cnf: { 'x5t#S256': identity.thumbprint } });
    expect(seen(await ask(other))).toEqual(oauthError(401, 'invalid_token'));
  });

  test('lets nobody bind the tokens of the administrator, who may have no key and no certificate', async () => {
    const patches = [{ tlsClientCertificateBoundAccessTokens: true }, { dpopBoundAccessTokens: true }];
    const replies = patches.map((patch) => world.manage('PATCH', `/v1/applications/${world.admin.clientId}`, patch));
    expect((await Promise.all(replies)).map(seen)).toEqual(patches.map(() => problem(409, 'conflict')));
  });
});
