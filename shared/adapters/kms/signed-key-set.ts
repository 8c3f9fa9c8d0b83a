import type { KeySetSigner } from '#shared/domain/keys/ports.ts';
import { preferredAlgorithm } from '#shared/domain/keys/signing-keys.ts';
import type { Environment } from '#shared/ports.ts';
import { required } from '../node/environment.ts';
import { jwtSigner } from './signer.ts';
import { keyRing } from './signing-keys.ts';
import { kmsKeySet } from './verifier.ts';

/** A process returns the same signed key set for this long, unless the keys change (L9). */
const SIGNATURE_SECONDS = 300;

/** Lifetime of a signed key set: 300 s in this process, 300 s in caches, and a reserve of 300 s. */
const LIFETIME_SECONDS = 900;

/**
 * Signs the key set as a JWT (OpenID Federation 1.0 §5.2.1) with a token signing key in KMS. `sub` names the issuer. There
 * is no `iss`, so that a verifier that checks the issuer, but not the type, does not take the key set for a token. It uses
 * the algorithm that most verifiers support. `signedKeySet` rejects with `temporarily_unavailable` if KMS or DynamoDB fails.
 */
export function kmsKeySetSigner(environment: Environment): KeySetSigner {
  const issuer = required(environment, 'MINTMARK_ISSUER');
  const keySet = kmsKeySet(environment);
  const sign = jwtSigner(environment);
  const algorithm = preferredAlgorithm(keyRing(environment).algorithms);
  let last: { readonly keys: string; readonly atSeconds: number; readonly jwt: Promise<string> } | undefined;
  return {
    signedKeySet: async (nowSeconds) => {
      const keys = await keySet.publicKeys(nowSeconds);
      const content = JSON.stringify(keys);
      if (last?.keys === content && Math.abs(nowSeconds - last.atSeconds) < SIGNATURE_SECONDS) return last.jwt;
      const claims = { sub: issuer, iat: nowSeconds, exp: nowSeconds + LIFETIME_SECONDS, keys };
      const signing = sign('jwk-set+jwt', claims, algorithm);
      const current = { keys: content, atSeconds: nowSeconds, jwt: signing };
      last = current;
      signing.catch(() => {
        if (last === current) last = undefined;
      });
      return signing;
    },
  };
}
