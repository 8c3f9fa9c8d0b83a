import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { membersShownOnce, shownOnce } from '#shared/api/fields/shown-once.ts';

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
