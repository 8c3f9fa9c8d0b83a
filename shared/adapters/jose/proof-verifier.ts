import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, compactVerify, EmbeddedJWK } from 'jose';
import * as z from 'zod';
import { dpopAlgorithms } from '#shared/domain/authentication/dpop.ts';
import type { ProofVerifier } from '#shared/domain/authentication/ports.ts';
import { decodeJws } from './compact-jws.ts';

/**
 * The longest proof that is read. A proof with an RSA key of 4096 bits takes half of this. API Gateway allows 10,240
 * bytes for all headers, and the access token needs a part of them.
 */
const CHARACTERS_MAX = 4_096;

/**
 * Length of an RSA modulus of 2048 to 4096 bits in base64url. Shorter keys are weak, longer keys make verifying slow.
 */
const MODULUS_CHARACTERS = { min: 342, max: 683 };

/** JWK members that only private and symmetric keys have (RFC 7518 §6). */
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

/**
 * Verifies DPoP proofs with the public key in each proof's header (RFC 9449 §4.3). It checks form and signature; the
 * domain checks the claims. `verify` returns undefined for an invalid proof and never rejects.
 */
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

/**
 * Checks a proof's signature without any I/O. An exception of jose or WebCrypto therefore always means that the key or
 * the signature is invalid.
 */
async function isSigned(proof: string): Promise<boolean> {
  return compactVerify(proof, EmbeddedJWK, { algorithms: [...dpopAlgorithms] }).then(
    () => true,
    () => false,
  );
}
