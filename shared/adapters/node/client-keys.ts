import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { ClientKeys } from '#shared/domain/clients/client-keys.ts';
import type { ClientKeyAlgorithm, StoredKey } from '#shared/domain/records/client.ts';
import { importPublicKey, isStrongRsa, RSA_BITS_MIN } from './public-keys.ts';

const generate = promisify(generateKeyPair);

/**
 * Generates and examines keys of clients with Node's cryptography: RSA of 2048 bits for RS256, P-256 for ES256.
 * `generate` returns the private key as PEM (PKCS #8). `examine` returns undefined for a JWK that is invalid, weak or
 * of another type.
 */
export function cryptoClientKeys(): ClientKeys {
  return {
    generate: async (algorithm) => {
      const { publicKey, privateKey } = await newPair(algorithm);
      const pem = privateKey.export({ format: 'pem', type: 'pkcs8' });
      return { key: storedKey(publicKey, algorithm), privateKey: pem.toString() };
    },
    examine: (jwk) => {
      const publicKey = importPublicKey(jwk);
      const algorithm = publicKey && algorithmOf(publicKey);
      return algorithm && storedKey(publicKey, algorithm);
    },
  };
}

function newPair(algorithm: ClientKeyAlgorithm): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  return algorithm === 'RS256'
    ? generate('rsa', { modulusLength: RSA_BITS_MIN })
    : generate('ec', { namedCurve: 'P-256' });
}

function algorithmOf(key: KeyObject): ClientKeyAlgorithm | undefined {
  const { asymmetricKeyType, asymmetricKeyDetails } = key;
  if (asymmetricKeyType === 'ec') return asymmetricKeyDetails?.namedCurve === 'prime256v1' ? 'ES256' : undefined;
  return asymmetricKeyType === 'rsa' && isStrongRsa(key) ? 'RS256' : undefined;
}

/** Exports the key again, so that equal keys are stored as equal JWKs without further members. */
function storedKey(publicKey: KeyObject, algorithm: ClientKeyAlgorithm): StoredKey {
  return { algorithm, jwk: publicKey.export({ format: 'jwk' }) as Record<string, string> };
}
