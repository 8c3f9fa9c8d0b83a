import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, compactVerify, EmbeddedJWK } from 'jose';
import * as z from 'zod';
import { dpopAlgorithms } from '#shared/domain/authentication/dpop.ts';
import type { ProofVerifier } from '#shared/domain/authentication/ports.ts';
import { decodeJws } from './compact-jws.ts';

/** Twice of what a key of 4096 bits takes; API Gateway's 10,240 bytes of headers have to hold the access token too. */
const CHARACTERS_MAX = 4_096;

/** A modulus of 2048 to 4096 bits in base64url: below it is too weak, above everybody pays for every signature. */
const MODULUS_CHARACTERS = { min: 342, max: 683 };

/** Members that only a private or symmetric key has (RFC 7518 §6). */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

const publicKey = z
  .discriminatedUnion('kty', [
    z.looseObject({
      kty: z.literal('RSA'),
      n: z.string().min(MODULUS_CHARACTERS.min).max(MODULUS_CHARACTERS.max),
      e: z.literal('AQAB'),
    }),
    z.looseObject({ kty: z.literal('EC'), crv: z.literal('P-256'), x: z.string(), y: z.string() }),
    z.looseObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() }),
  ])
  .refine((jwk) => !PRIVATE_MEMBERS.some((name) => name in jwk));

const headerSchema = z
  .looseObject({ typ: z.string().regex(/^dpop\+jwt$/i), alg: z.enum(dpopAlgorithms), jwk: publicKey })
  .refine((header) => !('crit' in header || 'b64' in header));

const claimsSchema = z.object({
  jti: z.string().min(1),
  htm: z.string(),
  htu: z.string(),
  iat: z.number(),
  ath: z.string().optional(),
  nonce: z.string().optional(),
});

/** Verifies proofs by the public key that each carries (RFC 9449 §4.3); nothing else in their headers is followed. */
export function joseProofVerifier(): ProofVerifier {
  return {
    verify: async (proof) => {
      if (proof.length > CHARACTERS_MAX) return undefined;
      const decoded = decodeJws(proof);
      const header = headerSchema.safeParse(decoded?.header).data;
      const claims = claimsSchema.safeParse(decoded?.payload).data;
      if (header === undefined || claims === undefined || !(await isSigned(proof))) return undefined;
      return { ...claims, thumbprint: await calculateJwkThumbprint(header.jwk) };
    },
    hashOf: (accessToken) => createHash('sha256').update(accessToken).digest('base64url'),
  };
}

/** Asks nobody, so whatever is thrown says that the caller's key or signature is none: jose and WebCrypto have many words for it. */
async function isSigned(proof: string): Promise<boolean> {
  return compactVerify(proof, EmbeddedJWK, { algorithms: [...dpopAlgorithms] }).then(
    () => true,
    () => false,
  );
}
