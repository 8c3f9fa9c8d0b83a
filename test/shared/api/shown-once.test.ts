import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { membersShownOnce, shownOnce, withoutShownOnce } from '#shared/api/fields/shown-once.ts';

describe('the members of an answer that are shown once', () => {
  const secret = shownOnce(z.string().optional());

  test.each([
    ['of an object', z.object({ id: z.string(), secret })],
    ['of an object in an object', z.object({ client: z.object({ id: z.string(), secret }) })],
    ['of an object that may be absent', z.object({ client: z.object({ secret }).optional() })],
    ['of an object that may be null', z.object({ client: z.object({ secret }).nullable() })],
    ['of the items of a list', z.object({ items: z.array(z.object({ secret })) })],
    ['of one of several forms', z.union([z.object({ id: z.string() }), z.object({ secret })])],
    ['of an extended object', z.object({ id: z.string() }).extend({ secret })],
  ])('are found as members %s', (_where, answer) => {
    expect(membersShownOnce(answer)).toEqual(['secret']);
  });

  test('are only the marked members', () => {
    expect(membersShownOnce(z.object({ id: z.string(), secret: z.string().optional() }))).toEqual([]);
    expect(membersShownOnce(undefined)).toEqual([]);
  });
});

describe('an answer without the members that are shown once', () => {
  const secret = shownOnce(z.string().optional());

  test.each([
    ['of an object', z.object({ id: z.string(), secret }), { id: '1', secret: 's' }, { id: '1' }],
    [
      'of an object in an object',
      z.object({ client: z.object({ secret }) }),
      { client: { secret: 's' } },
      { client: {} },
    ],
    ['of an object that may be null', z.object({ secret }).nullable().optional(), { secret: 's' }, {}],
    ['of the items of a list', z.array(z.object({ secret })), [{ secret: 's' }, {}], [{}, {}]],
    ['of one of several forms', z.union([z.string(), z.object({ secret })]), { secret: 's' }, {}],
  ])('lacks the marked member %s', (_where, schema, answer, shown) => {
    expect(withoutShownOnce(answer, schema)).toEqual(shown);
  });

  test('keeps metadata whose members have the names of secrets', () => {
    const schema = z.object({ secret, metadata: z.record(z.string(), z.json()) });
    const metadata = { secret: 'mine', list: [{ secret: 'mine' }] };
    expect(withoutShownOnce({ secret: 's', metadata }, schema)).toEqual({ metadata });
  });

  test.each([[null], ['text'], [undefined]])('is the same if it is %j', (answer) => {
    expect(withoutShownOnce(answer, z.object({ secret }))).toBe(answer);
  });
});
