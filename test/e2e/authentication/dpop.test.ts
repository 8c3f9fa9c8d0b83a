import { randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { oauthError, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import {
  boundToken,
  exchangeWith,
  newProofKey,
  nonceOf,
  type ProofChange,
  proofOutcome,
  signProof,
  tokenProof,
} from '#test/support/clients/dpop.ts';
import { createServiceUserKey, JWT_BEARER, signAssertion } from '#test/support/clients/service-user-keys.ts';
import { createServiceUser } from '#test/support/clients/service-users.ts';
import { denied, loseFirstReplyTo, whileFailing } from '#test/support/faults/while-failing.ts';
import { proofForgeries } from '#test/support/forge/proof-forgeries.ts';
import { costOf } from '#test/support/stored/call-counts.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS, type Reply } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const key = prepared(newProofKey);
const other = prepared(newProofKey);

const AUDIENCE = { audience: REPORTS, scope: 'read:reports' };
const exchange = (proof: string, parameters: Record<string, string> = {}) =>
  exchangeWith(world, acme.tenantToken, proof, { ...AUDIENCE, ...parameters });
const endpoint = () => `${world.url}/oauth/token`;
const outcome = async (change: ProofChange, of = key) =>
  proofOutcome(await exchange(await tokenProof(world, of, change)));
const fromNow = (seconds: number) => world.clock.nowSeconds() + seconds;
const introspect = (token: string) => world.post('/oauth/introspect', acme.tenantToken, { token });

describe('E6: an exchange with a proof', () => {
  test('gives a token that is bound to the key, and introspection repeats that', async () => {
    const reply = await exchange(await tokenProof(world, key));
    const { access_token: token, ...rest } = reply.body as { access_token: string };
    expect([reply.status, rest]).toEqual([200, { token_type: 'DPoP', expires_in: 3_600, scope: 'read:reports' }]);
    expect(decodeJwt(token).cnf).toEqual({ jkt: key.thumbprint });
    expect((await introspect(token)).body).toMatchObject({
      active: true,
      token_type: 'DPoP',
      cnf: { jkt: key.thumbprint },
    });
  });

  test('gives a bearer token as before if it comes without a proof', async () => {
    const token = await world.tokenFor(acme.tenantToken, AUDIENCE);
    expect(decodeJwt(token)).not.toHaveProperty('cnf');
    expect((await introspect(token)).body).toMatchObject({ token_type: 'Bearer' });
    expect((await introspect(token)).body).not.toHaveProperty('cnf');
  });

  test.each(['RS256', 'PS256', 'EdDSA', 'Ed25519'])('takes a key for %s', async (algorithm) => {
    const ofAlgorithm = await newProofKey(algorithm);
    const token = await boundToken(world, acme.tenantToken, ofAlgorithm, AUDIENCE);
    expect(decodeJwt(token).cnf).toEqual({ jkt: ofAlgorithm.thumbprint });
  });

  test('names keys as RFC 7638 section 3.1 does', async () => {
    const n =
      '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw';
    expect(await calculateJwkThumbprint({ kty: 'RSA', n, e: 'AQAB' })).toBe(
      'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
    );
  });

  test('is taken with a signed grant too', async () => {
    const path = await createServiceUser(world, acme.tenantId, [acme.readerRoleId]);
    const assertion = await signAssertion(world, await createServiceUserKey(world, path));
    const form = { grant_type: JWT_BEARER, assertion, audience: REPORTS };
    const headers = { dpop: await tokenProof(world, key) };
    const reply = await world.send('POST', '/oauth/token', { headers, body: new URLSearchParams(form) });
    expect(proofOutcome(reply)).toBe('DPoP');
  });

  test('costs one conditional write more than an exchange without a proof', async () => {
    await exchange(await tokenProof(world, key));
    const proof = await tokenProof(world, key);
    expect(await costOf(world, () => exchange(proof))).toEqual({ reads: 1, writes: 1, kms: ['Sign'], comparisons: 0 });
  });
});

describe('E8, E9: a proof is accepted', () => {
  test.each<[string, () => ProofChange]>([
    ['with any query and fragment of htu', () => ({ claims: { htu: `${endpoint()}?a=1#b` } })],
    [
      'with any case of scheme and host in htu',
      () => ({ claims: { htu: endpoint().replace(/^[^/]+\/\/[^/]+/, (o) => o.toUpperCase()) } }),
    ],
    ['with escapes in htu that say the same', () => ({ claims: { htu: endpoint().replace('token', 't%6Fken') } })],
    ['with an iat ten seconds ahead', () => ({ claims: { iat: fromNow(10) } })],
    ['with an iat ten seconds ago', () => ({ claims: { iat: fromNow(-10) } })],
    ['with a fraction in iat', () => ({ claims: { iat: fromNow(0) + 0.5 } })],
    ['with any exp and nbf', () => ({ claims: { exp: fromNow(-60), nbf: fromNow(60) } })],
    [
      'with unknown claims and headers',
      () => ({ claims: { admin: true }, header: { jku: 'https://evil.example.com' } }),
    ],
    ['with other members in jwk', () => ({ header: { jwk: { ...key.jwk, use: 'sig', alg: 'ES256', kid: 'mine' } } })],
    ['with its type in capitals', () => ({ header: { typ: 'DPOP+JWT' } })],
  ])('%s', async (_how, change) => {
    expect(await outcome(change())).toBe('DPoP');
  });
});

describe('E7: a proof that is refused', () => {
  test.each(Object.entries(proofForgeries))('%s: is refused, and leaves nothing behind', async (_name, forge) => {
    const request = { method: 'POST', url: endpoint(), nonce: await nonceOf(world, key) };
    const proof = await forge({ world, key, other, request });
    world.dynamo.forget();
    expect(seen(await exchange(proof))).toEqual(oauthError(400, 'invalid_dpop_proof'));
    expect(world.dynamo.calls).toEqual([]);
  });

  test('is answered like every other refused proof', async () => {
    const replies = [await exchange('proof'), await exchange(await tokenProof(world, key, { claims: { htm: 'GET' } }))];
    expect(wholeReply(replies[0] as Reply)).toEqual(wholeReply(replies[1] as Reply));
  });

  test('E13: is not remembered if the client cannot authenticate', async () => {
    const nobody = { ...acme.tenantToken, clientSecret: 'wrong' };
    const proof = await tokenProof(world, key);
    expect(proofOutcome(await exchangeWith(world, nobody, proof))).toBe('401 invalid_client');
    expect(proofOutcome(await exchange(proof, { scope: 'delete' }))).toBe('400 invalid_scope');
    expect(proofOutcome(await exchange(proof))).toBe('DPoP');
  });
});

describe('E11: a nonce for proofs', () => {
  const withNonce = (nonce: string | undefined) =>
    signProof(world, key, { method: 'POST', url: endpoint(), ...(nonce !== undefined && { nonce }) }).then((proof) =>
      exchange(proof),
    );

  test('is asked for, and comes with every answer to a proof and with no other answer', async () => {
    const refused = await withNonce(undefined);
    expect(seen(refused)).toEqual(oauthError(400, 'use_dpop_nonce'));
    const nonce = refused.headers.get('dpop-nonce') ?? '';
    expect(nonce).toMatch(/^[\x21\x23-\x5B\x5D-\x7E]+$/);
    const replies = [await withNonce(nonce), await exchange('proof'), await withNonce('made up')];
    expect(replies.map(proofOutcome)).toEqual(['DPoP', '400 invalid_dpop_proof', '400 use_dpop_nonce']);
    expect(replies.map(({ headers }) => headers.get('dpop-nonce'))).toEqual([nonce, nonce, nonce]);
    const bearer = await world.post('/oauth/token', acme.tenantToken, {
      grant_type: 'client_credentials',
      ...AUDIENCE,
    });
    expect([bearer.status, bearer.headers.has('dpop-nonce')]).toEqual([200, false]);
  });

  test('is accepted for five to ten minutes, and then only a newer nonce is accepted', async () => {
    const nonce = await nonceOf(world, key);
    world.clock.advance(300);
    const newer = await nonceOf(world, key);
    expect([newer === nonce, proofOutcome(await withNonce(nonce))]).toEqual([false, 'DPoP']);
    world.clock.advance(300);
    expect([proofOutcome(await withNonce(nonce)), proofOutcome(await withNonce(newer))]).toEqual([
      '400 use_dpop_nonce',
      'DPoP',
    ]);
  });
});

describe('a proof of possession that was used', () => {
  test('is a replay from then on', async () => {
    const proof = await tokenProof(world, key);
    expect(proofOutcome(await exchange(proof))).toBe('DPoP');
    expect(proofOutcome(await exchange(proof))).toBe('400 invalid_dpop_proof');
  });

  test('uses up its jti for its own key only, to the letter, for as long as it is valid', async () => {
    const jti = randomUUID();
    expect(await outcome({ claims: { jti } })).toBe('DPoP');
    expect(await outcome({ claims: { jti, iat: fromNow(30) } })).toBe('400 invalid_dpop_proof');
    expect(await outcome({ claims: { jti: jti.toUpperCase() } })).toBe('DPoP');
    expect(await outcome({ claims: { jti } }, other)).toBe('DPoP');
    world.clock.advance(60);
    expect(await outcome({ claims: { jti } })).toBe('DPoP');
  });

  test('D11: is not taken for a replay of itself when the reply to its own use is lost', async () => {
    const proof = await tokenProof(world, key);
    expect(proofOutcome(await whileFailing(world.dynamo, loseFirstReplyTo('PutItem'), () => exchange(proof)))).toBe(
      'DPoP',
    );
  });

  test('H11: is neither accepted nor refused while DynamoDB does not answer', async () => {
    const proof = await tokenProof(world, key);
    const failing = (called: string) => (called === 'PutItem' ? denied() : undefined);
    const reply = await whileFailing(world.dynamo, failing, () => exchange(proof));
    expect(seen(reply)).toEqual(oauthError(503, 'temporarily_unavailable'));
    expect(proofOutcome(await exchange(proof))).toBe('DPoP');
  });
});
