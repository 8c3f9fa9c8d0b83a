import { createPublicKey, type KeyObject } from 'node:crypto';

/** The shortest RSA modulus that is accepted, in bits: shorter keys are weak (RFC 7518 §3.3). */
export const RSA_BITS_MIN = 2_048;

/** Longer keys make verifying slow for everyone. */
const RSA_BITS_MAX = 4_096;

const RSA_EXPONENT = 65_537n;

/** The odd primes up to 167. The moduli of the weak keys of ROCA are powers of 65537 modulo each of them. */
const SMALL_PRIMES = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113,
  127, 131, 137, 139, 149, 151, 157, 163, 167,
];

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

/**
 * Checks an RSA key: a modulus of 2048 to 4096 bits, the exponent 65537, and primes that no weak generator made. With the
 * exponent 1, everybody can sign.
 */
export function isStrongRsa(key: KeyObject): boolean {
  const { modulusLength = 0, publicExponent } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < RSA_BITS_MIN || modulusLength > RSA_BITS_MAX || publicExponent !== RSA_EXPONENT) return false;
  return !hasFingerprintOfRoca(modulusOf(key));
}

/** Whether a JWK is an RSA key that `isStrongRsa` refuses, or that cannot be read. */
export function isWeakRsaJwk(jwk: Readonly<Record<string, unknown>>): boolean {
  const { kty, n, e } = jwk;
  if (kty !== 'RSA') return false;
  const key = importPublicKey({ kty, n: String(n), e: String(e) });
  return key === undefined || !isStrongRsa(key);
}

/**
 * Whether a modulus has the fingerprint of ROCA (CVE-2017-15361): chips made primes from powers of 65537, and the private
 * key of such a modulus can be computed. A good modulus has this fingerprint by chance once in 2²⁷ keys or less.
 */
function hasFingerprintOfRoca(modulus: bigint): boolean {
  return SMALL_PRIMES.every((prime) => powersOfExponent(prime).has(Number(modulus % BigInt(prime))));
}

function powersOfExponent(prime: number): ReadonlySet<number> {
  const powers = new Set<number>();
  for (let power = 1; !powers.has(power); power = (power * Number(RSA_EXPONENT)) % prime) powers.add(power);
  return powers;
}

function modulusOf(key: KeyObject): bigint {
  const { n = '' } = key.export({ format: 'jwk' });
  return BigInt(`0x${Buffer.from(n, 'base64url').toString('hex')}`);
}
