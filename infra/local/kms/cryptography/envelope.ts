import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { invalidCiphertext } from '../errors.ts';

const cipherName = 'aes-256-gcm';
const versionByte = 1;
const nonceBytes = 12;
const tagBytes = 16;

/** The `EncryptionContext`: names and values that must be the same for encryption and decryption. */
export type EncryptionContext = Readonly<Record<string, string>>;

/** The parts of a ciphertext blob. */
export interface Envelope {
  /** The key that the blob names. With another key, decryption fails. */
  readonly keyId: string;
  readonly sealed: Buffer;
}

/** Encrypts a plaintext with a 256-bit key. The blob is header, nonce, AES-GCM ciphertext and tag, in this order. */
export function seal(keyId: string, secret: Buffer, plaintext: Buffer, context: EncryptionContext): Buffer {
  const header = Buffer.concat([Buffer.from([versionByte, keyId.length]), Buffer.from(keyId)]);
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(cipherName, secret, nonce);
  cipher.setAAD(additionalData(context));
  return Buffer.concat([header, nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/**
 * Reads which key a blob names. Nothing is verified yet.
 *
 * @throws KmsError InvalidCiphertextException if the blob is not from this endpoint
 */
export function readEnvelope(blob: Buffer): Envelope {
  const headerBytes = 2 + (blob[1] ?? 0);
  if (blob[0] !== versionByte || blob.length < headerBytes + nonceBytes + tagBytes) throw invalidCiphertext();

  return { keyId: blob.toString('utf8', 2, headerBytes), sealed: blob.subarray(headerBytes) };
}

/**
 * Decrypts an envelope.
 *
 * @throws KmsError InvalidCiphertextException if the blob is damaged, or the key or context is different
 */
export function open({ sealed }: Envelope, secret: Buffer, context: EncryptionContext): Buffer {
  const decipher = createDecipheriv(cipherName, secret, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(additionalData(context));
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]);
  } catch {
    throw invalidCiphertext();
  }
}

/**
 * Writes a context as JSON with sorted names: equal contexts give equal text, and different contexts different text.
 */
function additionalData(context: EncryptionContext): Buffer {
  const entries = Object.entries(context).sort(([left], [right]) => (left < right ? -1 : 1));
  return Buffer.from(JSON.stringify(entries));
}
