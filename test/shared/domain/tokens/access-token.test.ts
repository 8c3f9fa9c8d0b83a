import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scopeValues } from '#shared/domain/tokens/access-token.ts';

const RUNS = { numRuns: 3_000 };

/** RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ). */
const SYMBOLS = Array.from({ length: 0x5e }, (_, index) => String.fromCharCode(0x21 + index)).filter(
  (c) => !'"\\'.includes(c),
);

const value = fc.array(fc.constantFrom(...SYMBOLS), { minLength: 1, maxLength: 20 }).map((symbols) => symbols.join(''));

const values = fc.uniqueArray(value, { minLength: 1, maxLength: 12 });

describe('scopeValues', () => {
  test('returns the values of a scope in their order', () => {
    fc.assert(
      fc.property(values, (written) => {
        expect(scopeValues(written.join(' '))).toEqual(written);
      }),
      RUNS,
    );
  });

  test('C7: returns a repeated value once, at its first position', () => {
    const withRepeats = values.chain((written) =>
      fc.tuple(fc.constant(written), fc.array(fc.constantFrom(...written))),
    );
    fc.assert(
      fc.property(withRepeats, ([written, repeated]) => {
        expect(scopeValues([...written, ...repeated].join(' '))).toEqual(written);
      }),
      RUNS,
    );
  });

  test('C7: returns the same set of values for a scope in another order', () => {
    const shuffled = values.chain((written) =>
      fc.tuple(fc.constant(written), fc.shuffledSubarray(written, { minLength: written.length })),
    );
    fc.assert(
      fc.property(shuffled, ([written, other]) => {
        expect([...scopeValues(other.join(' '))].sort()).toEqual([...scopeValues(written.join(' '))].sort());
      }),
      RUNS,
    );
  });

  test.each(['a  b', ' a', 'a ', ' ', ''])('C5: finds an empty value, which no API declares, in %j', (scope) => {
    expect(scopeValues(scope)).toContain('');
  });

  test('C5: separates values by spaces only', () => {
    expect(scopeValues('a\tb,c\u00a0d')).toEqual(['a\tb,c\u00a0d']);
  });
});
