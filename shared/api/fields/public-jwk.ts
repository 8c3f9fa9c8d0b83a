import * as z from 'zod';

/** A big number of a JWK in base64url, of at most 512 bytes. */
export const number = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,683}$/, 'must be base64url')
  .min(1)
  .max(683);

/** The members of a JWK that only private and symmetric keys have (RFC 7518 §6.2.2, §6.3.2, §6.4). */
export const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** Refuses private members of a JWK, and so tells the caller that it sent a secret. */
export const noPrivateMembers = Object.fromEntries(PRIVATE_MEMBERS.map((name) => [name, z.never().optional()]));

/** Members that say what a key is for (RFC 7517 §4). They must allow it to verify signatures of these algorithms. */
export function usage<const Algorithm extends string>(...algorithms: readonly [Algorithm, ...Algorithm[]]) {
  return {
    alg: z.literal(algorithms).optional(),
    use: z.literal('sig').optional(),
    key_ops: z.tuple([z.literal('verify')]).optional(),
    ...noPrivateMembers,
  };
}

const rsa = z.object({ kty: z.literal('RSA'), n: number, e: z.literal('AQAB'), ...usage('RS256') });

const ec = z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: number, y: number, ...usage('ES256') });

/** A public key in a request: RSA or P-256. Only the members of the key itself are kept. */
export const publicJwk = z
  .discriminatedUnion('kty', [rsa, ec])
  .transform(
    (jwk): Readonly<Record<string, string>> =>
      jwk.kty === 'RSA' ? { kty: jwk.kty, n: jwk.n, e: jwk.e } : { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y },
  );

/** A public key as answers and key sets show it. */
export const publishedJwk = z
  .object({ kty: z.string(), kid: z.string(), alg: z.enum(['RS256', 'ES256']), use: z.literal('sig') })
  .catchall(z.string());
