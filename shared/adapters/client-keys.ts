import { createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { ClientKeys } from '#shared/domain/crypto-ports.ts';
import type { ClientKeyAlgorithm, StoredKey } from '#shared/domain/records.ts';

/** Below, RSA is too weak (RFC 7518 §3.3); above, everybody pays for every signature. */
const RSA_BITS_MIN = 2_048;
const RSA_BITS_MAX = 4_096;
const RSA_EXPONENT = 65_537n;

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
      const publicKey = importKey(jwk);
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

/** Node checks that a point lies on its curve; its errors name no key material, and are not passed on all the same. */
function importKey(jwk: Readonly<Record<string, string>>): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return undefined;
  }
}

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): ClientKeyAlgorithm | undefined {
  const { modulusLength = 0, publicExponent, namedCurve } = asymmetricKeyDetails;
  if (asymmetricKeyType === 'ec') return namedCurve === 'prime256v1' ? 'ES256' : undefined;
  const isStrong = modulusLength >= RSA_BITS_MIN && modulusLength <= RSA_BITS_MAX && publicExponent === RSA_EXPONENT;
  return asymmetricKeyType === 'rsa' && isStrong ? 'RS256' : undefined;
}

/** Written anew, so that every key has one spelling and nothing beside it. */
function storedKey(publicKey: KeyObject, algorithm: ClientKeyAlgorithm): StoredKey {
  return { algorithm, jwk: publicKey.export({ format: 'jwk' }) as Record<string, string> };
}
