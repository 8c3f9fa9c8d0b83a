import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { DecryptCommand } from '@aws-sdk/client-kms';
import QuickLRU from 'quick-lru';
import type { SigningKey } from '#shared/domain/records/signing-keys.ts';
import type { Environment } from '#shared/ports.ts';
import { rethrowAsUnavailable } from '../aws-client.ts';
import { required } from '../node/environment.ts';
import { kmsClient } from './kms-client.ts';
import { publicKeyOf } from './signature-schemes.ts';

/** A process sees few keys come and go; those that sign no more may be forgotten. */
const PRIVATE_KEYS_MAX = 8;

/** Ties a wrapped private half to its purpose, its issuer and its place: KMS unwraps it for nobody who does not say the same. */
export function wrappingContext(slot: string, environment: Environment): Record<string, string> {
  return { mintmark: 'signing-key', issuer: required(environment, 'MINTMARK_ISSUER'), slot };
}

/**
 * Unwraps private halves, each once for the life of the process. Node keeps them where JavaScript cannot read them.
 * The result rejects with `temporarily_unavailable` where KMS does not answer, or with another key.
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
  if (custody.type !== 'wrapped') throw new Error('The private half is not there to be unwrapped.');
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
  if (!createPublicKey(privateKey).equals(publicKeyOf(key))) throw new Error('KMS unwrapped another key.');
  return privateKey;
}
