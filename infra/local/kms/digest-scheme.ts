import type { KeyObject } from 'node:crypto';

/** The hash functions of KMS's RSA and ECDSA algorithms, by their names in node:crypto. */
export type HashName = 'sha256' | 'sha384' | 'sha512';

/** A signature over a ready-made digest, which node:crypto has no function for. */
export interface DigestScheme {
  sign(privateKey: KeyObject, digest: Buffer, hash: HashName): Buffer;
  verify(publicKey: KeyObject, digest: Buffer, hash: HashName, signature: Buffer): boolean;
}
