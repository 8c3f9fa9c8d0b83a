import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { ClientKeys } from '#shared/domain/clients/client-keys.ts';
import type { ClientKeyAlgorithm, StoredKey } from '#shared/domain/records/client.ts';
import { importPublicKey, isStrongRsa, RSA_BITS_MIN } from './public-keys.ts';

const generate = promisify(generateKeyPair);

/** Key pairs by Node's own cryptography. */
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

/** Written anew, so that every key has one spelling and nothing beside it. */
function storedKey(publicKey: KeyObject, algorithm: ClientKeyAlgorithm): StoredKey {
  return { algorithm, jwk: publicKey.export({ format: 'jwk' }) as Record<string, string> };
}
