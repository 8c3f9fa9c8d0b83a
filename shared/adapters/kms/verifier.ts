import { hash } from 'node:crypto';
import { type CompactJWSHeaderParameters, compactVerify, errors } from 'jose';
import QuickLRU from 'quick-lru';
import type { KeySet, PublicJwk } from '#shared/domain/keys/ports.ts';
import type { SigningKey } from '#shared/domain/keys/signing-key.ts';
import { isPublished, isTrusted } from '#shared/domain/keys/signing-keys.ts';
import { ID_TOKEN_TYPE, LONG_LIVED_TOKEN_TYPE, TOKEN_CHARACTERS_MAX } from '#shared/domain/tokens/access-token.ts';
import type { IdTokenVerifier, TokenVerifier, VerifiedToken } from '#shared/domain/tokens/ports.ts';
import type { Environment } from '#shared/ports.ts';
import { claimsByType, loginClaims } from '../jose/claims.ts';
import { required } from '../node/environment.ts';
import { publicKeyOf } from './signature-schemes.ts';
import { keyRing } from './signing-keys.ts';

/**
 * The highest age of the keys that a process verifies with. A revoked key is refused after this time at the latest
 * (V5).
 */
const KEYS_SECONDS_MAX = 30;

/**
 * A process reads the keys again for an unknown `kid`, but only once in this time, even if many tokens have unknown
 * keys (P10).
 */
const UNKNOWN_KEY_SECONDS = 1;

/** A revoked key leaves the key set within this time. All requests in this time share one read (L9). */
const KEY_SET_SECONDS = 1;

/** APIs ask about the same token many times in its life. */
const REMEMBERED_TOKENS_MAX = 1_000;

/**
 * Verifies tokens with the workspace's signing keys, which may have been read 30 seconds ago. It remembers tokens with
 * a valid signature, because a signature stays valid. It checks every time whether the key is still trusted. `verify`
 * rejects with `temporarily_unavailable` if KMS or DynamoDB fails.
 */
export function kmsVerifier(environment: Environment): TokenVerifier {
  const ring = keyRing(environment);
  const issuer = required(environment, 'MINTMARK_ISSUER');
  const findKey = keyFinder(ring);
  const remembered = new QuickLRU<string, SignedToken>({ maxSize: REMEMBERED_TOKENS_MAX });
  return {
    algorithms: ring.algorithms,
    verify: async (token, nowSeconds) => {
      if (token.length > TOKEN_CHARACTERS_MAX) return undefined;
      const name = hash('sha256', token, 'base64');
      const known = remembered.get(name);
      if (known !== undefined) return (await findKey(known.header, nowSeconds)) && known.verified;
      if (!hasCanonicalSignature(token)) return undefined;
      const signed = await verifySignature(token, (header) => findKey(header, nowSeconds));
      const claims = claimsByType.get(signed?.header.typ)?.safeParse(signed?.payload).data;
      if (signed === undefined || claims?.iss !== issuer) return undefined;
      const { header, key } = signed;
      const verified = { claims, key: { kid: key.kid, algorithm: key.algorithm } };
      remembered.set(name, { header, verified });
      return verified;
    },
  };
}

/** Verifies ID tokens with the same keys. Rejects with `temporarily_unavailable` if KMS or DynamoDB fails. */
export function kmsIdTokenVerifier(environment: Environment): IdTokenVerifier {
  const findKey = keyFinder(keyRing(environment));
  const issuer = required(environment, 'MINTMARK_ISSUER');
  return {
    verifyIdToken: async (token, nowSeconds) => {
      if (token.length > TOKEN_CHARACTERS_MAX) return undefined;
      const signed = await verifySignature(token, (header) => findKey(header, nowSeconds));
      if (signed?.header.typ !== ID_TOKEN_TYPE) return undefined;
      const claims = loginClaims.safeParse(signed.payload).data;
      return claims?.iss === issuer ? claims : undefined;
    },
  };
}

/** Finds the trusted key that a header names. A process that does not know it reads the keys again. */
function keyFinder(ring: ReturnType<typeof keyRing>) {
  return async ({ kid, alg, typ }: CompactJWSHeaderParameters, nowSeconds: number): Promise<SigningKey | undefined> => {
    const isMeant = (key: SigningKey) =>
      key.kid === kid && key.algorithm === alg && isTrusted(key, typ === LONG_LIVED_TOKEN_TYPE, nowSeconds);
    for (const ageSecondsMax of [KEYS_SECONDS_MAX, UNKNOWN_KEY_SECONDS]) {
      const key = (await ring.recent(ageSecondsMax, nowSeconds)).find(isMeant);
      if (key !== undefined) return key;
    }
    return undefined;
  };
}

/**
 * Publishes the public halves of the signing keys (RFC 7517). `publicKeys` rejects with `temporarily_unavailable` if
 * KMS or DynamoDB fails.
 */
export function kmsKeySet(environment: Environment): KeySet {
  const ring = keyRing(environment);
  return {
    algorithms: ring.algorithms,
    publicKeys: async (nowSeconds) => {
      const keys = await ring.recent(KEY_SET_SECONDS, nowSeconds);
      return keys.filter((key) => isPublished(key, nowSeconds)).map(publicJwk);
    },
  };
}

function publicJwk({ jwk, kid, algorithm }: SigningKey): PublicJwk {
  return { ...jwk, kid, alg: algorithm, use: 'sig' } as PublicJwk;
}

/**
 * Whether a signature is written in canonical base64url. With padding or other last bits, a text decodes to the same
 * bytes, so one token would have several spellings.
 */
function hasCanonicalSignature(token: string): boolean {
  const signature = token.slice(token.lastIndexOf('.') + 1);
  return Buffer.from(signature, 'base64url').toString('base64url') === signature;
}

/** A token that was signed by the key that its header names. */
interface SignedToken {
  readonly header: CompactJWSHeaderParameters;
  readonly verified: VerifiedToken;
}

/** Reads a JWT of any type that one of our keys signed; undefined for every other text. */
async function verifySignature(
  token: string,
  findKey: (header: CompactJWSHeaderParameters) => Promise<SigningKey | undefined>,
): Promise<
  { readonly header: CompactJWSHeaderParameters; readonly payload: unknown; readonly key: SigningKey } | undefined
> {
  let key: SigningKey | undefined;
  const publicKey = async (header: CompactJWSHeaderParameters) => {
    key = await findKey(header);
    if (key === undefined) throw new errors.JWKSNoMatchingKey();
    return publicKeyOf(key);
  };
  try {
    const { payload, protectedHeader: header } = await compactVerify(token, publicKey);
    return key && { header, payload: JSON.parse(new TextDecoder().decode(payload)), key };
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
