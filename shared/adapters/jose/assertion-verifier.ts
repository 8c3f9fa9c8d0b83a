import * as z from 'zod';
import type { AssertionVerifier } from '#shared/domain/authentication/ports.ts';
import { assertionAlgorithms } from '#shared/domain/registration/authentication-methods.ts';
import type { AssertionKeys } from '#shared/domain/registration/ports.ts';
import type { Environment } from '#shared/ports.ts';
import { type JwksSource, rememberedJwks } from '../remote/jwks-source.ts';
import { readCompactJws } from './compact-jws.ts';
import { isSignedBy } from './signed-by.ts';

/** A JWT as such, or one that says it is made for this; access tokens and all others say what else they are (RFC 8725 §3.11). */
const TYPE = /^(?:jwt|client-authentication\+jwt)$/i;

const headerSchema = z.object({
  alg: z.enum(assertionAlgorithms),
  kid: z.string().optional(),
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

/** Verifies assertions with the keys that their client is registered with; what they say of keys themselves is never followed. */
export function joseAssertionVerifier(
  _environment?: Environment,
  source: JwksSource = rememberedJwks(),
): AssertionVerifier {
  return {
    read: (assertion) => {
      const jws = readCompactJws(assertion);
      const header = headerSchema.safeParse(jws?.header);
      const claims = claimsSchema.safeParse(jws?.payload);
      if (!header.success || !claims.success) return undefined;
      const { alg: algorithm, kid: keyId, typ: type } = header.data;
      return { algorithm, keyId, type, claims: claims.data };
    },
    isGenuine: (assertion, keys) => isSignedBy(assertion, keyFinder(keys, source), keys.algorithms),
  };
}

/** A registered key without a name answers to every name: there is only one then. */
function keyFinder({ jwks, ...keys }: AssertionKeys, source: JwksSource): ReturnType<JwksSource['keysOf']> {
  if (jwks === undefined) return source.keysOf(keys);
  return (header, token) => {
    const named = header?.kid === undefined ? jwks : jwks.map((jwk) => ({ kid: String(header.kid), ...jwk }));
    return source.keysOf({ ...keys, jwks: named })(header, token);
  };
}
