import { createPrivateKey, createPublicKey } from 'node:crypto';
import {
  type DataKeyPairSpec,
  DecryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyPairCommand,
  GenerateDataKeyPairWithoutPlaintextCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  GenerateRandomCommand,
} from '@aws-sdk/client-kms';
import { afterAll, describe, expect, test } from 'vitest';
import { startLocalKms } from '#infra/local/kms/kms.ts';
import { arnOf, createKey, errorOf, kmsClient } from './kms-client.ts';

const kms = await startLocalKms();
const client = kmsClient(kms.url);
const keyId = await createKey(client, 'SYMMETRIC_DEFAULT');
afterAll(() => kms.close());

const context = { tenant: 'ten_1', purpose: 'pepper' };

async function unwrap(CiphertextBlob?: Uint8Array, EncryptionContext?: Record<string, string>): Promise<Buffer> {
  const { Plaintext = [] } = await client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));
  return Buffer.from(Plaintext);
}

describe('GenerateDataKey', () => {
  test.each([
    [{ KeySpec: 'AES_128' }, 16],
    [{ KeySpec: 'AES_256' }, 32],
    [{ NumberOfBytes: 64 }, 64],
  ] as const)('with %j makes a key of %i bytes that Decrypt unwraps', async (size, lengthBytes) => {
    const answer = await client.send(new GenerateDataKeyCommand({ KeyId: keyId, ...size, EncryptionContext: context }));
    expect(answer.KeyId).toBe(arnOf(keyId));
    expect(answer.Plaintext).toHaveLength(lengthBytes);
    expect(await unwrap(answer.CiphertextBlob, context)).toEqual(Buffer.from(answer.Plaintext ?? []));
    expect(await errorOf(unwrap(answer.CiphertextBlob))).toMatchObject({ name: 'InvalidCiphertextException' });
  });

  test('WithoutPlaintext does not return the plaintext', async () => {
    const command = new GenerateDataKeyWithoutPlaintextCommand({ KeyId: keyId, KeySpec: 'AES_256' });
    const answer = await client.send(command);
    expect(answer).not.toHaveProperty('Plaintext');
    expect(await unwrap(answer.CiphertextBlob)).toHaveLength(32);
  });

  test.each([
    ['neither a spec nor a size', {}],
    ['both a spec and a size', { KeySpec: 'AES_256', NumberOfBytes: 32 }],
  ] as const)('refuses %s', async (_, size) => {
    expect(await errorOf(client.send(new GenerateDataKeyCommand({ KeyId: keyId, ...size })))).toEqual({
      name: 'ValidationException',
      message: 'Please specify either number of bytes or key spec.',
      status: 400,
    });
  });
});

describe('GenerateDataKeyPair', () => {
  const pairSpecs = ['RSA_2048', 'ECC_NIST_P256', 'ECC_NIST_P384', 'ECC_NIST_P521', 'ECC_NIST_EDWARDS25519'] as const;

  test.each(pairSpecs)('makes a %s pair whose private key Decrypt unwraps', async (KeyPairSpec) => {
    const command = new GenerateDataKeyPairCommand({ KeyId: keyId, KeyPairSpec, EncryptionContext: context });
    const answer = await client.send(command);
    const unwrapped = await unwrap(answer.PrivateKeyCiphertextBlob, context);
    const publicKey = createPublicKey(createPrivateKey({ key: unwrapped, format: 'der', type: 'pkcs8' }));
    expect(answer).toMatchObject({ KeyId: arnOf(keyId), KeyPairSpec });
    expect(unwrapped).toEqual(Buffer.from(answer.PrivateKeyPlaintext ?? []));
    expect(publicKey.export({ format: 'der', type: 'spki' })).toEqual(Buffer.from(answer.PublicKey ?? []));
  });

  test('WithoutPlaintext does not return the private key', async () => {
    const command = new GenerateDataKeyPairWithoutPlaintextCommand({ KeyId: keyId, KeyPairSpec: 'ECC_NIST_P256' });
    const { $metadata, ...answer } = await client.send(command);
    expect(Object.keys(answer).sort()).toEqual(['KeyId', 'KeyPairSpec', 'PrivateKeyCiphertextBlob', 'PublicKey']);
  });

  test.each([
    ['SM2', 'UnsupportedOperationException'],
    ['ML_DSA_44', 'ValidationException'],
  ])('refuses a %s pair as %s', async (spec, name) => {
    const command = new GenerateDataKeyPairCommand({ KeyId: keyId, KeyPairSpec: spec as DataKeyPairSpec });
    expect(await errorOf(client.send(command))).toMatchObject({ name });
  });
});

describe('GenerateRandom', () => {
  test('returns the requested number of bytes, different each time', async () => {
    const random = async () => (await client.send(new GenerateRandomCommand({ NumberOfBytes: 1024 }))).Plaintext;
    const first = await random();
    expect(first).toHaveLength(1024);
    expect(await random()).not.toEqual(first);
  });

  test.each([undefined, 0, 1025])('refuses %s bytes', async (NumberOfBytes) => {
    const call = client.send(new GenerateRandomCommand({ NumberOfBytes }));
    expect(await errorOf(call)).toMatchObject({ name: 'ValidationException' });
  });
});
