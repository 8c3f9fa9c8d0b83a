import * as z from 'zod';

/** A big number as JWKs write it, of no more than 512 bytes. */
export const number = z.string().regex(/^[A-Za-z0-9_-]{1,683}$/, 'must be base64url');

/** Private members (RFC 7518 §6.2.2, §6.3.2, §6.4): whoever sends one has just told a secret, and is told so. */
const noPrivateMembers = Object.fromEntries(
  ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].map((name) => [name, z.never().optional()]),
);

/** What else a key says of itself must not contradict that it verifies signatures of one of these algorithms (RFC 7517 §4). */
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

/** A public key as callers hand it in: RSA or P-256. Of what comes with it, nothing is kept. */
export const publicJwk = z
  .discriminatedUnion('kty', [rsa, ec])
  .transform(
    (jwk): Readonly<Record<string, string>> =>
      jwk.kty === 'RSA' ? { kty: jwk.kty, n: jwk.n, e: jwk.e } : { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y },
  );

/** A public key as it is shown and published. */
export const publishedJwk = z
  .object({ kty: z.string(), kid: z.string(), alg: z.enum(['RS256', 'ES256']), use: z.literal('sig') })
  .catchall(z.string());
