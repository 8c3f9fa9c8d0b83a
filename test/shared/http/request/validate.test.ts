import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { expiresInSeconds, id, metadata, permissionValue, text } from '#shared/api/fields/fields.ts';
import { validate } from '#shared/http/request/validate.ts';

const CANARY = 'canary7f3a';

const permission = z.object({ value: permissionValue });

const schema = z.object({
  name: text(20),
  id: id.optional(),
  level: z.int().min(1).max(9).optional(),
  permissions: z.array(permission).max(2).optional(),
  metadata: metadata.optional(),
  expiresInSeconds,
});

describe('validate', () => {
  test('returns the members that the schema knows, and drops all others', () => {
    const known = { name: 'a', level: 1, permissions: [{ value: 'read:reports' }] };
    expect(validate(schema, { ...known, isAdmin: true, permissions: [{ value: 'read:reports', level: 0 }] })).toEqual(
      known,
    );
  });

  test.each([
    [{}, 'name', "'name' is missing."],
    [{ name: undefined }, 'name', "'name' is missing."],
    [{ name: null }, 'name', "'name' has a value of the wrong kind or size."],
    [{ name: 1 }, 'name', "'name' has a value of the wrong kind or size."],
    [{ name: '' }, 'name', "'name' has a value of the wrong kind or size."],
    [{ name: 'a\nb' }, 'name', "'name' must be printable text."],
    [{ name: 'a', level: '1' }, 'level', "'level' has a value of the wrong kind or size."],
    [{ name: 'a', level: 10 }, 'level', "'level' has a value of the wrong kind or size."],
    [{ name: 'a', id: 'a b' }, 'id', "'id' must be 1 to 64 of A-Z a-z 0-9 _ -."],
    [{ name: 'a', permissions: [1] }, 'permissions[0]', "'permissions[0]' has a value of the wrong kind or size."],
    [{ name: 'a', permissions: [{ value: 'a' }, {}] }, 'permissions[1].value', "'permissions[1].value' is missing."],
    [undefined, undefined, "'body' is missing."],
    [[], undefined, "'body' has a value of the wrong kind or size."],
  ])('names the member at fault and what is wrong with it: %j', (input, field, message) => {
    expect(() => validate(schema, input)).toThrow(expect.objectContaining({ code: 'invalid_request', field, message }));
  });

  test('A14: names no value, and no member that the schema does not know', () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.string().map((end) => CANARY + end),
    );
    const names = fc.constantFrom('name', 'id', 'level', 'permissions', 'metadata', 'expiresInSeconds', CANARY);
    const nested = fc.dictionary(fc.constantFrom('value', CANARY), value);
    const input = fc.dictionary(names, fc.oneof(value, nested, fc.array(fc.oneof(value, nested))));
    fc.assert(
      fc.property(input, (members) => {
        const result = schema.safeParse(members);
        if (result.success) return;
        expect(() => validate(schema, members)).toThrow(
          expect.objectContaining({ code: 'invalid_request', message: expect.not.stringContaining(CANARY) }),
        );
      }),
      { numRuns: 1_000 },
    );
  });
});
