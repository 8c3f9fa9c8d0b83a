import { createHash, type KeyObject, sign, verify } from 'node:crypto';
import { validationError } from '../errors.ts';
import type { DigestScheme, HashName } from './digest-scheme.ts';
import { ecdsa } from './ecdsa-signatures.ts';
import { pkcs1, pss } from './rsa-signatures.ts';

/** The values of `MessageType`. */
export const messageTypes = ['RAW', 'DIGEST', 'EXTERNAL_MU'] as const;

/** The message to sign, or its digest. */
interface SigningInput {
  readonly message: Buffer;
  readonly messageType: (typeof messageTypes)[number];
}

/**
 * How a value of `SigningAlgorithm` signs and verifies. Both throw ValidationException if the message type does not
 * fit.
 */
export interface SignatureScheme {
  sign(privateKey: KeyObject, input: SigningInput): Buffer;
  verify(publicKey: KeyObject, input: SigningInput, signature: Buffer): boolean;
}

/** KMS's name → signing algorithm, for all algorithms of this endpoint. */
export const signatureSchemes: ReadonlyMap<string, SignatureScheme> = new Map([
  ['RSASSA_PKCS1_V1_5_SHA_256', overDigest(pkcs1, 'sha256')],
  ['RSASSA_PKCS1_V1_5_SHA_384', overDigest(pkcs1, 'sha384')],
  ['RSASSA_PKCS1_V1_5_SHA_512', overDigest(pkcs1, 'sha512')],
  ['RSASSA_PSS_SHA_256', overDigest(pss, 'sha256')],
  ['RSASSA_PSS_SHA_384', overDigest(pss, 'sha384')],
  ['RSASSA_PSS_SHA_512', overDigest(pss, 'sha512')],
  ['ECDSA_SHA_256', overDigest(ecdsa, 'sha256')],
  ['ECDSA_SHA_384', overDigest(ecdsa, 'sha384')],
  ['ECDSA_SHA_512', overDigest(ecdsa, 'sha512')],
  ['ED25519_SHA_512', ed25519()],
]);

/** Makes a scheme from one for digests. A RAW message is hashed first; after that, RAW and DIGEST are the same. */
function overDigest(scheme: DigestScheme, hash: HashName): SignatureScheme {
  return {
    sign: (key, input) => scheme.sign(key, digestOf(input, hash), hash),
    verify: (key, input, signature) => scheme.verify(key, digestOf(input, hash), hash, signature),
  };
}

function digestOf({ message, messageType }: SigningInput, hash: HashName): Buffer {
  if (messageType === 'EXTERNAL_MU') throw validationError('MessageType EXTERNAL_MU is only for ML-DSA keys.');
  if (messageType === 'RAW') return createHash(hash).update(message).digest();

  const lengthBytes = Number(hash.slice('sha'.length)) / 8;
  if (message.length !== lengthBytes) {
    throw validationError(`Digest is invalid length: ${hash} digests have ${lengthBytes} bytes.`);
  }
  return message;
}

/**
 * Makes the scheme of Ed25519 (RFC 8032 section 5.1). It hashes the whole message twice, so it cannot sign a digest.
 */
function ed25519(): SignatureScheme {
  return {
    sign: (key, input) => sign(null, rawMessage(input), key),
    verify: (key, input, signature) => verify(null, rawMessage(input), key, signature),
  };
}

function rawMessage({ message, messageType }: SigningInput): Buffer {
  if (messageType !== 'RAW') throw validationError('ED25519_SHA_512 takes MessageType RAW only.');
  return message;
}
