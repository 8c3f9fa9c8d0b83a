import * as z from 'zod';
import { keyArn } from '../arns.ts';
import { type EncryptionContext, open, readEnvelope, seal } from '../cryptography/envelope.ts';
import { secretOf } from '../cryptography/key-material.ts';
import { KmsError } from '../errors.ts';
import type { StoredKey } from '../key-store.ts';
import { keyFor } from '../key-use.ts';
import { blob, encryptionContextMember, keyIdMember, operation } from './operation.ts';

const algorithmMember = z
  .enum(['SYMMETRIC_DEFAULT', 'RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256', 'SM2PKE'])
  .default('SYMMETRIC_DEFAULT');

const Encrypt = operation(
  z.object({
    KeyId: keyIdMember,
    Plaintext: blob(4096),
    EncryptionContext: encryptionContextMember,
    EncryptionAlgorithm: algorithmMember,
  }),
  (input, store) => {
    const need = { operation: 'Encrypt', usage: 'ENCRYPT_DECRYPT', algorithm: input.EncryptionAlgorithm } as const;
    const key = keyFor(store, input.KeyId, need);
    return {
      KeyId: keyArn(key.id),
      CiphertextBlob: encryptUnder(key, input.Plaintext, input.EncryptionContext),
      EncryptionAlgorithm: input.EncryptionAlgorithm,
    };
  },
);

const Decrypt = operation(
  z.object({
    KeyId: keyIdMember.optional(),
    CiphertextBlob: blob(6144),
    EncryptionContext: encryptionContextMember,
    EncryptionAlgorithm: algorithmMember,
  }),
  (input, store) => {
    const envelope = readEnvelope(input.CiphertextBlob);
    const need = { operation: 'Decrypt', usage: 'ENCRYPT_DECRYPT', algorithm: input.EncryptionAlgorithm } as const;
    const key = keyFor(store, input.KeyId ?? envelope.keyId, need);
    if (key.id !== envelope.keyId) {
      throw new KmsError(
        'IncorrectKeyException',
        'The key ID in the request does not identify the key of the ciphertext.',
      );
    }
    return {
      KeyId: keyArn(key.id),
      Plaintext: open(envelope, secretOf(key), input.EncryptionContext).toString('base64'),
      EncryptionAlgorithm: input.EncryptionAlgorithm,
    };
  },
);

/** The operations for encryption with symmetric keys. */
export const encryptionOperations = { Encrypt, Decrypt };

/** Encrypts a plaintext with a symmetric key, and returns the `CiphertextBlob` in base64. */
export function encryptUnder(key: StoredKey, plaintext: Buffer, context: EncryptionContext): string {
  return seal(key.id, secretOf(key), plaintext, context).toString('base64');
}
