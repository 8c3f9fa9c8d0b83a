import { DecryptCommand, EncryptCommand } from '@aws-sdk/client-kms';
import { afterAll, describe, expect, test } from 'vitest';
import { startLocalKms } from '#infra/local/kms/kms.ts';
import { arnOf, createKey, errorOf, kmsClient } from './kms-client.ts';

const kms = await startLocalKms();
const client = kmsClient(kms.url);
const keyId = await createKey(client, 'SYMMETRIC_DEFAULT');
const otherKeyId = await createKey(client, 'SYMMETRIC_DEFAULT');
afterAll(() => kms.close());

const context = { tenant: 'ten_1', purpose: 'pepper' };
const Plaintext = Buffer.from('a secret of the workspace');

const invalidCiphertext = {
  name: 'InvalidCiphertextException',
  message: 'The ciphertext or its encryption context is not valid.',
  status: 400,
};

async function encrypt(EncryptionContext?: Record<string, string>): Promise<Buffer> {
  const { CiphertextBlob = [] } = await client.send(new EncryptCommand({ KeyId: keyId, Plaintext, EncryptionContext }));
  return Buffer.from(CiphertextBlob);
}

async function decrypt(CiphertextBlob: Uint8Array, EncryptionContext?: Record<string, string>, KeyId?: string) {
  return client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext, KeyId }));
}

async function plaintextOf(CiphertextBlob: Uint8Array | undefined, EncryptionContext?: Record<string, string>) {
  const { Plaintext: bytes = [] } = await decrypt(CiphertextBlob ?? new Uint8Array(), EncryptionContext);
  return Buffer.from(bytes);
}

describe('Encrypt and Decrypt', () => {
  test('return the plaintext and the key that encrypted it', async () => {
    const { $metadata, ...answer } = await decrypt(await encrypt(context), context);
    expect({ ...answer, Plaintext: Buffer.from(answer.Plaintext ?? []) }).toEqual({
      KeyId: arnOf(keyId),
      Plaintext,
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    });
  });

  test('accept the encryption context in another order', async () => {
    const reordered = { purpose: 'pepper', tenant: 'ten_1' };
    expect(await plaintextOf(await encrypt(context), reordered)).toEqual(Plaintext);
  });

  test('treat an empty encryption context as none', async () => {
    expect(await plaintextOf(await encrypt({}), undefined)).toEqual(Plaintext);
  });

  test.each([
    ['none', undefined],
    ['a part of it', { tenant: 'ten_1' }],
    ['another value', { tenant: 'ten_2', purpose: 'pepper' }],
    ['another name', { Tenant: 'ten_1', purpose: 'pepper' }],
    ['a further entry', { ...context, more: '' }],
    ['names and values run together', { 'tenant","ten_1"],["purpose': 'pepper' }],
  ])('refuse %s in place of the encryption context', async (_, wrong) => {
    expect(await errorOf(decrypt(await encrypt(context), wrong))).toEqual(invalidCiphertext);
  });

  test('make a new ciphertext each time', async () => {
    expect(await encrypt(context)).not.toEqual(await encrypt(context));
  });

  test.each([-1, -20, 3, 45])('refuse a ciphertext changed at byte %i', async (position) => {
    const blob = await encrypt(context);
    const index = position < 0 ? blob.length + position : position;
    const changed = Buffer.from(blob.map((byte, at) => (at === index ? byte ^ 1 : byte)));
    expect(await errorOf(decrypt(changed, context, keyId))).toMatchObject({
      name: expect.stringMatching(/^(InvalidCiphertext|IncorrectKey)Exception$/),
    });
  });

  test.each([
    ['shortened', (blob: Buffer) => blob.subarray(0, -1)],
    ['cut after its header', (blob: Buffer) => blob.subarray(0, 40)],
    ['of one byte', () => Buffer.from([1])],
    ['from elsewhere', () => Buffer.from('not a ciphertext of this endpoint')],
  ])('refuse a ciphertext %s', async (_, change) => {
    expect(await errorOf(decrypt(change(await encrypt(context)), context))).toEqual(invalidCiphertext);
  });

  test('refuse a ciphertext that names another key', async () => {
    const relabelled = Buffer.from((await encrypt()).toString('latin1').replace(keyId, otherKeyId), 'latin1');
    expect(await errorOf(decrypt(relabelled))).toEqual(invalidCiphertext);
  });

  test('refuse a key that did not encrypt the ciphertext', async () => {
    expect(await errorOf(decrypt(await encrypt(context), context, otherKeyId))).toEqual({
      name: 'IncorrectKeyException',
      message: 'The key ID in the request does not identify the key of the ciphertext.',
      status: 400,
    });
  });

  test('refuse a plaintext of 4,097 bytes and an empty one', async () => {
    const call = (lengthBytes: number) =>
      errorOf(client.send(new EncryptCommand({ KeyId: keyId, Plaintext: Buffer.alloc(lengthBytes) })));
    expect(await call(4097)).toMatchObject({ name: 'ValidationException' });
    expect(await call(0)).toMatchObject({ name: 'ValidationException' });
  });
});
