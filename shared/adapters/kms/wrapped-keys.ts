import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { DecryptCommand } from '@aws-sdk/client-kms';
import QuickLRU from 'quick-lru';
import type { SigningKey } from '#shared/domain/keys/signing-key.ts';
import type { Environment } from '#shared/ports.ts';
import { rethrowAsUnavailable } from '../aws-client.ts';
import { required } from '../node/environment.ts';
import { kmsClient } from './kms-client.ts';
import { publicKeyOf } from './signature-schemes.ts';

/** The most private keys in the memory of a process. Few keys sign at the same time. */
const PRIVATE_KEYS_MAX = 8;

/**
 * Builds the KMS encryption context of a wrapped private key: purpose, issuer and slot. KMS unwraps the key only with
 * the same context.
 */
export function wrappingContext(slot: string, environment: Environment): Record<string, string> {
  return { mintmark: 'signing-key', issuer: required(environment, 'MINTMARK_ISSUER'), slot };
}

/**
 * Unwraps private signing keys with KMS (Decrypt), each once for each process, and keeps them as key objects. The
 * returned function rejects with `temporarily_unavailable` if KMS fails or the private key does not match the public
 * key.
 */
export function keyUnwrapper(environment: Environment): (key: SigningKey) => Promise<KeyObject> {
  const unwrapped = new QuickLRU<string, Promise<KeyObject>>({ maxSize: PRIVATE_KEYS_MAX });
  return (key) => {
    const known = unwrapped.get(key.kid);
    if (known !== undefined) return known;
    const unwrapping = unwrap(key, environment).catch((error: unknown) => {
      unwrapped.delete(key.kid);
      return rethrowAsUnavailable(error);
    });
    unwrapped.set(key.kid, unwrapping);
    return unwrapping;
  };
}

async function unwrap(key: SigningKey, environment: Environment): Promise<KeyObject> {
  const { custody } = key;
  if (custody.type !== 'wrapped') throw new Error('The private key is not stored wrapped.');
  const { Plaintext } = await kmsClient(environment).send(
    new DecryptCommand({
      KeyId: required(environment, 'MINTMARK_WRAPPING_KEY'),
      CiphertextBlob: Buffer.from(custody.ciphertext, 'base64'),
      EncryptionContext: wrappingContext(custody.slot, environment),
    }),
  );
  if (Plaintext === undefined) throw new Error('KMS answered without a plaintext.');
  const privateKey = createPrivateKey({ key: Buffer.from(Plaintext), format: 'der', type: 'pkcs8' });
  Plaintext.fill(0);
  if (!createPublicKey(privateKey).equals(publicKeyOf(key))) throw new Error('The key pair does not match.');
  return privateKey;
}
