import * as z from 'zod';
import type { AssertionVerifier } from '#shared/domain/authentication/ports.ts';
import { assertionAlgorithms } from '#shared/domain/registration/authentication-methods.ts';
import type { AssertionKeys } from '#shared/domain/registration/ports.ts';
import type { Environment } from '#shared/ports.ts';
import { type JwksSource, rememberedJwks } from '../remote/jwks-source.ts';
import { readCompactJws } from './compact-jws.ts';
import { flawOfJws } from './jws-flaw.ts';
import { isSignedBy } from './signed-by.ts';

/**
 * The types of a client assertion. Access tokens and other JWTs have another `typ` and are refused (RFC 8725 §3.11).
 */
const TYPE = /^(?:jwt|client-authentication\+jwt)$/i;

const AUDIENCES_MAX = 10;

const headerSchema = z.object({
  alg: z.enum(assertionAlgorithms),
  kid: z.string().optional(),
  typ: z.string().regex(TYPE).optional(),
});

const claimsSchema = z.object({
  iss: z.string(),
  sub: z.string(),
  aud: z.union([z.string().transform((audience) => [audience]), z.array(z.string()).max(AUDIENCES_MAX)]),
  exp: z.number(),
  jti: z.string().min(1).optional(),
  iat: z.number().optional(),
  nbf: z.number().optional(),
});

/**
 * Reads client assertions and verifies their signatures (RFC 7523 §3). It takes keys from the client's registration or
 * the client's `jwks_uri`, never from the assertion's header. `isGenuine` rejects with `temporarily_unavailable` if the
 * keys cannot be fetched.
 */
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
    flawOf: (assertion) => flawOfJws(readCompactJws(assertion), { header: headerSchema, payload: claimsSchema }),
    isGenuine: (assertion, keys) => isSignedBy(assertion, keyFinder(keys, source), keys.algorithms),
  };
}

/** Finds a registered key. A key without a `kid` matches every `kid`, because a client has only one key then. */
function keyFinder({ jwks, ...keys }: AssertionKeys, source: JwksSource): ReturnType<JwksSource['keysOf']> {
  const location = { ...keys, owner: keys.issuer };
  if (jwks === undefined) return source.keysOf(location);
  return (header, token) => {
    const named = header?.kid === undefined ? jwks : jwks.map((jwk) => ({ kid: String(header.kid), ...jwk }));
    return source.keysOf({ ...location, jwks: named })(header, token);
  };
}
