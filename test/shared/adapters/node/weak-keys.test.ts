import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { cryptoClientKeys } from '#shared/adapters/node/client-keys.ts';
import { cryptoTrustedKeys } from '#shared/adapters/node/trusted-keys.ts';
import { keyWithExponentOne, rocaJwk } from '#test/support/forge/weak-keys.ts';

const rsa = (publicExponent: number) =>
  generateKeyPairSync('rsa', { modulusLength: 2_048, publicExponent }).publicKey.export({ format: 'jwk' });

test.each([
  ['whose primes have the fingerprint of ROCA', rocaJwk(), false],
  ['with the exponent 1', keyWithExponentOne().jwk, false],
  ['with the exponent 3', rsa(3), false],
  ['with good primes and the exponent 65537', rsa(65_537), true],
])('Sound 18: an RSA key %s is judged', (_what, jwk, isStrong) => {
  const members = jwk as Record<string, string>;
  expect([cryptoTrustedKeys().isStrong(members), cryptoClientKeys().examine(members) !== undefined]).toEqual([
    isStrong,
    isStrong,
  ]);
});
