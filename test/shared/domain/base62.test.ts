import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toBase62 } from '#shared/domain/base62.ts';

const RUNS = { numRuns: 3_000 };

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const bytes = fc.uint8Array({ maxLength: 40 });

test('toBase62 writes the lowest digits of the number that the bytes are', () => {
  fc.assert(
    fc.property(bytes, fc.integer({ min: 1, max: 60 }), (written, length) => {
      const number = BigInt(`0x0${Buffer.from(written).toString('hex')}`);
      expect(numberOf(toBase62(written, length))).toBe(number % 62n ** BigInt(length));
    }),
    RUNS,
  );
});

test('toBase62 writes exactly as many characters as asked, letters and digits only', () => {
  fc.assert(
    fc.property(bytes, fc.integer({ min: 0, max: 60 }), (written, length) => {
      expect(toBase62(written, length)).toMatch(new RegExp(`^[0-9A-Za-z]{${length}}$`));
    }),
    RUNS,
  );
});

test('toBase62 writes different bytes as different texts if the length has room for them', () => {
  const pairs = fc.tuple(
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
  );
  fc.assert(
    fc.property(pairs, ([one, other]) => {
      expect(toBase62(one, 22) === toBase62(other, 22)).toBe(Buffer.from(one).equals(Buffer.from(other)));
    }),
    RUNS,
  );
});

test.each([
  [[], 3, '000'],
  [[0], 1, '0'],
  [[61], 1, 'z'],
  [[62], 2, '10'],
  [[62], 1, '0'],
  [[255], 6, '000047'],
  [[0xff, 0xff, 0xff, 0xff], 6, '4gfFC3'],
])('toBase62 writes %j in %d digits as %s', (written, length, text) => {
  expect(toBase62(Uint8Array.from(written), length)).toBe(text);
});

function numberOf(text: string): bigint {
  return [...text].reduce((value, digit) => value * 62n + BigInt(ALPHABET.indexOf(digit)), 0n);
}
