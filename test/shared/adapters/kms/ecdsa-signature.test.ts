import { generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { derToJose } from '#shared/adapters/kms/ecdsa-signature.ts';

/** `MINTMARK_SIGNATURES=20000` takes ten seconds. */
const SIGNATURES = Number(process.env.MINTMARK_SIGNATURES ?? 2_000);
const P256_BYTES = 32;

describe('P-256', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  test(`F11: ${SIGNATURES} signatures are 64 bytes each and verify`, () => {
    const seen = { wrongLength: 0, refused: 0, shortened: 0 };
    for (let serial = 0; serial < SIGNATURES; serial += 1) {
      const message = Buffer.from(`header.payload-${serial}`);
      const der = sign('sha256', message, privateKey);
      const jose = derToJose(der, P256_BYTES);
      if (jose.length !== 2 * P256_BYTES) seen.wrongLength += 1;
      if (jose[0] === 0 || jose[P256_BYTES] === 0) seen.shortened += 1;
      if (!verify('sha256', message, { key: publicKey, dsaEncoding: 'ieee-p1363' }, jose)) seen.refused += 1;
    }
    expect(seen).toEqual({ wrongLength: 0, refused: 0, shortened: expect.any(Number) });
    // The test needs integers that DER writes shorter. About one signature in 128 has such an integer.
    expect(seen.shortened).toBeGreaterThan(SIGNATURES / 500);
  });
});

test.each([
  ['P-384', 48],
  ['P-521', 66],
])('F11: signatures of %s verify too', (namedCurve, coordinateBytes) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  const verified = Array.from({ length: SIGNATURES / 100 }, (_, serial) => {
    const message = Buffer.from(`header.payload-${serial}`);
    const jose = derToJose(sign('sha256', message, privateKey), coordinateBytes);
    return (
      jose.length === 2 * coordinateBytes &&
      verify('sha256', message, { key: publicKey, dsaEncoding: 'ieee-p1363' }, jose)
    );
  });
  expect(new Set(verified)).toEqual(new Set([true]));
});

/** Encodes an integer in DER: without leading zeros, but with a zero byte if the first bit would mean "negative". */
const coordinate = fc
  .tuple(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.integer({ min: 0, max: 31 }))
  .map(([bytes, zeros]) => bytes.fill(0, 0, zeros));

test('F11: the conversion pads every R and S to its full width, also after many leading zeros', () => {
  fc.assert(
    fc.property(coordinate, coordinate, (r, s) => {
      const expected = Buffer.concat([r, s]).toString('hex');
      expect(Buffer.from(derToJose(sequence(integer(r), integer(s)), P256_BYTES)).toString('hex')).toBe(expected);
    }),
    { numRuns: 3_000 },
  );
});

test('F11: the conversion gives 64 bytes or refuses the signature', () => {
  const cutOff = fc
    .tuple(coordinate, coordinate, fc.nat(70))
    .map(([r, s, end]) => sequence(integer(r), integer(s)).subarray(0, end));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), cutOff), (bytes) => {
      const length = lengthOrError(bytes);
      expect([2 * P256_BYTES, 'error']).toContain(length);
    }),
    { numRuns: 3_000 },
  );
});

test.each([
  ['nothing', []],
  ['another type than a sequence', [0x31, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01]],
  ['one integer only', [0x30, 0x03, 0x02, 0x01, 0x01]],
  ['another type than an integer', [0x30, 0x06, 0x02, 0x01, 0x01, 0x03, 0x01, 0x01]],
  ['an incomplete integer', [0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x02, 0x01]],
])('F11: the conversion refuses %s', (_what, bytes) => {
  expect(() => derToJose(Uint8Array.from(bytes), P256_BYTES)).toThrow('The signature');
});

function lengthOrError(bytes: Uint8Array): number | 'error' {
  try {
    return derToJose(bytes, P256_BYTES).length;
  } catch {
    return 'error';
  }
}

function integer(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = Buffer.from(bytes.subarray(first === -1 ? bytes.length - 1 : first));
  const isNegative = (digits[0] ?? 0) >= 0x80;
  const content = isNegative ? Buffer.concat([Buffer.from([0]), digits]) : digits;
  return Buffer.concat([Buffer.from([0x02, content.length]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([0x30, content.length]), content]);
}
