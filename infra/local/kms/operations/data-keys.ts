import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import * as z from 'zod';
import { keyArn } from '../arns.ts';
import { unsupported, validationError } from '../errors.ts';
import { isKeySpec } from '../key-specs.ts';
import type { KeyStore, StoredKey } from '../key-store.ts';
import { keyFor } from '../key-use.ts';
import { encryptUnder } from './encryption.ts';
import { encryptionContextMember, keyIdMember, operation } from './operation.ts';

const byteCountMember = z.int().min(1).max(1024);

const dataKeyMembers = z.object({
  KeyId: keyIdMember,
  KeySpec: z.enum(['AES_128', 'AES_256']).optional(),
  NumberOfBytes: byteCountMember.optional(),
  EncryptionContext: encryptionContextMember,
});

const dataKeyPairMembers = z.object({
  KeyId: keyIdMember,
  KeyPairSpec: z.enum([
    'RSA_2048',
    'RSA_3072',
    'RSA_4096',
    'ECC_NIST_P256',
    'ECC_NIST_P384',
    'ECC_NIST_P521',
    'ECC_SECG_P256K1',
    'ECC_NIST_EDWARDS25519',
    'SM2',
  ]),
  EncryptionContext: encryptionContextMember,
});

const GenerateDataKey = operation(dataKeyMembers, (input, store) => {
  const { plaintext, answer } = newDataKey('GenerateDataKey', input, store);
  return { ...answer, Plaintext: plaintext.toString('base64') };
});

const GenerateDataKeyWithoutPlaintext = operation(
  dataKeyMembers,
  (input, store) => newDataKey('GenerateDataKeyWithoutPlaintext', input, store).answer,
);

const GenerateDataKeyPair = operation(dataKeyPairMembers, async (input, store) => {
  const { privateKey, answer } = await newDataKeyPair('GenerateDataKeyPair', input, store);
  return { ...answer, PrivateKeyPlaintext: privateKey.toString('base64') };
});

const GenerateDataKeyPairWithoutPlaintext = operation(
  dataKeyPairMembers,
  async (input, store) => (await newDataKeyPair('GenerateDataKeyPairWithoutPlaintext', input, store)).answer,
);

const GenerateRandom = operation(z.object({ NumberOfBytes: byteCountMember }), ({ NumberOfBytes }) => ({
  Plaintext: randomBytes(NumberOfBytes).toString('base64'),
}));

/** The operations for data keys, which a KMS key wraps for use outside KMS, and for random bytes. */
export const dataKeyOperations = {
  GenerateDataKey,
  GenerateDataKeyWithoutPlaintext,
  GenerateDataKeyPair,
  GenerateDataKeyPairWithoutPlaintext,
  GenerateRandom,
};

function newDataKey(name: string, input: z.infer<typeof dataKeyMembers>, store: KeyStore) {
  const plaintext = randomBytes(dataKeyLengthBytes(input));
  const key = wrappingKey(name, input.KeyId, store);
  const answer = { KeyId: keyArn(key.id), CiphertextBlob: encryptUnder(key, plaintext, input.EncryptionContext) };
  return { plaintext, answer };
}

function dataKeyLengthBytes({ KeySpec, NumberOfBytes }: z.infer<typeof dataKeyMembers>): number {
  if (KeySpec === undefined && NumberOfBytes !== undefined) return NumberOfBytes;
  if (KeySpec !== undefined && NumberOfBytes === undefined) return KeySpec === 'AES_128' ? 16 : 32;
  throw validationError('Please specify either number of bytes or key spec.');
}

async function newDataKeyPair(name: string, input: z.infer<typeof dataKeyPairMembers>, store: KeyStore) {
  const { KeyPairSpec } = input;
  if (!isKeySpec(KeyPairSpec)) throw unsupported(`KeyPairSpec ${KeyPairSpec} is not available locally.`);

  const key = wrappingKey(name, input.KeyId, store);
  const privateKey = await store.newMaterial(KeyPairSpec);
  const publicKey = createPublicKey(createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' }));
  const answer = {
    KeyId: keyArn(key.id),
    KeyPairSpec,
    PublicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    PrivateKeyCiphertextBlob: encryptUnder(key, privateKey, input.EncryptionContext),
  };
  return { privateKey, answer };
}

function wrappingKey(name: string, keyId: string, store: KeyStore): StoredKey {
  return keyFor(store, keyId, { operation: name, usage: 'ENCRYPT_DECRYPT', algorithm: 'SYMMETRIC_DEFAULT' });
}
