import { createPublicKey } from 'node:crypto';
import { compactVerify, errors } from 'jose';
import * as z from 'zod';
import { clientKeyAlgorithms } from '#shared/domain/assertion.ts';
import type { AssertionVerifier } from '#shared/domain/crypto-ports.ts';
import type { StoredKey } from '#shared/domain/records.ts';
import { decodeJws } from './compact-jws.ts';
import { parseUnambiguous } from './unambiguous-json.ts';

const CHARACTERS_MAX = 8_192;

/** A JWT as such, or one that says it is made for this; access tokens and all others say what else they are (RFC 8725 §3.11). */
const TYPE = /^(?:jwt|client-authentication\+jwt)$/i;

/** Extensions that must be understood, and ways to name a key that is not the stored one (RFC 8725 §3.10). */
const REFUSED = ['crit', 'b64', 'jku', 'x5u', 'x5c', 'jwk'];

const headerSchema = z
  .looseObject({ alg: z.enum(clientKeyAlgorithms), kid: z.string(), typ: z.string().regex(TYPE).optional() })
  .refine((header) => !REFUSED.some((name) => name in header));

const claimsSchema = z.object({
  iss: z.string(),
  sub: z.string(),
  aud: z.string(),
  exp: z.number(),
  jti: z.string().min(1),
  iat: z.number().optional(),
  nbf: z.number().optional(),
});

/** Verifies assertions with the key that is stored for their client; what they say of keys themselves is never followed. */
export function joseAssertionVerifier(): AssertionVerifier {
  return {
    keyIdOf: (assertion) => readHeader(assertion)?.kid,
    verify: async (assertion, key) => {
      if (readHeader(assertion)?.alg !== key.algorithm) return undefined;
      const payload = await verifySignature(assertion, key);
      return payload && claimsSchema.safeParse(parseUnambiguous(new TextDecoder().decode(payload))).data;
    },
  };
}

/** The header of a compact JWS in the one spelling that it has (RFC 7515 §2, §3.1). */
function readHeader(assertion: string) {
  if (assertion.length > CHARACTERS_MAX) return undefined;
  return headerSchema.safeParse(decodeJws(assertion)?.header).data;
}

async function verifySignature(assertion: string, { jwk, algorithm }: StoredKey): Promise<Uint8Array | undefined> {
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
  try {
    return (await compactVerify(assertion, publicKey, { algorithms: [algorithm] })).payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}
