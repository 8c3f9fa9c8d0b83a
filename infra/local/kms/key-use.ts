import { keyArn } from './arns.ts';
import { invalidKeyUsage, invalidState, KmsError } from './errors.ts';
import { type KeyUsage, specificationOf } from './key-specs.ts';
import type { KeyStore, StoredKey } from './key-store.ts';

/** The usage and algorithm that an operation needs. */
export interface KeyNeed {
  readonly operation: string;
  readonly usage: KeyUsage;
  readonly algorithm: string;
}

/**
 * Finds the key for a cryptographic operation, and checks its state, usage and spec.
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

/**
 * Checks that a key is enabled.
 * @throws KmsError DisabledException, KMSInvalidStateException
 */
export function assertEnabled(key: StoredKey): void {
  assertNotPendingDeletion(key);
  if (key.state === 'Disabled') throw new KmsError('DisabledException', `${keyArn(key.id)} is disabled.`);
}

/**
 * Checks that a key is not about to be deleted.
 * @throws KmsError KMSInvalidStateException
 */
export function assertNotPendingDeletion(key: StoredKey): void {
  if (key.state === 'PendingDeletion') throw invalidState(`${keyArn(key.id)} is pending deletion.`);
}

/** Returns the algorithms of a key for its usage. */
export function algorithmsOf(key: StoredKey): readonly string[] {
  return specificationOf(key.spec).algorithms[key.usage] ?? [];
}
