import type { ApplicationRegistration, EncryptionAlgorithm, TrustedJwk } from '../records/registration.ts';
import { hasKeys } from './authentication-methods.ts';

/** The type of the keys (`kty`) that an algorithm uses. */
const KEY_TYPES: Readonly<Record<EncryptionAlgorithm, 'RSA' | 'EC'>> = {
  'RSA-OAEP-256': 'RSA',
  'ECDH-ES': 'EC',
  'ECDH-ES+A256KW': 'EC',
};

/** Returns the keys that verify signatures or certificates: all that are not for encryption (RFC 7517 §4.2). */
export function signingKeysIn(jwks: readonly TrustedJwk[]): readonly TrustedJwk[] {
  return jwks.filter(({ use }) => use !== 'enc');
}

/** Returns the key to which an algorithm encrypts: the first key for encryption that fits. Undefined if none fits. */
export function encryptionKeyIn(jwks: readonly TrustedJwk[], algorithm: EncryptionAlgorithm): TrustedJwk | undefined {
  return jwks.find(
    ({ use, kty, alg = algorithm }) => use === 'enc' && kty === KEY_TYPES[algorithm] && alg === algorithm,
  );
}

/**
 * Returns the keys of a registration that are used: signing keys if the method has keys, and the key to which answers
 * are encrypted. Other keys are passed over (RFC 7517 §5). Undefined if no key is left.
 */
export function usedKeys({
  jwks = [],
  tokenEndpointAuthMethod: method,
  introspectionEncryptedResponseAlg: algorithm,
}: ApplicationRegistration): readonly TrustedJwk[] | undefined {
  const signing = hasKeys(method) ? signingKeysIn(jwks) : [];
  const encryption = algorithm && encryptionKeyIn(jwks, algorithm);
  const used = jwks.filter((jwk) => signing.includes(jwk) || jwk === encryption);
  return used.length === 0 ? undefined : used;
}
