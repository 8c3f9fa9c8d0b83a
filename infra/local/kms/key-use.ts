import { keyArn } from './arns.ts';
import { invalidKeyUsage, invalidState, KmsError } from './errors.ts';
import { type KeyUsage, specificationOf } from './key-specs.ts';
import type { KeyStore, StoredKey } from './key-store.ts';

/** What an operation needs of a key. */
export interface KeyNeed {
  readonly operation: string;
  readonly usage: KeyUsage;
  readonly algorithm: string;
}

/**
 * The key for a cryptographic operation, once its state, its usage and its spec allow it.
 *
 * @throws KmsError NotFoundException, DisabledException, KMSInvalidStateException, InvalidKeyUsageException
 */
export function keyFor(store: KeyStore, keyId: string, need: KeyNeed): StoredKey {
  const key = store.key(keyId);
  assertEnabled(key);
  if (key.usage !== need.usage) {
    throw invalidKeyUsage(`${keyArn(key.id)} key usage is ${key.usage} which is not valid for ${need.operation}.`);
  }
  if (!algorithmsOf(key).includes(need.algorithm)) {
    throw invalidKeyUsage(`Algorithm ${need.algorithm} is incompatible with key spec ${key.spec}.`);
  }
  return key;
}

/** @throws KmsError DisabledException, KMSInvalidStateException */
export function assertEnabled(key: StoredKey): void {
  assertNotPendingDeletion(key);
  if (key.state === 'Disabled') throw new KmsError('DisabledException', `${keyArn(key.id)} is disabled.`);
}

/** @throws KmsError KMSInvalidStateException */
export function assertNotPendingDeletion(key: StoredKey): void {
  if (key.state === 'PendingDeletion') throw invalidState(`${keyArn(key.id)} is pending deletion.`);
}

/** The algorithms this key offers for the usage it was created for. */
export function algorithmsOf(key: StoredKey): readonly string[] {
  return specificationOf(key.spec).algorithms[key.usage] ?? [];
}
