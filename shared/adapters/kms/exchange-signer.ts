import { wrappedSigningKey } from '#shared/domain/keys/signing-keys.ts';
import type { TokenSigner } from '#shared/domain/tokens/ports.ts';
import type { Environment } from '#shared/ports.ts';
import { signWithKey } from './signature-schemes.ts';
import { compactJws, kmsSigner, signingInput, tokenTypeFor } from './signer.ts';
import { keyRing } from './signing-keys.ts';
import { keyUnwrapper } from './wrapped-keys.ts';

/** How old the keys may be for what is signed without a look at the records. */
const KEYS_SECONDS_MAX = 30;

/**
 * Signs tokens in this process with a key of a day, where the workspace has one; else as all others do, with KMS. Whoever
 * opens this has the private half in memory.
 */
export function exchangeSigner(environment: Environment): TokenSigner {
  const ring = keyRing(environment);
  const unwrap = keyUnwrapper(environment);
  const inKms = kmsSigner(environment);
  return {
    sign: async (claims, algorithm, stored) => {
      const { iat } = claims;
      const keys = stored === undefined ? await ring.recent(KEYS_SECONDS_MAX, iat) : stored.keys;
      const key = wrappedSigningKey(keys, algorithm, iat);
      if (key === undefined) return inKms.sign(claims, algorithm, stored);
      const input = signingInput({ alg: algorithm, kid: key.kid, typ: tokenTypeFor(claims) }, claims);
      return compactJws(input, signWithKey(algorithm, await unwrap(key), input));
    },
  };
}
