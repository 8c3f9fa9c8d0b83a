import { generateKeyPairSync } from 'node:crypto';
import { compactVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { joseCertificateVerifier } from '#shared/adapters/jose/certificate-verifier.ts';
import { rememberedJwks } from '#shared/adapters/remote/jwks-source.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { createServiceUser } from '#test/support/clients/service-users.ts';
import { applicationKey } from '#test/support/clients/signing-applications.ts';
import { ISSUER, issuerKey, signWorkloadToken } from '#test/support/elsewhere/local-issuer.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const good = applicationKey('ES256', 'good');
const { use: _use, ...shown } = good.jwk;

const onCurve = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'jwk' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey.export({ format: 'jwk' });
const x25519 = generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' });
const p384 = onCurve('P-384');

/** Keys that a set of another product can hold, and that sign nothing here. */
const foreign: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['a key for encryption', { ...rsa, use: 'enc', alg: 'RSA-OAEP-256' }],
  ['a key for encryption without an algorithm', { ...good.jwk, use: 'enc' }],
  ['a key for key agreement', { ...x25519, kid: 'agreement' }],
  ['a key whose operations are others', { ...rsa, alg: undefined, key_ops: ['encrypt'] }],
  ['a post-quantum key', { kty: 'AKP', alg: 'ML-DSA-44', pub: 'AAAA', kid: 'later' }],
  ['a key on P-521', { ...onCurve('P-521'), kid: 'p521' }],
  ['a key on secp256k1', { ...onCurve('secp256k1'), kid: 'chain' }],
  ['a key for RS512', { ...rsa, alg: 'RS512', kid: 'rs512' }],
];

const register = (...keys: readonly unknown[]) =>
  world.manage('POST', '/v1/applications', {
    name: 'app',
    tokenEndpointAuthMethod: 'private_key_jwt',
    jwks: { keys },
  });

async function trust(...keys: readonly unknown[]) {
  const path = await createServiceUser(world, acme.tenantId, [acme.readerRoleId]);
  const conditions = [{ claim: 'sub', equals: 'repo:acme/api:ref:refs/heads/main' }];
  return world.manage('POST', `${path}/federated-credentials`, {
    title: 'deploy',
    issuer: 'https://issuer.example.com',
    conditions,
    jwks: { keys },
  });
}

describe('Sound 27: a key set that is registered', () => {
  test.each([...foreign, ['a key on P-384', { ...p384, kid: 'p384' }] as const])(
    'Sound 27: passes over %s of an application',
    async (_what, jwk) => {
      expect((await register(jwk, good.jwk)).body).toMatchObject({ jwks: { keys: [shown] } });
      expect(seen(await register(jwk))).toEqual(problem(400, 'invalid_request', 'jwks'));
    },
  );

  test.each(foreign)('Sound 27: passes over %s of a trusted issuer', async (_what, jwk) => {
    expect((await trust(jwk, good.jwk)).body).toMatchObject({ jwks: { keys: [shown] } });
    expect(seen(await trust(jwk))).toEqual(problem(400, 'invalid_request', 'jwks'));
  });

  test('Sound 27: can hold more foreign keys than it may hold keys', async () => {
    const [, encryption] = foreign[0] ?? [];
    expect((await register(...Array(20).fill(encryption), good.jwk)).status).toBe(201);
  });

  test.each([
    ['D21: a weak key', generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey.export({ format: 'jwk' })],
    ['D21: a point off the curve', { ...good.jwk, kid: 'off', y: good.jwk.x }],
    ['D22: a private key', { ...good.jwk, kid: 'private', d: 'AAAA' }],
    ['D22: a private key for encryption', { ...rsa, use: 'enc', d: 'AAAA' }],
    ['D22: a shared secret', { kty: 'oct', k: 'AAAA', kid: 'shared' }],
    ['a key without a type', { kid: 'typeless' }],
    ['text', 'key'],
  ])('Sound 27: is still refused for %s', async (_what, jwk) => {
    expect(seen(await register({ ...asObject(jwk), kid: 'other' }, good.jwk))).toEqual(
      problem(400, 'invalid_request', 'jwks'),
    );
    expect(seen(await trust(jwk, good.jwk))).toEqual(problem(400, 'invalid_request', 'jwks'));
  });
});

const asObject = (jwk: unknown) => (typeof jwk === 'object' ? jwk : { text: jwk });

describe('Sound 27: a key set that is published', () => {
  const key = issuerKey('ES256', 'first');
  const sourceOf = (...keys: readonly unknown[]) => rememberedJwks(async () => ({ keys }));
  const location = { issuer: ISSUER, jwksUri: `${ISSUER}/keys`, owner: 'cli_1' };

  test.each<readonly [string, unknown]>([
    ...foreign,
    ['a key without a type', { kid: 'first' }],
    ['a key of the same name without its numbers', { kty: 'EC', crv: 'P-256', kid: 'first' }],
    ['text', 'key'],
    ['nothing', null],
  ])('Sound 27: is used although it has %s', async (_what, jwk) => {
    const token = await signWorkloadToken({ algorithm: 'ES256', kid: 'first', key: key.privateKey }, {});
    const source = sourceOf(jwk, key.jwk, jwk);
    const verified = compactVerify(token, source.keysOf(location)).catch(async (error: AsyncIterable<never>) => {
      for await (const candidate of error) return compactVerify(token, candidate);
      return undefined;
    });
    expect((await verified)?.protectedHeader.kid).toBe('first');
  });

  test('Sound 27: with a broken key recognises no certificate by this key, and fails for none', async () => {
    const verifier = joseCertificateVerifier(undefined, sourceOf({ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }));
    const certificate = {
      thumbprint: '',
      notBeforeSeconds: 0,
      notAfterSeconds: 0,
      subjectDn: '',
      isSelfSigned: true,
      publicJwk: onCurve('P-256') as Readonly<Record<string, string>>,
      hasAlternativeName: () => false,
    };
    expect(await verifier.isOfKeys(certificate, location)).toBe(false);
  });
});
