import { describe, test } from 'vitest';
import * as z from 'zod';
import { exactly } from '#shared/adapters/exactly.ts';

/** Promises of the compiler, which `npm run check:types` keeps. */

interface Note {
  readonly text: string;
  readonly title?: string | undefined;
  readonly author: { readonly name: string; readonly email?: string | undefined };
  readonly labels: readonly { readonly value: string; readonly colour?: string | undefined }[];
  readonly place:
    | { readonly type: 'page'; readonly page: number }
    | { readonly type: 'line'; readonly line: number; readonly column?: number | undefined };
}

const page = z.object({ type: z.literal('page'), page: z.int() });

const members = {
  text: z.string(),
  title: z.string().optional(),
  author: z.object({ name: z.string(), email: z.string().optional() }),
  labels: z.array(z.object({ value: z.string(), colour: z.string().optional() })),
  place: z.union([page, z.object({ type: z.literal('line'), line: z.int(), column: z.int().optional() })]),
};

describe('a schema that reads exactly one type', () => {
  test('has all its members', () => {
    exactly<Note>()(z.object(members));
    exactly<Note>()(z.object({ ...members, text: z.string().default('') }));
  });

  test('may not lack a member, an optional one included', () => {
    const { text, ...withoutText } = members;
    // @ts-expect-error: `text` is missing
    exactly<Note>()(z.object(withoutText));
    const { title, ...withoutTitle } = members;
    // @ts-expect-error: `title` is missing
    exactly<Note>()(z.object(withoutTitle));
    void [text, title];
  });

  test('may not lack an optional member further down', () => {
    // @ts-expect-error: the author has an `email`
    exactly<Note>()(z.object({ ...members, author: z.object({ name: z.string() }) }));
    // @ts-expect-error: a label has a `colour`
    exactly<Note>()(z.object({ ...members, labels: z.array(z.object({ value: z.string() })) }));
    const place = z.union([page, z.object({ type: z.literal('line'), line: z.int() })]);
    // @ts-expect-error: a line has a `column`
    exactly<Note>()(z.object({ ...members, place }));
    // @ts-expect-error: a place can be a line
    exactly<Note>()(z.object({ ...members, place: page }));
  });

  test('may not have a member more', () => {
    // @ts-expect-error: a note has no `colour`
    exactly<Note>()(z.object({ ...members, colour: z.string().optional() }));
    // @ts-expect-error: an author has no `age`
    exactly<Note>()(z.object({ ...members, author: members.author.extend({ age: z.int().optional() }) }));
  });

  test('may not require what is optional, nor take more than the type says', () => {
    // @ts-expect-error: `title` is optional
    exactly<Note>()(z.object({ ...members, title: z.string() }));
    // @ts-expect-error: `text` is required
    exactly<Note>()(z.object({ ...members, text: z.string().optional() }));
    // @ts-expect-error: `text` is a string
    exactly<Note>()(z.object({ ...members, text: z.union([z.string(), z.int()]) }));
    // @ts-expect-error: `text` is any string
    exactly<Note>()(z.object({ ...members, text: z.literal('one') }));
  });
});
