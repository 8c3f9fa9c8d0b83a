import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeForm, formDecode, isFreeOfControls } from '#shared/http/request/form.ts';
import { verdict } from '#test/support/ask/error-code.ts';
import { anyText, plainText, textOf } from '#test/support/forge/arbitrary-text.ts';

const RUNS = { numRuns: 3_000 };

/** Pieces of malformed forms: separators, whole and cut-off escapes, misplaced bytes of UTF-8. */
const formText = textOf(
  'a',
  'b',
  '=',
  '&',
  '+',
  '%',
  '%2',
  '%2B',
  '%26',
  '%00',
  '%C3',
  '%A9',
  '%ED%A0%80',
  'é',
  '\u{1F600}',
);

/** Pieces that mostly make a valid form. */
const goodText = textOf('a', 'b', 'c', 'd', '=', '&', '+', '%2B', '%26', '%3D', '%C3%A9', 'é', '\u{1F600}');

describe('decodeForm', () => {
  test('A12: reads the output of a form encoder', () => {
    const members = fc.dictionary(plainText, plainText, { maxKeys: 8 });
    fc.assert(
      fc.property(members, (written) => {
        expect(decodeForm(new URLSearchParams(written).toString(), [])).toEqual({ ...written });
      }),
      RUNS,
    );
  });

  test('A12: reads + as a space and %2B as a plus', () => {
    expect(decodeForm('a=x+y&b=x%2By&c=x%20y', [])).toEqual({ a: 'x y', b: 'x+y', c: 'x y' });
  });

  test('reads accepted text as the URL standard does, without empty values', () => {
    fc.assert(
      fc.property(fc.oneof(goodText, formText, anyText), (text) => {
        if (verdict(() => decodeForm(text, [])) !== 'accepted') return;
        const standard = [...new URLSearchParams(text)].filter(([, value]) => value !== '');
        expect(decodeForm(text, [])).toEqual(Object.fromEntries(standard));
      }),
      RUNS,
    );
  });

  test('A11: refuses other text with invalid_request, and repeats none of it', () => {
    const marked = fc.oneof(formText, anyText).map((text) => `${text}&canary-7f3a=canary-7f3a%`);
    fc.assert(
      fc.property(marked, (text) => {
        expect(() => decodeForm(text, [])).toThrow(
          expect.objectContaining({ code: 'invalid_request', message: expect.not.stringContaining('canary') }),
        );
      }),
      RUNS,
    );
  });

  test.each([
    ['a cut-off escape', 'a=%2'],
    ['an escape without hex digits', 'a=%zz'],
    ['a stray UTF-8 byte', 'a=%A9'],
    ['an overlong UTF-8 sequence', 'a=%C0%AF'],
    ['an escaped surrogate', 'a=%ED%A0%80'],
    ['a lone surrogate', 'a=\uD800'],
    ['NUL', 'a=x%00y'],
    ['a line feed', 'a=x%0Ay'],
    ['a carriage return', 'a=x%0Dy'],
    ['DEL', 'a=x%7Fy'],
    ['a control of the second block', 'a=x%C2%85y'],
    ['a control in the name', 'a%00b=x'],
  ])('A11: refuses %s', (_what, text) => {
    expect(verdict(() => decodeForm(text, []))).toBe('invalid_request');
  });

  test.each(['a=1&a=2', 'a=1&a=1', 'a=&a=1', 'a=1&%61=1', 'a&a'])('A3: refuses a parameter sent twice: %s', (text) => {
    expect(verdict(() => decodeForm(text, []))).toBe('invalid_request');
  });

  test('A3: lists the values of a parameter that may repeat', () => {
    expect(decodeForm('resource=x&resource=&resource=y&audience=z', ['resource', 'audience'])).toEqual({
      resource: ['x', 'y'],
      audience: ['z'],
    });
  });

  test.each(['a=', 'a', '', '&&', '=', 'a=&b'])('A4: an empty value counts as absent: %j', (text) => {
    expect(decodeForm(text, ['b'])).toEqual({});
  });

  test.each([
    ['1,000 pairs', pairs(1_000), 'accepted'],
    ['1,001 pairs', pairs(1_001), 'invalid_request'],
    ['a value of 8,191 characters', `a=${'x'.repeat(8_191)}`, 'accepted'],
    ['a value of 8 KiB', `a=${'x'.repeat(8_192)}`, 'invalid_request'],
  ] as const)('A13: %s', (_size, text, expected) => {
    expect(verdict(() => decodeForm(text, []))).toBe(expected);
  });

  test('A17: keeps names of JavaScript, such as __proto__, as plain parameters', () => {
    const members = decodeForm('__proto__=x&constructor=y&toString=z', []);
    expect(Object.entries(members)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
      ['toString', 'z'],
    ]);
    expect(Object.getPrototypeOf(members)).toBe(Object.prototype);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe('formDecode', () => {
  test('B1: decodes every text, with few or all of its characters escaped', () => {
    fc.assert(
      fc.property(plainText, fc.boolean(), (text, isFullyEscaped) => {
        const bytes = [...new TextEncoder().encode(text)];
        const escaped = bytes.map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
        expect(formDecode(isFullyEscaped ? escaped : encodeURIComponent(text))).toBe(text);
      }),
      RUNS,
    );
  });

  test('B3: returns undefined for a malformed escape', () => {
    expect(['%', '%2', '%zz', '%A9', '%C3%28'].map(formDecode)).toEqual(Array(5).fill(undefined));
  });
});

describe('isFreeOfControls', () => {
  test.each(['visible', 'with space', 'with\ttab', 'é', '\u{1F600}', ''])('accepts %j', (text) => {
    expect(isFreeOfControls(text)).toBe(true);
  });

  test.each(['\0', '\n', '\r', '\x1B[31m', '\x7F', '\u0085', '\uDC00'])('refuses %j', (text) => {
    expect(isFreeOfControls(`a${text}b`)).toBe(false);
  });
});

function pairs(count: number): string {
  return Array.from({ length: count }, (_, index) => `p${index}=x`).join('&');
}
