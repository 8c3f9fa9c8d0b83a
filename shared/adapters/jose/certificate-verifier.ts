import { createPublicKey, KeyObject, type webcrypto } from 'node:crypto';
import { errors } from 'jose';
import type { CertificateVerifier } from '#shared/domain/authentication/ports.ts';
import type { RegisteredKeys } from '#shared/domain/registration/ports.ts';
import type { Environment } from '#shared/ports.ts';
import { type JwksSource, rememberedJwks } from '../remote/jwks-source.ts';
import { isUnusableKey } from './signed-by.ts';

/** Key type (`kty`) → the algorithms that such a key can be registered for. */
const ALGORITHMS: Readonly<Record<string, readonly string[]>> = {
  RSA: ['RS256', 'PS256'],
  EC: ['ES256'],
  OKP: ['EdDSA', 'Ed25519'],
};

/**
 * Compares the public key of a client's certificate with the client's registered or published keys (RFC 8705 §2.2).
 * `isOfKeys` rejects with `temporarily_unavailable` if published keys cannot be fetched.
 */
export function joseCertificateVerifier(
  _environment?: Environment,
  source: JwksSource = rememberedJwks(),
): CertificateVerifier {
  return {
    isOfKeys: async ({ publicJwk }, registered) => {
      const own = createPublicKey({ key: { ...publicJwk }, format: 'jwk' });
      for (const algorithm of ALGORITHMS[publicJwk.kty ?? ''] ?? []) {
        for (const key of await keysFor(algorithm, registered, source)) {
          if (KeyObject.from(key).equals(own)) return true;
        }
      }
      return false;
    },
  };
}

/** Returns all registered keys for this algorithm, because a certificate does not name its key by `kid`. */
async function keysFor(alg: string, registered: RegisteredKeys, source: JwksSource) {
  const found: webcrypto.CryptoKey[] = [];
  const keys = source.keysOf({ ...registered, owner: registered.issuer });
  try {
    found.push((await keys({ alg }, { payload: '', signature: '' })) as webcrypto.CryptoKey);
  } catch (error) {
    if (!(error instanceof errors.JOSEError || isUnusableKey(error))) throw error;
    if (error instanceof errors.JWKSMultipleMatchingKeys) for await (const key of error) found.push(key);
  }
  return found;
}
