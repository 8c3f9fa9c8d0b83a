import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJsonObject } from '#shared/http/request/json.ts';
import { verdict } from '#test/support/ask/error-code.ts';
import { anyText, textOf } from '#test/support/forge/arbitrary-text.ts';

const RUNS = { numRuns: 2_000 };

/**
 * Objects as honest callers send them: no NUL, no lone surrogates, no `__proto__`, no integers of 16 digits or more, at most
 * a few levels deep.
 */
const name = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => text !== '__proto__');

const INTEGER = /(?<![\d.e+-])-?\d{16,}(?![\d.e])/;

const honestObject = fc.dictionary(
  name,
  fc
    .jsonValue({ stringUnit: 'grapheme', maxDepth: 4 })
    .filter((value) => !JSON.stringify(value).includes('__proto__') && !INTEGER.test(JSON.stringify(value))),
  { maxKeys: 6, noNullPrototype: true },
);

/** Pieces of JSON, and of text that is nearly JSON. */
const jsonText = textOf(
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '"a"',
  '"b"',
  '"\\u0061"',
  '"\\ud800"',
  '1',
  '-',
  'null',
  ' ',
  '//',
  '"',
);

describe('readJsonObject', () => {
  test('reads the output of a JSON encoder, with any white space', () => {
    fc.assert(
      fc.property(honestObject, fc.constantFrom('', ' ', '\t', '\n'), (written, indent) => {
        expect(readJsonObject(JSON.stringify(written, null, indent))).toEqual(JSON.parse(JSON.stringify(written)));
      }),
      RUNS,
    );
  });

  test('A11: reads text as JSON.parse does, or refuses it with invalid_request', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          jsonText,
          jsonText.map((text) => `{"x":${text}}`),
          anyText,
          fc.json(),
        ),
        (text) => {
          const answer = verdict(() => readJsonObject(text));
          if (answer === 'accepted') expect(readJsonObject(text)).toEqual(JSON.parse(text));
          else expect(answer).toBe('invalid_request');
        },
      ),
      RUNS,
    );
  });

  test('A17: refuses a member that comes twice, at any depth and with any escapes in its name', () => {
    const place = fc.array(fc.constantFrom('object', 'array'), { maxLength: 8 });
    fc.assert(
      fc.property(name, place, fc.jsonValue(), ([...characters], nesting, value) => {
        const escaped = characters
          .flatMap((character) => character.split(''))
          .map(unicodeEscape)
          .join('');
        const twice = `{${JSON.stringify(characters.join(''))}:1,"other":${JSON.stringify(value)},"${escaped}":2}`;
        const text = nesting.reduce((inner, kind) => (kind === 'object' ? `{"in":${inner}}` : `[${inner}]`), twice);
        expect(verdict(() => readJsonObject(`{"x":${text}}`))).toBe('invalid_request');
      }),
      RUNS,
    );
  });

  test('accepts the same name in different objects', () => {
    expect(readJsonObject('{"a":{"b":1},"b":[{"a":2},{"a":3}]}')).toEqual({ a: { b: 1 }, b: [{ a: 2 }, { a: 3 }] });
  });

  test.each([
    ['__proto__', '{"__proto__":{"isAdmin":true}}'],
    ['__proto__ in escapes', '{"\\u005f_proto__":{"isAdmin":true}}'],
    ['__proto__ deep inside', '{"a":[{"__proto__":{"isAdmin":true}}]}'],
  ])('A17: refuses %s and does not change other objects', (_what, text) => {
    expect(verdict(() => readJsonObject(text))).toBe('invalid_request');
    expect({}).not.toHaveProperty('isAdmin');
  });

  test.each([
    ['empty text', ''],
    ['a list', '[]'],
    ['a string', '"a"'],
    ['a number', '1'],
    ['null', 'null'],
    ['two objects', '{}{}'],
    ['a comment', '{/* a */}'],
    ['a trailing comma', '{"a":1,}'],
    ['single quotes', "{'a':1}"],
    ['NaN', '{"a":NaN}'],
    ['a leading zero', '{"a":01}'],
    ['a byte order mark', '\uFEFF{}'],
    ['an object that does not end', '{"a":{"b":1}'],
  ])('A17: refuses %s', (_what, text) => {
    expect(verdict(() => readJsonObject(text))).toBe('invalid_request');
  });

  test.each([
    ['NUL in a value', '{"a":"x\\u0000"}'],
    ['NUL in a name', '{"\\u0000":1}'],
    ['a lone surrogate in a value', '{"a":"\\ud800"}'],
    ['a lone surrogate in a name', '{"\\udc00":1}'],
    ['a lone surrogate deep inside', '{"a":[{"b":"\\ud83d!"}]}'],
  ])('A11: refuses %s', (_what, text) => {
    expect(verdict(() => readJsonObject(text))).toBe('invalid_request');
  });

  test.each(['9007199254740992', '-9007199254740992', '12345678901234567890', '1e400', '-1e400'])(
    'Sound 22: refuses the number %s, which would be another number in the answer',
    (written) => {
      expect(verdict(() => readJsonObject(`{"a":[{"b":${written}}]}`))).toBe('invalid_request');
    },
  );

  test.each(['9007199254740991', '-9007199254740991', '0.1', '1e300', '-0', '1.5e-300'])(
    'Sound 22: accepts the number %s',
    (written) => {
      expect(readJsonObject(`{"a":${written}}`)).toEqual({ a: Number(written) });
    },
  );

  test('A11: accepts a surrogate pair in escapes', () => {
    expect(readJsonObject('{"a":"\\ud83d\\ude00"}')).toEqual({ a: '\u{1F600}' });
  });

  test.each([
    [32, 'accepted'],
    [33, 'invalid_request'],
    [30_000, 'invalid_request'],
  ] as const)('A13: %d levels: %s', (levels, expected) => {
    const inner = levels - 1;
    const objects = ['{"a":'.repeat(inner), '{}', '}'.repeat(inner)].join('');
    const lists = '['.repeat(inner) + ']'.repeat(inner);
    expect(verdict(() => readJsonObject(objects))).toBe(expected);
    expect(verdict(() => readJsonObject(`{"a":${lists}}`))).toBe(expected);
  });
});

function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
