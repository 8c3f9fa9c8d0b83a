import * as z from 'zod';
import type { WorkloadTokens } from '#shared/domain/authentication/ports.ts';
import { trustAlgorithms } from '#shared/domain/records/registration.ts';
import type { Environment } from '#shared/ports.ts';
import { type JwksSource, rememberedJwks } from '../remote/jwks-source.ts';
import { readCompactJws } from './compact-jws.ts';
import { flawOfJws } from './jws-flaw.ts';
import { thumbprintOfSigner } from './signed-by.ts';

/**
 * The types of a workload's token. Access tokens and other JWTs have another `typ` and are refused (RFC 8725 §3.11).
 */
const TYPE = /^(?:jwt|jose)$/i;

const headerSchema = z.object({
  alg: z.enum(trustAlgorithms),
  kid: z.string().max(512).optional(),
  typ: z.string().regex(TYPE).optional(),
});

const claimsSchema = z.looseObject({
  iss: z.string(),
  sub: z.string().min(1),
  aud: z.union([z.string(), z.array(z.string()).max(10)]),
  exp: z.number(),
  iat: z.number(),
  nbf: z.number().optional(),
  jti: z.string().min(1).optional(),
});

/**
 * Reads the tokens that other issuers give to workloads, and verifies their signatures. It takes keys from the trust or
 * the trusted issuer's key set, never from the token's header. `signerOf` rejects with `temporarily_unavailable` if
 * the keys cannot be fetched.
 */
export function joseWorkloadTokens(_environment?: Environment, source: JwksSource = rememberedJwks()): WorkloadTokens {
  return {
    read: (token) => {
      const jws = readCompactJws(token);
      const header = headerSchema.safeParse(jws?.header);
      const claims = claimsSchema.safeParse(jws?.payload);
      return header.success && claims.success ? { algorithm: header.data.alg, claims: claims.data } : undefined;
    },
    flawOf: (token) => flawOfJws(readCompactJws(token), { header: headerSchema, payload: claimsSchema }),
    signerOf: (token, trust, owner) => thumbprintOfSigner(token, source.keysOf({ ...trust, owner }), trust.algorithms),
  };
}
