import { createHash, generateKeyPairSync } from 'node:crypto';

const EXPONENT = 65_537n;

/** The product of the first 126 primes, of which the chips with the ROCA fault made primes of 1024 bits. */
const PRIMORIAL = primesUpTo(701).reduce((product, prime) => product * BigInt(prime), 1n);

function primesUpTo(largest: number): readonly number[] {
  const numbers = Array.from({ length: largest - 1 }, (_, index) => index + 2);
  return numbers.filter((number) => numbers.every((other) => other >= number || number % other !== 0));
}

/** An RSA public key of 2048 bits, whose modulus is a power of 65537 modulo many small primes (CVE-2017-15361). */
export function rocaJwk() {
  const residue = EXPONENT ** 1_234n % PRIMORIAL;
  const modulus = residue + ((1n << 2_047n) / PRIMORIAL + 2n) * PRIMORIAL;
  const n = Buffer.from(modulus.toString(16), 'hex').toString('base64url');
  return { kty: 'RSA', n, e: 'AQAB' };
}

/** An RSA public key with the exponent 1. `sign` makes a valid RS256 signature without a private key. */
export function keyWithExponentOne() {
  const { n = '' } = generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey.export({ format: 'jwk' });
  return { jwk: { kty: 'RSA', n, e: 'AQ' }, sign: paddedDigest };
}

/** The padded digest of RSASSA-PKCS1-v1_5 with SHA-256, for a modulus of 2048 bits (RFC 8017 §9.2). */
function paddedDigest(input: string): string {
  const prefix = Buffer.from('3031300d060960864801650304020105000420', 'hex');
  const digest = createHash('sha256').update(input).digest();
  const padding = Buffer.alloc(256 - 3 - prefix.length - digest.length, 0xff);
  return Buffer.concat([Buffer.from([0, 1]), padding, Buffer.from([0]), prefix, digest]).toString('base64url');
}
