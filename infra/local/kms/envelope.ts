import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { invalidCiphertext } from './errors.ts';

const cipherName = 'aes-256-gcm';
const versionByte = 1;
const nonceBytes = 12;
const tagBytes = 16;

/** The `EncryptionContext`: names and values that have to be the same when a ciphertext is opened. */
export type EncryptionContext = Readonly<Record<string, string>>;

/** A ciphertext blob taken apart. */
export interface Envelope {
  /** The key that the blob says it was sealed under; a false name makes opening fail. */
  readonly keyId: string;
  readonly sealed: Buffer;
}

/** Seals a plaintext under a 256-bit key. The blob is header, nonce, AES-GCM ciphertext and tag, in this order. */
export function seal(keyId: string, secret: Buffer, plaintext: Buffer, context: EncryptionContext): Buffer {
  const header = Buffer.concat([Buffer.from([versionByte, keyId.length]), Buffer.from(keyId)]);
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(cipherName, secret, nonce);
  cipher.setAAD(additionalData(context));
  return Buffer.concat([header, nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/**
 * Reads which key a blob names, without trusting it yet.
 *
 * @throws KmsError InvalidCiphertextException when it is no blob of this endpoint
 */
export function readEnvelope(blob: Buffer): Envelope {
  const headerBytes = 2 + (blob[1] ?? 0);
  if (blob[0] !== versionByte || blob.length < headerBytes + nonceBytes + tagBytes) throw invalidCiphertext();

  return { keyId: blob.toString('utf8', 2, headerBytes), sealed: blob.subarray(headerBytes) };
}

/**
 * Opens an envelope.
 *
 * @throws KmsError InvalidCiphertextException when blob, key or context is not what was sealed
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

/** JSON of the sorted entries: one text per context whatever its order, and no two contexts with the same text. */
function additionalData(context: EncryptionContext): Buffer {
  const entries = Object.entries(context).sort(([left], [right]) => (left < right ? -1 : 1));
  return Buffer.from(JSON.stringify(entries));
}
