import { createPublicKey } from 'node:crypto';
import { compactVerify, errors } from 'jose';
import * as z from 'zod';
import { clientKeyAlgorithms } from '#shared/domain/assertion.ts';
import type { AssertionVerifier } from '#shared/domain/crypto-ports.ts';
import type { StoredKey } from '#shared/domain/records.ts';
import { readCompactJws } from './compact-jws.ts';
import { parseUnambiguous } from './unambiguous-json.ts';

/** A JWT as such, or one that says it is made for this; access tokens and all others say what else they are (RFC 8725 §3.11). */
const TYPE = /^(?:jwt|client-authentication\+jwt)$/i;

const headerSchema = z.object({
  alg: z.enum(clientKeyAlgorithms),
  kid: z.string(),
  typ: z.string().regex(TYPE).optional(),
});

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

function readHeader(assertion: string) {
  return headerSchema.safeParse(readCompactJws(assertion)?.header).data;
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
