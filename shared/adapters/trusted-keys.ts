import type { TrustedKeys } from '#shared/domain/crypto-ports.ts';
import { importPublicKey, isStrongRsa } from './public-keys.ts';

const CURVES = ['prime256v1', 'secp384r1'];

/** Examines public keys by Node's own cryptography. */
export function cryptoTrustedKeys(): TrustedKeys {
  return {
    isStrong: (jwk) => {
      const key = importPublicKey(jwk);
      if (key?.asymmetricKeyType === 'rsa') return isStrongRsa(key);
      if (key?.asymmetricKeyType === 'ec') return CURVES.includes(key.asymmetricKeyDetails?.namedCurve ?? '');
      return key?.asymmetricKeyType === 'ed25519';
    },
  };
}
