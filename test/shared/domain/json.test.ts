import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JsonObject, type JsonValue, mergePatch, patchedMember } from '#shared/domain/json.ts';

describe('RFC 7396', () => {
  /** Appendix A: original, patch, result. The test wraps each value in a member, because `mergePatch` takes objects only. */
  test.each<readonly [original: JsonValue, patch: JsonValue, result: JsonValue | undefined]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, undefined],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('appendix A: %j with %j is %j', (original, patch, result) => {
    expect(mergePatch({ original }, { original: patch })).toEqual(result === undefined ? {} : { original: result });
    if (isObject(original) && isObject(patch)) expect(mergePatch(original, patch)).toEqual(result);
  });

  test('section 3: the example', () => {
    const target = {
      title: 'Goodbye!',
      author: { givenName: 'John', familyName: 'Doe' },
      tags: ['example', 'sample'],
      content: 'This will be unchanged',
    };
    const patch = { title: 'Hello!', phoneNumber: '+01-123-456-7890', author: { familyName: null }, tags: ['example'] };
    expect(mergePatch(target, patch)).toEqual({
      title: 'Hello!',
      author: { givenName: 'John' },
      tags: ['example'],
      content: 'This will be unchanged',
      phoneNumber: '+01-123-456-7890',
    });
  });
});

describe('a merge patch', () => {
  const value: fc.Arbitrary<JsonValue> = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>;
  const name = fc.oneof(fc.string(), fc.constantFrom('a', 'b', 'constructor', 'toString', 'hasOwnProperty', ''));
  const object: fc.Arbitrary<JsonObject> = fc.dictionary(name, value, { maxKeys: 4 });
  const always = (holds: (target: JsonObject, patch: JsonObject) => void) =>
    fc.assert(fc.property(object, object, holds), { numRuns: 1_000 });

  test('without members changes nothing', () => {
    always((target) => {
      expect(mergePatch(target, {})).toEqual(target);
    });
  });

  test('has the same result when it is applied twice', () => {
    always((target, patch) => {
      const once = mergePatch(target, patch);
      expect(mergePatch(once, patch)).toEqual(once);
    });
  });

  test('treats a missing target like an empty object', () => {
    always((_target, patch) => {
      expect(mergePatch(undefined, patch)).toEqual(mergePatch({}, patch));
    });
  });

  test('does not modify its target or itself', () => {
    always((target, patch) => {
      const before = structuredClone([target, patch]);
      mergePatch(target, patch);
      expect([target, patch]).toEqual(before);
    });
  });

  test('results in the members of target and patch, without the members that the patch sets to null', () => {
    always((target, patch) => {
      const names = Object.keys({ ...target, ...patch }).filter(
        (key) => !Object.hasOwn(patch, key) || patch[key] !== null,
      );
      expect(new Set(Object.keys(mergePatch(target, patch)))).toEqual(new Set(names));
    });
  });

  test('A17: does not change prototypes', () => {
    const patch = JSON.parse('{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}');
    const merged = mergePatch({ a: 1 }, patch);
    expect([Object.getPrototypeOf(merged), ({} as { isAdmin?: boolean }).isAdmin]).toEqual([
      Object.prototype,
      undefined,
    ]);
  });
});

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

describe('a member of a record after a merge patch', () => {
  test.each([
    ['stays as it was if the patch does not name it', 'before', undefined, 'before'],
    ['is replaced by a value', 'before', 'after', 'after'],
    ['is added by a value', undefined, 'after', 'after'],
    ['is removed by null', 'before', null, undefined],
  ])('%s', (_promise, before, change, after) => {
    expect(patchedMember(before, change)).toBe(after);
  });
});
