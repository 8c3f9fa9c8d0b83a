import { calculateJwkThumbprint, createLocalJWKSet, decodeProtectedHeader, type JWK, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { SIGNING_KEYS } from '#shared/domain/keys/signing-key.ts';
import type { SigningAlgorithm } from '#shared/domain/records/permissions.ts';
import type { AccessTokenClaims, LongLivedTokenClaims } from '#shared/domain/tokens/claims.ts';
import type { TokenVerifier } from '#shared/domain/tokens/ports.ts';
import { outcomeOf, race } from '#test/support/ask/concurrent-calls.ts';
import { denied, whileFailing } from '#test/support/faults/while-failing.ts';
import type { Ports, Workspace } from '#test/support/world/workspace.ts';

const ALGORITHMS: readonly SigningAlgorithm[] = ['RS256', 'PS256', 'ES256', 'EdDSA'];

/** EdDSA hashes the message itself. */
const WITH_DIGEST = ALGORITHMS.filter((algorithm) => algorithm !== 'EdDSA');

/** Far in the future, because jose uses the real clock. */
const EXPIRES_AT_SECONDS = 4_000_000_000;

const NOW_SECONDS = 1_800_000_000;

const claims: AccessTokenClaims = {
  iss: 'https://auth.example.com',
  sub: 'usr_ada',
  aud: 'https://api.example.com/reports',
  exp: EXPIRES_AT_SECONDS,
  iat: 1_700_000_000,
  nbf: 1_700_000_000,
  jti: 'tok_1',
  client_id: 'cli_export',
  scope: 'read:reports write:reports',
  tenant_id: 'ten_acme',
  roles: ['reader'],
  permissions: ['read:reports', 'write:reports'],
  metadata: { team: 'Büro', list: [1, null, true] },
};

const { iss, sub, aud, iat, nbf, jti, client_id, tenant_id = '' } = claims;

const longLived: LongLivedTokenClaims = { iss, sub, aud, iat, nbf, jti, client_id, tenant_id };

/** The contracts of signer, key set and verifier: they agree with each other and with the library jose. */
export function tokenSigningContracts(open: () => Promise<Workspace>): void {
  describe('TokenSigner', () => signerContract(open));
  describe('KeySet', () => keySetContract(open));
  describe('TokenVerifier', () => verifierContract(open));
}

async function claimsOf(verifier: TokenVerifier, token: string) {
  return (await verifier.verify(token, NOW_SECONDS))?.claims;
}

/** Verifies a token as a verifier that only knows the published keys. */
async function verifyWithJose({ keySet }: Ports, token: string) {
  const keys: JWK[] = [...(await keySet.publicKeys(NOW_SECONDS))];
  const { issuer, audience } = { issuer: claims.iss, audience: claims.aud };
  const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet({ keys }), {
    issuer,
    audience,
    typ: 'at+jwt',
  });
  return { payload, protectedHeader };
}

function signerContract(open: () => Promise<Workspace>): void {
  test.each(ALGORITHMS)('F1: signs an at+jwt with %s, and jose verifies it', async (alg) => {
    const { ports } = await open();
    const key = (await ports.keySet.publicKeys(NOW_SECONDS)).find((jwk) => jwk.alg === alg);
    expect(await verifyWithJose(ports, await ports.signer.sign(claims, alg))).toEqual({
      payload: claims,
      protectedHeader: { alg, kid: key?.kid, typ: 'at+jwt' },
    });
  });

  test.each(WITH_DIGEST)(
    'F12: signs 6 KB of claims with %s, which is more than KMS accepts as a message',
    async (alg) => {
      const { ports, kms } = await open();
      kms.forget();
      const large = { ...claims, metadata: { note: 'x'.repeat(6_144) } };
      const token = await ports.signer.sign(large, alg);
      expect((await verifyWithJose(ports, token)).payload).toEqual(large);
      const sent = kms.bodies.map((body) => JSON.parse(body) as { MessageType?: string; Message?: string });
      const digests = sent.filter(({ MessageType }) => MessageType === 'DIGEST');
      expect(digests.map(({ Message = '' }) => Buffer.from(Message, 'base64').length)).toEqual([32]);
    },
  );

  test.each(ALGORITHMS)('F11: signs 64 different tokens with %s, and jose verifies all', async (alg) => {
    const { ports } = await open();
    const signAt = (index: number) => ports.signer.sign({ ...claims, jti: `tok_${index}` }, alg);
    const tokens: string[] = [];
    // Eight at once: 64 at once could take longer on a busy machine than the signer waits for KMS.
    for (let begun = 0; begun < 64; begun += 8) {
      tokens.push(...(await Promise.all(race(8, (runner) => signAt(begun + runner)))));
    }
    const verified = await Promise.all(tokens.map((token) => verifyWithJose(ports, token)));
    expect(verified.map(({ payload }) => payload.jti)).toEqual(tokens.map((_, index) => `tok_${index}`));
  });

  test('calls KMS once for each signature, and for the public keys only the first time', async () => {
    const { ports, kms } = await open();
    kms.forget();
    await ports.signer.sign(claims, 'RS256');
    await ports.signer.sign(claims, 'ES256');
    expect(kms.calls.toSorted()).toEqual([...ALGORITHMS.map(() => 'GetPublicKey'), 'Sign', 'Sign']);
  });

  test('answers temporarily_unavailable if KMS fails, and signs again afterwards', async () => {
    const { ports, kms } = await open();
    const sign = () => outcomeOf(ports.signer.sign(claims, 'RS256'));
    expect(await whileFailing(kms, denied, sign)).toBe('temporarily_unavailable');
    expect(await sign()).toBe('done');
    const refuseToSign = (operation: string) => (operation === 'Sign' ? denied() : undefined);
    expect(await whileFailing(kms, refuseToSign, sign)).toBe('temporarily_unavailable');
    expect(await sign()).toBe('done');
  });

  test('F12: refuses with EdDSA a message that is too large for KMS, without a call', async () => {
    const { ports, kms } = await open();
    await ports.signer.sign(claims, 'EdDSA');
    kms.forget();
    const large = { ...claims, metadata: { note: 'x'.repeat(6_144) } };
    expect(await outcomeOf(ports.signer.sign(large, 'EdDSA'))).toBe('invalid_scope');
    expect(kms.calls).toEqual([]);
  });

  test('answers temporarily_unavailable for an algorithm without a key', async () => {
    const { openAgain, settings } = await open();
    const { RS256 } = JSON.parse(settings.MINTMARK_SIGNING_KEYS ?? '{}') as Record<string, string>;
    const { signer } = openAgain({ MINTMARK_SIGNING_KEYS: JSON.stringify({ RS256 }) });
    expect(await outcomeOf(signer.sign(claims, 'ES256'))).toBe('temporarily_unavailable');
    expect(await outcomeOf(signer.sign(claims, 'RS256'))).toBe('done');
  });
}

function keySetContract(open: () => Promise<Workspace>): void {
  const publicMembers: Readonly<Record<SigningAlgorithm, readonly string[]>> = {
    RS256: ['alg', 'e', 'kid', 'kty', 'n', 'use'],
    PS256: ['alg', 'e', 'kid', 'kty', 'n', 'use'],
    ES256: ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
    EdDSA: ['alg', 'crv', 'kid', 'kty', 'use', 'x'],
  };

  test('L6: publishes one public key for each algorithm, with its public members only', async () => {
    const { ports } = await open();
    const keys = await ports.keySet.publicKeys(NOW_SECONDS);
    expect(ports.keySet.algorithms).toEqual(ALGORITHMS);
    expect(keys.map(({ alg, use }) => ({ alg, use }))).toEqual(ALGORITHMS.map((alg) => ({ alg, use: 'sig' })));
    expect(keys.map((jwk) => Object.keys(jwk).toSorted())).toEqual(ALGORITHMS.map((alg) => publicMembers[alg]));
  });

  test('names each key by its thumbprint (RFC 7638)', async () => {
    const keys = await (await open()).ports.keySet.publicKeys(NOW_SECONDS);
    expect(keys.map(({ kid }) => kid)).toEqual(await Promise.all(keys.map((jwk) => calculateJwkThumbprint(jwk))));
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length);
  });

  test('L9: calls KMS once for each key, for any number of requests', async () => {
    const { ports, kms } = await open();
    kms.forget();
    await Promise.all(race(32, () => ports.keySet.publicKeys(NOW_SECONDS)));
    expect(kms.calls).toEqual(ALGORITHMS.map(() => 'GetPublicKey'));
  });

  test('answers temporarily_unavailable while KMS fails, and publishes again afterwards', async () => {
    const { ports, kms } = await open();
    const publish = () => outcomeOf(ports.keySet.publicKeys(NOW_SECONDS));
    expect(await whileFailing(kms, denied, publish)).toBe('temporarily_unavailable');
    expect(await publish()).toBe('done');
  });
}

function verifierContract(open: () => Promise<Workspace>): void {
  test.each(ALGORITHMS)(
    'reads the claims of a token that was signed with %s, and calls KMS only for the keys',
    async (alg) => {
      const { ports, openAgain, kms } = await open();
      const token = await ports.signer.sign(claims, alg);
      const { verifier } = openAgain();
      kms.forget();
      expect([await claimsOf(verifier, token), await claimsOf(verifier, token)]).toEqual([claims, claims]);
      expect(kms.calls).toEqual(ALGORITHMS.map(() => 'GetPublicKey'));
    },
  );

  test('reads a long-lived token, with and without expiry', async () => {
    const { ports } = await open();
    for (const bare of [longLived, { ...longLived, exp: EXPIRES_AT_SECONDS }]) {
      const token = await ports.signer.sign(bare, 'ES256');
      expect(decodeProtectedHeader(token)).toMatchObject({ typ: 'mintmark-token+jwt' });
      expect(await claimsOf(ports.verifier, token)).toEqual(bare);
    }
  });

  test('F4: refuses a token with a changed part', async () => {
    const { ports } = await open();
    const [header = '', payload = '', signature = ''] = (await ports.signer.sign(claims, 'RS256')).split('.');
    const [otherHeader = '', , otherSignature = ''] = (await ports.signer.sign(claims, 'ES256')).split('.');
    const forged = [
      '',
      'a.b.c',
      `${header}.${payload}.`,
      `${otherHeader}.${payload}.${signature}`,
      `${header}.${payload}.${otherSignature}`,
    ];
    expect(await Promise.all(forged.map((token) => claimsOf(ports.verifier, token)))).toEqual(
      forged.map(() => undefined),
    );
  });

  test('F5: refuses a token of another issuer with the same keys', async () => {
    const { ports, openAgain } = await open();
    const token = await ports.signer.sign(claims, 'RS256');
    expect(await claimsOf(openAgain({ MINTMARK_ISSUER: `${claims.iss}/` }).verifier, token)).toBeUndefined();
  });

  test('F8: refuses a token of a key that the workspace has removed', async () => {
    const { ports, openAgain, settings } = await open();
    const { RS256 } = JSON.parse(settings.MINTMARK_SIGNING_KEYS ?? '{}') as Record<string, string>;
    const retired = openAgain({ MINTMARK_SIGNING_KEYS: JSON.stringify({ RS256 }) }).verifier;
    expect(await claimsOf(retired, await ports.signer.sign(claims, 'ES256'))).toBeUndefined();
    expect(await claimsOf(retired, await ports.signer.sign(claims, 'RS256'))).toEqual(claims);
  });

  test.each([
    ['pending', {}, [claims, longLived]],
    ['active', { signsFromSeconds: 1 }, [claims, longLived]],
    [
      'retiring',
      { signsFromSeconds: 1, signsUntilSeconds: 2, publishedUntilSeconds: NOW_SECONDS + 1 },
      [claims, longLived],
    ],
    [
      'retained',
      { signsFromSeconds: 1, signsUntilSeconds: 2, publishedUntilSeconds: 2, retain: true },
      [claims, longLived],
    ],
    [
      'retired',
      { signsFromSeconds: 1, signsUntilSeconds: 2, publishedUntilSeconds: NOW_SECONDS },
      [undefined, longLived],
    ],
    ['revoked', { signsFromSeconds: 1, revokedAtSeconds: 2 }, [undefined, undefined]],
  ] as const)('V1, F8: accepts the tokens that a %s key may have signed', async (state, times, expected) => {
    const { ports, openAgain } = await open();
    const tokens = [await ports.signer.sign(claims, 'ES256'), await ports.signer.sign(longLived, 'ES256')];
    const [key] = (await ports.foundingKeys.read(1)).filter(({ algorithm }) => algorithm === 'ES256');
    if (key === undefined) throw new Error('There is no ES256 key.');
    const { signsFromSeconds: _, ...bare } = key;
    const record = { keys: [{ ...bare, ...times }], creations: [], createdAtSeconds: 1, version: 1 };
    await ports.signingKeyRecords.insert(SIGNING_KEYS, record);
    const { verifier, keySet } = openAgain();
    expect(await Promise.all(tokens.map((token) => claimsOf(verifier, token)))).toEqual(expected);
    const published = (await keySet.publicKeys(NOW_SECONDS)).map(({ kid }) => kid);
    expect(published.includes(key.kid)).toBe(!['retired', 'revoked'].includes(state));
  });

  test('H11: answers temporarily_unavailable, never a refusal, if the keys cannot be read', async () => {
    const { ports, openAgain, kms } = await open();
    const token = await ports.signer.sign(claims, 'RS256');
    const { verifier } = openAgain();
    const verify = () => outcomeOf(claimsOf(verifier, token));
    expect(await whileFailing(kms, denied, verify)).toBe('temporarily_unavailable');
    expect(await claimsOf(verifier, token)).toEqual(claims);
  });
}
