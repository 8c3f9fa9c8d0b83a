import { type CryptoKey, compactVerify, errors, type JWTVerifyGetKey } from 'jose';

/** So many keys are tried for a JWS that does not say which of them signed it. */
const KEYS_TRIED_MAX = 10;

/**
 * Whether one of these keys signed this compact JWS, by one of these algorithms.
 * @throws whatever `keys` does, unless that is an error of jose
 */
export async function isSignedBy(jws: string, keys: JWTVerifyGetKey, algorithms: readonly string[]): Promise<boolean> {
  try {
    await compactVerify(jws, keys, { algorithms: [...algorithms] });
    return true;
  } catch (error) {
    if (error instanceof errors.JWKSMultipleMatchingKeys) return isSignedByAny(jws, error, algorithms);
    if (error instanceof errors.JOSEError || isUnusableKey(error)) return false;
    throw error;
  }
}

/** RFC 7515 §4.1.4 leaves `kid` to the signer; without it, every key that is for this algorithm may be the one. */
async function isSignedByAny(
  jws: string,
  candidates: AsyncIterable<CryptoKey>,
  algorithms: readonly string[],
): Promise<boolean> {
  let tried = 0;
  for await (const key of candidates) {
    tried += 1;
    if (tried > KEYS_TRIED_MAX) return false;
    if (await isSignedBy(jws, async () => key, algorithms)) return true;
  }
  return false;
}

/** How jose and WebCrypto refuse a key that is weak or malformed: such a key has signed nothing that counts. */
function isUnusableKey(error: unknown): boolean {
  return error instanceof TypeError || error instanceof DOMException;
}
