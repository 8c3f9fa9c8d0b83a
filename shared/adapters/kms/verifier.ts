import { type CompactJWSHeaderParameters, compactVerify, errors } from 'jose';
import * as z from 'zod';
import {
  ACCESS_TOKEN_TYPE,
  LONG_LIVED_TOKEN_TYPE,
  TOKEN_CHARACTERS_MAX,
  type TokenClaims,
} from '#shared/domain/access-token.ts';
import type { KeySet, TokenVerifier } from '#shared/domain/crypto-ports.ts';
import type { JsonObject } from '#shared/domain/records.ts';
import type { Environment } from '#shared/ports.ts';
import { required } from '../ambient.ts';
import { type SigningKey, signingKeys } from './signing-keys.ts';

const commonClaims = {
  iss: z.string(),
  sub: z.string(),
  aud: z.string(),
  iat: z.int(),
  nbf: z.int(),
  jti: z.string(),
  client_id: z.string(),
  tenant_id: z.string().optional(),
};
/** A token that is bound in a way which nobody here checks is worth nothing. */
const confirmation = z
  .strictObject({ jkt: z.string().optional(), 'x5t#S256': z.string().optional() })
  .refine((cnf) => Object.keys(cnf).length > 0);
const accessTokenClaims = z.object({
  ...commonClaims,
  exp: z.int(),
  scope: z.string(),
  roles: z.array(z.string()).optional(),
  permissions: z.array(z.string()).optional(),
  cnf: confirmation.optional(),
  metadata: z.custom<JsonObject>((value) => typeof value === 'object' && value !== null).optional(),
});

/** The type in a token's header says which claims it has; a token of one kind never passes for the other. */
const schemas = new Map<string | undefined, z.ZodType>([
  [ACCESS_TOKEN_TYPE, accessTokenClaims],
  [LONG_LIVED_TOKEN_TYPE, z.strictObject({ ...commonClaims, exp: z.int().optional() })],
]);

/** Verifies tokens against the workspace's own signing keys, without calling anyone once these are known. */
export function kmsVerifier(environment: Environment): TokenVerifier {
  const keys = signingKeys(environment);
  const issuer = required(environment, 'MINTMARK_ISSUER');
  return {
    algorithms: keys.algorithms,
    verify: async (token) => {
      if (token.length > TOKEN_CHARACTERS_MAX || !hasCanonicalSignature(token)) return undefined;
      const claims = await verifySignature(token, await keys.all());
      return claims?.iss === issuer ? claims : undefined;
    },
  };
}

/** Publishes the public halves of the signing keys. */
export function kmsKeySet(environment: Environment): KeySet {
  const keys = signingKeys(environment);
  return { algorithms: keys.algorithms, publicKeys: async () => (await keys.all()).map(({ jwk }) => jwk) };
}

/** Padding and stray last bits spell the same signature another way, and nothing signed says they do not belong there. */
function hasCanonicalSignature(token: string): boolean {
  const signature = token.slice(token.lastIndexOf('.') + 1);
  return Buffer.from(signature, 'base64url').toString('base64url') === signature;
}

/** The claims of a JWS of a known type by one of these keys; undefined for everything else (RFC 9068 §4). */
async function verifySignature(token: string, keys: readonly SigningKey[]): Promise<TokenClaims | undefined> {
  const findKey = ({ kid, alg }: CompactJWSHeaderParameters) => {
    const key = keys.find(({ jwk }) => jwk.kid === kid && jwk.alg === alg);
    if (key === undefined) throw new errors.JWKSNoMatchingKey();
    return key.publicKey;
  };
  try {
    const { payload, protectedHeader } = await compactVerify(token, findKey);
    const schema = schemas.get(protectedHeader.typ);
    return schema?.safeParse(JSON.parse(new TextDecoder().decode(payload))).data as TokenClaims | undefined;
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
