import type { SigningKeys } from '#shared/domain/keys/signing-key.ts';
import { wrappedSigningKey } from '#shared/domain/keys/signing-keys.ts';
import type { SigningAlgorithm } from '#shared/domain/records/permissions.ts';
import { ID_TOKEN_TYPE } from '#shared/domain/tokens/access-token.ts';
import type { TokenClaims } from '#shared/domain/tokens/claims.ts';
import type { IdTokenClaims } from '#shared/domain/tokens/identity-claims.ts';
import type { IdTokenSigner, TokenSigner } from '#shared/domain/tokens/ports.ts';
import type { Environment } from '#shared/ports.ts';
import { signWithKey } from './signature-schemes.ts';
import { compactJws, jwtSigner, signingInput, tokenTypeFor } from './signer.ts';
import { keyRing } from './signing-keys.ts';
import { keyUnwrapper } from './wrapped-keys.ts';

/** The highest age of the keys if the request has not read the record of the signing keys. */
const KEYS_SECONDS_MAX = 30;

/**
 * Signs exchanged tokens in this process with a wrapped signing key, if the workspace has one for the algorithm;
 * otherwise KMS signs. KMS unwraps the private key (Decrypt), so this process holds it in memory. `sign` rejects with
 * `temporarily_unavailable` if KMS or DynamoDB fails.
 */
export function exchangeSigner(environment: Environment): TokenSigner & IdTokenSigner {
  const ring = keyRing(environment);
  const unwrap = keyUnwrapper(environment);
  const inKms = jwtSigner(environment);
  const sign = async (
    typ: string,
    claims: TokenClaims | IdTokenClaims,
    algorithm: SigningAlgorithm,
    stored?: SigningKeys,
  ): Promise<string> => {
    const { iat } = claims;
    const keys = stored === undefined ? await ring.recent(KEYS_SECONDS_MAX, iat) : stored.keys;
    const key = wrappedSigningKey(keys, algorithm, iat);
    if (key === undefined) return inKms(typ, claims, algorithm, stored);
    const input = signingInput({ alg: algorithm, kid: key.kid, typ }, claims);
    return compactJws(input, signWithKey(algorithm, await unwrap(key), input));
  };
  return {
    sign: (claims, algorithm, stored) => sign(tokenTypeFor(claims), claims, algorithm, stored),
    signIdToken: (claims, algorithm, stored) => sign(ID_TOKEN_TYPE, claims, algorithm, stored),
  };
}
