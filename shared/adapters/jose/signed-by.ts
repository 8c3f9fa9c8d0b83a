import { type CryptoKey, calculateJwkThumbprint, compactVerify, errors, type JWTVerifyGetKey } from 'jose';

type SigningKey = Exclude<Awaited<ReturnType<JWTVerifyGetKey>>, Uint8Array>;

/** The most keys that are tried for a JWS without a `kid`. */
const KEYS_TRIED_MAX = 10;

/**
 * Checks whether one of these keys signed a compact JWS with one of these algorithms (RFC 7515 §5.2). It does not judge
 * the other header parameters: `readCompactJws` does.
 * @throws the errors of `keys`, except errors of jose: these mean that no key matches, and the result is false
 */
export async function isSignedBy(jws: string, keys: JWTVerifyGetKey, algorithms: readonly string[]): Promise<boolean> {
  return (await findSigningKey(jws, keys, algorithms)) !== undefined;
}

/**
 * Finds the key that signed a compact JWS, as `isSignedBy` does.
 * @returns the thumbprint of the key (RFC 7638); undefined if no key signed it
 * @throws as `isSignedBy` does
 */
export async function thumbprintOfSigner(
  jws: string,
  keys: JWTVerifyGetKey,
  algorithms: readonly string[],
): Promise<string | undefined> {
  const key = await findSigningKey(jws, keys, algorithms);
  return key && calculateJwkThumbprint(key);
}

async function findSigningKey(
  jws: string,
  keys: JWTVerifyGetKey,
  algorithms: readonly string[],
): Promise<SigningKey | undefined> {
  try {
    const { key } = await compactVerify(jws, keys, { algorithms: [...algorithms] });
    // The type of jose also has shared secrets. They are not public keys, so nothing here is signed with one.
    return key instanceof Uint8Array ? undefined : key;
  } catch (error) {
    if (error instanceof errors.JWKSMultipleMatchingKeys) return findAmong(jws, error, algorithms);
    if (error instanceof errors.JOSEError || isUnusableKey(error)) return undefined;
    throw error;
  }
}

/** Tries several keys. `kid` is optional (RFC 7515 §4.1.4); without it, each key for the algorithm may have signed. */
async function findAmong(
  jws: string,
  candidates: AsyncIterable<CryptoKey>,
  algorithms: readonly string[],
): Promise<SigningKey | undefined> {
  let tried = 0;
  for await (const key of candidates) {
    tried += 1;
    if (tried > KEYS_TRIED_MAX) return undefined;
    const found = await findSigningKey(jws, async () => key, algorithms);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Recognises the errors with which jose and WebCrypto refuse a weak or malformed key. Its signatures are not accepted.
 */
export function isUnusableKey(error: unknown): boolean {
  return error instanceof TypeError || error instanceof DOMException;
}
