import {
  constants,
  createHash,
  type KeyObject,
  privateEncrypt,
  publicDecrypt,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import type { DigestScheme, HashName } from './digest-scheme.ts';

/** Hash → last byte of its object identifier, and length of its digest (RFC 8017 section 9.2, note 1). */
const hashes: Readonly<Record<HashName, { readonly oidEnd: number; readonly lengthBytes: number }>> = {
  sha256: { oidEnd: 1, lengthBytes: 32 },
  sha384: { oidEnd: 2, lengthBytes: 48 },
  sha512: { oidEnd: 3, lengthBytes: 64 },
};

/** RSASSA-PKCS1-v1_5 over a given digest (RFC 8017 section 8.2). */
export const pkcs1: DigestScheme = {
  sign: (key, digest, hash) => privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, digestInfo(digest, hash)),

  verify: (key, digest, hash, signature) => {
    const recovered = recover(key, signature, constants.RSA_PKCS1_PADDING);
    return recovered !== undefined && isEqual(recovered, digestInfo(digest, hash));
  },
};

/** RSASSA-PSS over a given digest, with a salt as long as the hash (RFC 8017 section 8.1). */
export const pss: DigestScheme = {
  sign: (key, digest, hash) =>
    privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encodePss(digest, hash, modulusBytes(key))),

  verify: (key, digest, hash, signature) => {
    const recovered = recover(key, signature, constants.RSA_NO_PADDING);
    return recovered !== undefined && isPssEncoding(recovered, digest, hash);
  },
};

/** Recovers the signed block with the public key; undefined if size, range or padding of the signature is wrong. */
function recover(key: KeyObject, signature: Buffer, padding: number): Buffer | undefined {
  if (signature.length !== modulusBytes(key)) return undefined;
  try {
    return publicDecrypt({ key, padding }, signature);
  } catch {
    return undefined;
  }
}

function modulusBytes(key: KeyObject): number {
  return (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
}

function digestInfo(digest: Buffer, hash: HashName): Buffer {
  const { oidEnd, lengthBytes } = hashes[hash];
  const oid = [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, oidEnd];
  const algorithm = [0x30, oid.length + 2, ...oid, 0x05, 0x00];
  return Buffer.from([0x30, algorithm.length + 2 + lengthBytes, ...algorithm, 0x04, lengthBytes, ...digest]);
}

/** EMSA-PSS-ENCODE (RFC 8017 section 9.1.1). The moduli here have whole bytes, so exactly one top bit must be zero. */
function encodePss(digest: Buffer, hash: HashName, lengthBytes: number): Buffer {
  const salt = randomBytes(digest.length);
  const saltedDigest = pssDigest(digest, salt, hash);
  const maskedLength = lengthBytes - saltedDigest.length - 1;
  const block = Buffer.concat([Buffer.alloc(maskedLength - salt.length - 1), Buffer.from([0x01]), salt]);
  return Buffer.concat([clearTopBit(mask(block, saltedDigest, hash)), saltedDigest, Buffer.from([0xbc])]);
}

/** EMSA-PSS-VERIFY (RFC 8017 section 9.1.2). */
function isPssEncoding(encoded: Buffer, digest: Buffer, hash: HashName): boolean {
  const maskedLength = encoded.length - digest.length - 1;
  const masked = encoded.subarray(0, maskedLength);
  const saltedDigest = encoded.subarray(maskedLength, -1);
  const block = clearTopBit(mask(masked, saltedDigest, hash));
  const padding = block.subarray(0, maskedLength - digest.length);
  const expectedPadding = Buffer.concat([Buffer.alloc(padding.length - 1), Buffer.from([0x01])]);
  const salt = block.subarray(padding.length);

  return (
    encoded.at(-1) === 0xbc &&
    (encoded.at(0) ?? 0) < 0x80 &&
    isEqual(padding, expectedPadding) &&
    isEqual(saltedDigest, pssDigest(digest, salt, hash))
  );
}

function pssDigest(digest: Buffer, salt: Buffer, hash: HashName): Buffer {
  return createHash(hash).update(Buffer.alloc(8)).update(digest).update(salt).digest();
}

/** Masks a block: XOR with MGF1 of the seed (RFC 8017 appendix B.2.1). To mask it again restores the block. */
function mask(block: Buffer, seed: Buffer, hash: HashName): Buffer {
  const rounds = Math.ceil(block.length / hashes[hash].lengthBytes);
  const stream = Buffer.concat(
    Array.from({ length: rounds }, (_, round) => createHash(hash).update(seed).update(uint32(round)).digest()),
  );
  return Buffer.from(block.map((byte, index) => byte ^ (stream[index] ?? 0)));
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function clearTopBit(block: Buffer): Buffer {
  return Buffer.from([(block.at(0) ?? 0) & 0x7f, ...block.subarray(1)]);
}

function isEqual(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}
