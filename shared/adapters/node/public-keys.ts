import { createPublicKey, type KeyObject } from 'node:crypto';

/** The shortest RSA modulus that is accepted, in bits: shorter keys are weak (RFC 7518 §3.3). */
export const RSA_BITS_MIN = 2_048;

/** Longer keys make verifying slow for everyone. */
const RSA_BITS_MAX = 4_096;

const RSA_EXPONENT = 65_537n;

/**
 * Imports a public key from its JWK (RFC 7517). Returns undefined if the JWK is invalid or, for an EC key, if its point
 * is not on the curve. Node's errors are not passed on.
 */
export function importPublicKey(jwk: Readonly<Record<string, string>>): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** Checks an RSA key: a modulus of 2048 to 4096 bits, and the exponent 65537. */
export function isStrongRsa({ asymmetricKeyDetails = {} }: KeyObject): boolean {
  const { modulusLength = 0, publicExponent } = asymmetricKeyDetails;
  return modulusLength >= RSA_BITS_MIN && modulusLength <= RSA_BITS_MAX && publicExponent === RSA_EXPONENT;
}
