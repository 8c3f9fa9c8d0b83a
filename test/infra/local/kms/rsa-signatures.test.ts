import { constants, generateKeyPairSync, hash, privateEncrypt, publicDecrypt, sign, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { pkcs1, pss } from '#infra/local/kms/cryptography/rsa-signatures.ts';

// This key is short for speed, because some cases need many signatures.
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
const message = Buffer.from('message');
const digest = hash('sha256', message, 'buffer');
const pssKey = { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING };

describe('PSS', () => {
  test('is verified by node:crypto, with a salt as long as the hash', () => {
    const options = { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
    expect(verify('sha256', message, options, pss.sign(privateKey, digest, 'sha256'))).toBe(true);
  });

  test('verifies signatures of node:crypto with a salt as long as the hash, and no others', () => {
    const isValid = (saltLength: number) =>
      pss.verify(publicKey, digest, 'sha256', sign('sha256', message, { ...pssKey, saltLength }));
    expect([32, 31, 33, 0, constants.RSA_PSS_SALTLEN_MAX_SIGN].map(isValid)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  /** Signs an encoded message in which one byte is changed. */
  function withByte(position: number, change: (byte: number) => number): Buffer {
    const raw = { padding: constants.RSA_NO_PADDING };
    const encoded = publicDecrypt({ key: publicKey, ...raw }, pss.sign(privateKey, digest, 'sha256'));
    const index = position < 0 ? encoded.length + position : position;
    encoded[index] = change(encoded[index] ?? 0);
    return privateEncrypt({ key: privateKey, ...raw }, encoded);
  }

  test.each([
    ['another last byte', -1, () => 0xcc],
    ['a bit in its padding', 1, (byte: number) => byte ^ 1],
    ['a bit in its salt', -34, (byte: number) => byte ^ 1],
    ['a bit in its hash', -2, (byte: number) => byte ^ 1],
  ])('is refused with %s', (_, position, change) => {
    expect(
      pss.verify(
        publicKey,
        digest,
        'sha256',
        withByte(0, (byte) => byte),
      ),
    ).toBe(true);
    expect(pss.verify(publicKey, digest, 'sha256', withByte(position, change))).toBe(false);
  });

  test('is refused with the top bit of the encoded message set', () => {
    let signature: Buffer = Buffer.alloc(0);
    // If the first byte is zero, only the top bit changes. The message stays below every modulus of OpenSSL.
    for (let original = -1; original !== 0; ) {
      signature = withByte(0, (byte) => {
        original = byte;
        return 0x80;
      });
    }
    expect(pss.verify(publicKey, digest, 'sha256', signature)).toBe(false);
  });

  test('is refused without its first zero byte', () => {
    let signature = pss.sign(privateKey, digest, 'sha256');
    while (signature[0] !== 0) signature = pss.sign(privateKey, digest, 'sha256');
    expect(pss.verify(publicKey, digest, 'sha256', signature)).toBe(true);
    expect(pss.verify(publicKey, digest, 'sha256', signature.subarray(1))).toBe(false);
  });
});

describe('PKCS #1 v1.5', () => {
  test.each(['sha256', 'sha384', 'sha512'] as const)('equals the signature of node:crypto with %s', (name) => {
    const signature = pkcs1.sign(privateKey, hash(name, message, 'buffer'), name);
    expect(signature).toEqual(sign(name, message, privateKey));
  });

  test('is refused with another hash function of the same length', () => {
    expect(pkcs1.verify(publicKey, digest, 'sha256', sign('sm3', message, privateKey))).toBe(false);
    expect(pkcs1.verify(publicKey, hash('sm3', message, 'buffer'), 'sha256', sign('sm3', message, privateKey))).toBe(
      false,
    );
  });
});
