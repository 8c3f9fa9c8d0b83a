import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseStrictJson } from '#shared/text/strict-json.ts';

const DEEP = `${'['.repeat(40)}${']'.repeat(40)}`;

describe('strict JSON', () => {
  test('is the output of any JSON encoder', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (written) => {
        const text = JSON.stringify(written);
        expect(parseStrictJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test.each(['', '{', '[1,]', '{"a":1,}', '{"a":1} x', '// none\n{}', "{'a':1}", 'undefined'])(
    'is not %j, which is not JSON at all',
    (text) => {
      expect(parseStrictJson(text)).toBeUndefined();
    },
  );

  test.each(['{"a":1,"a":1}', '{"a":1,"\\u0061":2}', '{"a":{"b":1,"b":2}}', '[{"a":1,"a":2}]', '{"a":[{}],"a":1}'])(
    'is not %s, in which a member comes twice',
    (text) => {
      expect(parseStrictJson(text)).toBeUndefined();
    },
  );

  test('may have one name in several objects', () => {
    expect(parseStrictJson('{"a":{"a":1},"b":[{"a":2},{"a":3}]}')).toEqual({ a: { a: 1 }, b: [{ a: 2 }, { a: 3 }] });
  });
});

describe('rules', () => {
  const rules = {
    depthMax: 2,
    isName: (name: string) => name !== 'bad',
    isText: (text: string) => text !== 'bad',
    isNumber: (written: string) => written !== '1.0',
  };

  test.each([
    ['{"good":"good"}', true],
    ['[["good"]]', true],
    ['{"bad":1}', false],
    ['{"good":"bad"}', false],
    ['{"good":["bad"]}', false],
    ['[1, 1.00]', true],
    ['[1.0]', false],
    ['[[[]]]', false],
    ['[{"good":{}}]', false],
    [DEEP, false],
  ])('decide about %s', (text, isAccepted) => {
    expect(parseStrictJson(text, rules) !== undefined).toBe(isAccepted);
    expect(parseStrictJson(text)).toEqual(JSON.parse(text));
  });
});
