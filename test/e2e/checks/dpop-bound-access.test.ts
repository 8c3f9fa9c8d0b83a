import { beforeAll, describe, expect, test } from 'vitest';
import { oauthError, problem, seen } from '#test/support/ask/answers.ts';
import { countEach, race } from '#test/support/ask/concurrent-calls.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { resourceMetadata } from '#test/support/ask/resource-metadata.ts';
import {
  boundToken,
  exchangeWith,
  newProofKey,
  type ProofChange,
  type ProofKey,
  proofOutcome,
  signProof,
  tokenProof,
} from '#test/support/clients/dpop.ts';
import { denied, whileFailing } from '#test/support/faults/while-failing.ts';
import { proofForgeries } from '#test/support/forge/proof-forgeries.ts';
import { costOf } from '#test/support/stored/call-counts.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import type { Credentials } from '#test/support/world/world.ts';

const ALGORITHMS = 'RS256 PS256 ES256 EdDSA Ed25519';
const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const key = prepared(newProofKey);
const other = prepared(newProofKey);
let token: string;
let adminToken: string;
beforeAll(async () => {
  token = await boundToken(world, acme.tenantToken, key);
  adminToken = await boundToken(world, world.admin, key, {});
});

describe('the management API and a token that is bound to a key', () => {
  const tenants = () => ({ method: 'GET', url: `${world.url}/v1/tenants`, token: adminToken });
  const send = (authorization: string, dpop?: string) =>
    world.send('GET', '/v1/tenants', { headers: { authorization, ...(dpop !== undefined && { dpop }) } });
  const challenge = (error: string) => `DPoP error="${error}", algs="${ALGORITHMS}", ${resourceMetadata(world)}`;

  test.each(['DPoP', 'dpop', 'DPOP'])('E9: takes it with a proof, under the scheme %s', async (scheme) => {
    expect((await send(`${scheme} ${adminToken}`, await signProof(world, key, tenants()))).status).toBe(200);
  });

  test('takes an htu without the query, with the ids of the path', async () => {
    const path = `/v1/tenants/${acme.tenantId}/api-tokens`;
    const proof = () => signProof(world, key, { ...tenants(), url: world.url + path });
    const get = async (at: string) =>
      world.send('GET', at, { headers: { authorization: `DPoP ${adminToken}`, dpop: await proof() } });
    expect([(await get(`${path}?limit=1`)).status, (await get('/v1/tenants')).status]).toEqual([200, 401]);
  });

  test.each(Object.entries(proofForgeries))('E7: refuses a proof with %s', async (_name, forge) => {
    const reply = await send(`DPoP ${adminToken}`, await forge({ world, key, other, request: tenants() }));
    expect(seen(reply)).toEqual(problem(401, 'unproven_token'));
    expect(reply.headers.get('www-authenticate')).toBe(challenge('invalid_dpop_proof'));
  });

  test.each<[string, ProofChange]>([
    ['no ath', { claims: { ath: undefined } }],
    ['ath of another token', { claims: { ath: 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo' } }],
  ])('E7: refuses a proof with %s', async (_name, change) => {
    const reply = await send(`DPoP ${adminToken}`, await signProof(world, key, tenants(), change));
    expect(seen(reply)).toEqual(problem(401, 'unproven_token'));
  });

  test('E7: refuses a proof by another key, and a token without proof', async () => {
    const byOther = await send(`DPoP ${adminToken}`, await signProof(world, other, tenants()));
    expect(seen(byOther)).toEqual(problem(401, 'invalid_token'));
    expect(byOther.headers.get('www-authenticate')).toBe(challenge('invalid_token'));
    expect(seen(await send(`DPoP ${adminToken}`))).toEqual(problem(401, 'unproven_token'));
  });

  test('E10: refuses a bound token as bearer, and a bearer token as bound', async () => {
    const plain = await world.tokenFor(world.admin);
    const proof = () => signProof(world, key, tenants());
    const replies = [await send(`Bearer ${adminToken}`, await proof()), await send(`DPoP ${plain}`, await proof())];
    expect(replies.map(seen)).toEqual([problem(401, 'invalid_token'), problem(401, 'invalid_token')]);
  });

  test('takes a proof once, even if 32 requests send it at once', async () => {
    const proof = await signProof(world, key, tenants());
    const replies = await Promise.all(race(32, () => send(`DPoP ${adminToken}`, proof)));
    expect(countEach(replies.map(({ status }) => status))).toEqual({ 200: 1, 401: 31 });
  });

  test('E13: remembers no proof of a caller without a token for this API', async () => {
    const proof = await signProof(world, key, { ...tenants(), token });
    world.dynamo.forget();
    expect((await send(`DPoP ${token}`, proof)).status).toBe(401);
    expect(await costOf(world, () => send('DPoP a.b.c', proof))).toMatchObject({ reads: 0 });
    const keys = await signProof(world, key, tenants());
    expect((await send(`DPoP ${adminToken}`, keys)).status).toBe(200);
  });

  test('says neither yes nor no while proofs cannot be remembered', async () => {
    const proof = await signProof(world, key, tenants());
    const failing = (called: string) => (called === 'PutItem' ? denied() : undefined);
    expect((await whileFailing(world.dynamo, failing, () => send(`DPoP ${adminToken}`, proof))).status).toBe(503);
  });

  test('takes it for introspection', async () => {
    const request = { method: 'POST', url: `${world.url}/oauth/introspect`, token: adminToken };
    const ask = async (of: ProofKey) =>
      world.send('POST', '/oauth/introspect', {
        headers: { authorization: `DPoP ${adminToken}`, dpop: await signProof(world, of, request) },
        body: new URLSearchParams({ token }),
      });
    expect((await ask(key)).body).toMatchObject({ active: true, token_type: 'DPoP', cnf: { jkt: key.thumbprint } });
    expect(seen(await ask(other))).toEqual(oauthError(401, 'invalid_token'));
  });
});

describe('E12, E14: an API that takes bound tokens only', () => {
  const IDENTIFIER = 'https://api.example.com/ledger';
  let apiId: string;
  let client: Credentials;
  let before: string;
  const require = (isRequired: boolean) =>
    world.manage('PATCH', `/v1/apis/${apiId}`, { dpopBoundAccessTokensRequired: isRequired });
  const introspected = async (value: string) =>
    (await world.post('/oauth/introspect', client, { token: value })).body as { active: boolean };
  beforeAll(async () => {
    const permissions = [{ value: 'read' }];
    const api = await world.manage('POST', '/v1/apis', { identifier: IDENTIFIER, name: 'Ledger', permissions });
    apiId = (api.body as { id: string }).id;
    const role = { key: 'ledger', name: 'Ledger', level: 1, permissions: [{ api: IDENTIFIER, value: 'read' }] };
    const { id } = (await world.manage('POST', '/v1/roles', role)).body as { id: string };
    const request = { description: 'ledger', roleIds: [id] };
    client = (await world.manage('POST', `/v1/tenants/${acme.tenantId}/api-tokens`, request)).body as Credentials;
    before = await world.tokenFor(client);
    expect((await require(true)).body).toMatchObject({ dpopBoundAccessTokensRequired: true });
  });

  test('refuses an exchange without proof', async () => {
    const reply = await world.post('/oauth/token', client, { grant_type: 'client_credentials' });
    expect(seen(reply)).toEqual(oauthError(400, 'invalid_dpop_proof'));
    expect(proofOutcome(await exchangeWith(world, client, await tokenProof(world, key)))).toBe('DPoP');
  });

  test('takes no bearer token any more, even if it is older', async () => {
    const bound = await boundToken(world, client, key, {});
    expect([await introspected(before), (await introspected(bound)).active]).toEqual([{ active: false }, true]);
    await require(false);
    expect((await introspected(before)).active).toBe(true);
    await require(true);
  });

  test('is not for long-lived tokens, which cannot be bound', async () => {
    const request = {
      description: 'x',
      kind: 'access_token',
      audience: IDENTIFIER,
      permissions: [{ api: IDENTIFIER, value: 'read' }],
    };
    const reply = await world.manage('POST', `/v1/tenants/${acme.tenantId}/api-tokens`, request);
    expect(seen(reply)).toEqual(problem(400, 'invalid_request', 'audience'));
  });

  test('cannot be tried without a proof', async () => {
    const { body } = await world.manage('POST', '/v1/applications', { name: 'Ledger client' });
    const { clientId } = body as Credentials;
    await world.manage('PUT', `/v1/applications/${clientId}/grants/${apiId}`, { permissions: ['read'] });
    const reply = await world.manage('POST', `/v1/apis/${apiId}/test`, { clientId });
    expect(seen(reply)).toEqual(problem(400, 'invalid_dpop_proof'));
  });
});
