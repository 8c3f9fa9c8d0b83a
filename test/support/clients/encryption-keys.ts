import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { compactDecrypt } from 'jose';

/** A key pair to which answers are encrypted: what an application registers, and what it decrypts with. */
export interface EncryptionKey {
  readonly jwk: Readonly<Record<string, string>>;
  readonly privateKey: KeyObject;
}

/** A new key pair for an algorithm of JWE (RFC 7518 §4.1); ECDH-ES is quickly made. */
export function encryptionKey(algorithm = 'ECDH-ES', kid = 'enc'): EncryptionKey {
  const { publicKey, privateKey } =
    algorithm === 'RSA-OAEP-256'
      ? generateKeyPairSync('rsa', { modulusLength: 2_048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const members = publicKey.export({ format: 'jwk' }) as Readonly<Record<string, string>>;
  return { jwk: { ...members, kid, alg: algorithm, use: 'enc' }, privateKey };
}

/** Decrypts a JWE of one algorithm and one content encryption. It rejects every other JWE. */
export async function decrypt(jwe: string, { jwk, privateKey }: EncryptionKey, content: string): Promise<string> {
  const { plaintext } = await compactDecrypt(jwe, privateKey, {
    keyManagementAlgorithms: [jwk.alg ?? ''],
    contentEncryptionAlgorithms: [content],
  });
  return new TextDecoder().decode(plaintext);
}
