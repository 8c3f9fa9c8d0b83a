import type { KeyObject } from 'node:crypto';

/** The hash functions of KMS's RSA and ECDSA algorithms, with their names in `node:crypto`. */
export type HashName = 'sha256' | 'sha384' | 'sha512';

/** Signs and verifies a given digest. `node:crypto` can only sign a message that it hashes itself. */
export interface DigestScheme {
  sign(privateKey: KeyObject, digest: Buffer, hash: HashName): Buffer;
  verify(publicKey: KeyObject, digest: Buffer, hash: HashName, signature: Buffer): boolean;
}
