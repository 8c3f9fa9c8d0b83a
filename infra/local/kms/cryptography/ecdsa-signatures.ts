import type { KeyObject } from 'node:crypto';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import type { DigestScheme } from './digest-scheme.ts';

const curves = new Map([
  ['P-256', p256],
  ['P-384', p384],
  ['P-521', p521],
]);

/** The options of KMS: it does not hash a digest again, and does not move S to the lower half of its range. */
const encoding = { prehash: false, lowS: false, format: 'der' } as const;

/** ECDSA over a given digest. Signatures are in ASN.1 DER, as KMS returns them (RFC 3279 section 2.2.3). */
export const ecdsa: DigestScheme = {
  sign: (key, digest) => {
    const { curve, scalar } = parametersOf(key);
    // With extra entropy, two signatures of one message differ, as in KMS.
    return Buffer.from(curve.sign(digest, scalar, { ...encoding, extraEntropy: true }));
  },

  verify: (key, digest, _hash, signature) => {
    const { curve, point } = parametersOf(key);
    try {
      return curve.verify(signature, digest, point, encoding);
    } catch {
      return false;
    }
  },
};

function parametersOf(key: KeyObject) {
  const { crv = '', d = '', x = '', y = '' } = key.export({ format: 'jwk' });
  const curve = curves.get(crv);
  if (curve === undefined) throw new TypeError(`The curve ${crv} is unknown.`);

  const bytes = (value: string) => Buffer.from(value, 'base64url');
  return { curve, scalar: bytes(d), point: Buffer.concat([Buffer.from([0x04]), bytes(x), bytes(y)]) };
}
