import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { StoredKey } from './key-store.ts';

/** Parsing PKCS#8 costs more than an ECDSA signature, so each key is parsed once. */
const privateKeys = new WeakMap<StoredKey, KeyObject>();

/** The private half of an asymmetric key. */
export function privateKeyOf(key: StoredKey): KeyObject {
  const known = privateKeys.get(key);
  if (known !== undefined) return known;

  const privateKey = createPrivateKey({ key: Buffer.from(key.material, 'base64'), format: 'der', type: 'pkcs8' });
  privateKeys.set(key, privateKey);
  return privateKey;
}

/** The public half of an asymmetric key. */
export function publicKeyOf(key: StoredKey): KeyObject {
  return createPublicKey(privateKeyOf(key));
}

/** The raw bytes of a symmetric or HMAC key. */
export function secretOf(key: StoredKey): Buffer {
  return Buffer.from(key.material, 'base64');
}
