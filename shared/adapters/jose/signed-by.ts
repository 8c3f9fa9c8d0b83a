import { type CryptoKey, compactVerify, errors, type JWTVerifyGetKey } from 'jose';

/** The most keys that are tried for a JWS without a `kid`. */
const KEYS_TRIED_MAX = 10;

/**
 * Checks whether one of these keys signed a compact JWS with one of these algorithms (RFC 7515 §5.2). It does not judge
 * the other header parameters: `readCompactJws` does.
 * @throws the errors of `keys`, except errors of jose: these mean that no key matches, and the result is false
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

/** Tries several keys. `kid` is optional (RFC 7515 §4.1.4); without it, each key for the algorithm may have signed. */
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

/**
 * Recognises the errors with which jose and WebCrypto refuse a weak or malformed key. Its signatures are not accepted.
 */
export function isUnusableKey(error: unknown): boolean {
  return error instanceof TypeError || error instanceof DOMException;
}
