import { constants, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { KeySpec, SigningAlgorithmSpec } from '@aws-sdk/client-kms';
import QuickLRU from 'quick-lru';
import type { SigningKey } from '#shared/domain/keys/signing-key.ts';
import type { SigningAlgorithm } from '#shared/domain/records/permissions.ts';
import { derToJose } from './ecdsa-signature.ts';

/** How KMS and Node's cryptography make signatures of one JOSE algorithm. */
export interface SignatureScheme {
  /** Type and size of the key, by KMS's name: RSA of 2048 bits, P-256 or Ed25519. */
  readonly keySpec: KeySpec & ('RSA_2048' | 'ECC_NIST_P256' | 'ECC_NIST_EDWARDS25519');
  readonly kmsAlgorithm: SigningAlgorithmSpec;
  /** KMS gets the digest of the signing input or the input itself, which may then have at most 4096 bytes (F12). */
  readonly messageType: 'DIGEST' | 'RAW';
  /** Converts a signature of KMS or Node into the form of JOSE (RFC 7518 §3). */
  readonly toJose: (signature: Uint8Array) => Uint8Array;
  /** Node's name of the hash; null if the algorithm includes its own hash. */
  readonly hash: 'sha256' | null;
  /** Node's options besides the key, for PSS (RFC 7518 §3.5). */
  readonly padding?: { readonly padding: number; readonly saltLength: number };
}

const unchanged = (signature: Uint8Array) => signature;

/** JOSE's algorithm → its scheme. */
export const SCHEMES: Readonly<Record<SigningAlgorithm, SignatureScheme>> = {
  RS256: {
    keySpec: 'RSA_2048',
    kmsAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256',
    messageType: 'DIGEST',
    toJose: unchanged,
    hash: 'sha256',
  },
  PS256: {
    keySpec: 'RSA_2048',
    kmsAlgorithm: 'RSASSA_PSS_SHA_256',
    messageType: 'DIGEST',
    toJose: unchanged,
    hash: 'sha256',
    padding: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
  },
  ES256: {
    keySpec: 'ECC_NIST_P256',
    kmsAlgorithm: 'ECDSA_SHA_256',
    messageType: 'DIGEST',
    toJose: (signature) => derToJose(signature, 32),
    hash: 'sha256',
  },
  // Ed25519 hashes the whole message twice (RFC 8032 §5.1.6), so it cannot sign a digest in the message's place.
  EdDSA: {
    keySpec: 'ECC_NIST_EDWARDS25519',
    kmsAlgorithm: 'ED25519_SHA_512',
    messageType: 'RAW',
    toJose: unchanged,
    hash: null,
  },
};

const PUBLIC_KEYS_MAX = 500;

const publicKeys = new QuickLRU<string, KeyObject>({ maxSize: PUBLIC_KEYS_MAX });

/**
 * Returns the public key for Node's cryptography. It is imported once for each `kid`, which never names another key.
 */
export function publicKeyOf({ kid, jwk }: Pick<SigningKey, 'kid' | 'jwk'>): KeyObject {
  const known = publicKeys.get(kid);
  if (known !== undefined) return known;
  const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
  publicKeys.set(kid, key);
  return key;
}

/** Verifies a signature in the form of JOSE with Node's cryptography. */
export function isSignatureOf(
  key: Pick<SigningKey, 'kid' | 'jwk' | 'algorithm'>,
  input: string,
  signature: Uint8Array,
): boolean {
  const { hash, padding } = SCHEMES[key.algorithm];
  return verify(hash, Buffer.from(input), { key: publicKeyOf(key), dsaEncoding: 'ieee-p1363', ...padding }, signature);
}

/**
 * Signs with Node's cryptography and returns the signature in the form of JOSE. A key without options is passed alone,
 * because Node signs faster then.
 */
export function signWithKey(algorithm: SigningAlgorithm, key: KeyObject, input: string): Uint8Array {
  const { hash, padding, toJose } = SCHEMES[algorithm];
  return toJose(sign(hash, Buffer.from(input), padding === undefined ? key : { key, ...padding }));
}
