import { createPublicKey, type KeyObject } from 'node:crypto';

/** Below, RSA is too weak (RFC 7518 §3.3); above, everybody pays for every signature. */
export const RSA_BITS_MIN = 2_048;

const RSA_BITS_MAX = 4_096;

const RSA_EXPONENT = 65_537n;

/**
 * A public key from its JWK; undefined for what is none. Node checks that a point lies on its curve; its errors name no
 * key material, and are not passed on all the same.
 */
export function importPublicKey(jwk: Readonly<Record<string, string>>): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** Whether an RSA key is neither too short, nor too long, nor odd. */
export function isStrongRsa({ asymmetricKeyDetails = {} }: KeyObject): boolean {
  const { modulusLength = 0, publicExponent } = asymmetricKeyDetails;
  return modulusLength >= RSA_BITS_MIN && modulusLength <= RSA_BITS_MAX && publicExponent === RSA_EXPONENT;
}
