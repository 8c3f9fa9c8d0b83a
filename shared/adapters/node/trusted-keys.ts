import { ed25519 } from '@noble/curves/ed25519.js';
import type { TrustedKeys } from '#shared/domain/registration/ports.ts';
import { importPublicKey, isStrongRsa } from './public-keys.ts';

const CURVES = ['prime256v1', 'secp384r1'];

/** Examines public keys by Node's own cryptography. */
export function cryptoTrustedKeys(): TrustedKeys {
  return {
    isStrong: (jwk) => {
      const key = importPublicKey(jwk);
      if (key?.asymmetricKeyType === 'rsa') return isStrongRsa(key);
      if (key?.asymmetricKeyType === 'ec') return CURVES.includes(key.asymmetricKeyDetails?.namedCurve ?? '');
      return key?.asymmetricKeyType === 'ed25519' && hasLargeOrder(jwk.x ?? '');
    },
  };
}

/** Node takes any 32 bytes for a point; and for a point of small order everybody can sign (RFC 8032 §5.1.7, RFC 8725 §3.4). */
function hasLargeOrder(x: string): boolean {
  try {
    return !ed25519.Point.fromBytes(Buffer.from(x, 'base64url')).isSmallOrder();
  } catch {
    return false;
  }
}
