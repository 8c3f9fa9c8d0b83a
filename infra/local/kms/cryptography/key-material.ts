import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { StoredKey } from '../key-store.ts';

/** Parsed private keys. To parse a key takes longer than an ECDSA signature, so each key is parsed once. */
const privateKeys = new WeakMap<StoredKey, KeyObject>();

/** Returns the private key of an asymmetric key. */
export function privateKeyOf(key: StoredKey): KeyObject {
  const known = privateKeys.get(key);
  if (known !== undefined) return known;

  const privateKey = createPrivateKey({ key: Buffer.from(key.material, 'base64'), format: 'der', type: 'pkcs8' });
  privateKeys.set(key, privateKey);
  return privateKey;
}

/** Returns the public key of an asymmetric key. */
export function publicKeyOf(key: StoredKey): KeyObject {
  return createPublicKey(privateKeyOf(key));
}

/** Returns the bytes of a symmetric or HMAC key. */
export function secretOf(key: StoredKey): Buffer {
  return Buffer.from(key.material, 'base64');
}
