import { ed25519 } from '@noble/curves/ed25519.js';
import type { TrustedKeys } from '#shared/domain/registration/ports.ts';
import { importPublicKey, isStrongRsa } from './public-keys.ts';

/** P-256 and P-384, by OpenSSL's names. */
const CURVES = ['prime256v1', 'secp384r1'];

/**
 * Examines public keys of other issuers with Node's cryptography. `isStrong` accepts RSA of 2048 to 4096 bits, P-256,
 * P-384 and Ed25519; it returns false for all other keys.
 */
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

/**
 * Checks that an Ed25519 key is a point on the curve and not of small order. Node accepts any 32 bytes. For a point of
 * small order, a valid signature can be made without a private key (RFC 8032 §5.1.7, RFC 8725 §3.4).
 */
function hasLargeOrder(x: string): boolean {
  try {
    return !ed25519.Point.fromBytes(Buffer.from(x, 'base64url')).isSmallOrder();
  } catch {
    return false;
  }
}
