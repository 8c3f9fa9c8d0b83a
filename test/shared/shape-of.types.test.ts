import { describe, expectTypeOf, test } from 'vitest';
import * as z from 'zod';
import type { BranchShapeOf, ShapeOf } from '#shared/shape-of.ts';

/** Promises that the compiler keeps, in `npm run check:types`. */

interface Note {
  readonly text: string;
  readonly author?: string;
  readonly draft?: never;
}

describe('a shape of a type', () => {
  test('has every member of the type, and optional members are optional', () => {
    const note = z.object({ text: z.string(), author: z.string().optional() } satisfies ShapeOf<Note>);
    const exact = z.object({ text: z.string(), author: z.string().exactOptional() } satisfies ShapeOf<Note>);
    expectTypeOf<z.output<typeof note>>().toEqualTypeOf<{ text: string; author?: string | undefined }>();
    expectTypeOf<z.output<typeof exact>>().toEqualTypeOf<{ text: string; author?: string }>();
  });

  test('must have every member, required or optional', () => {
    // @ts-expect-error A required member is missing.
    z.object({ author: z.string().optional() } satisfies ShapeOf<Note>);
    // @ts-expect-error An optional member is missing: the schema would drop it silently.
    z.object({ text: z.string() } satisfies ShapeOf<Note>);
  });

  test('must not have a member that the type does not have', () => {
    // @ts-expect-error `colour` is no member of the type.
    z.object({ text: z.string(), author: z.string().optional(), colour: z.string() } satisfies ShapeOf<Note>);
  });

  test('must have the type of each member, and whether it is optional', () => {
    // @ts-expect-error `text` is not a number.
    z.object({ text: z.number(), author: z.string().optional() } satisfies ShapeOf<Note>);
    // @ts-expect-error `text` is required.
    z.object({ text: z.string().optional(), author: z.string().optional() } satisfies ShapeOf<Note>);
    // @ts-expect-error `author` is optional.
    z.object({ text: z.string(), author: z.string() } satisfies ShapeOf<Note>);
    // @ts-expect-error `text` is always a string.
    z.object({ text: z.union([z.string(), z.int()]), author: z.string().optional() } satisfies ShapeOf<Note>);
  });

  test('may have a default for a required member, which older records lack', () => {
    const note = z.object({ text: z.string().default(''), author: z.string().optional() } satisfies ShapeOf<Note>);
    expectTypeOf<z.output<typeof note>>().toEqualTypeOf<{ text: string; author?: string | undefined }>();
  });
});

type Place =
  | { readonly type: 'page'; readonly page: number }
  | { readonly type: 'line'; readonly line: number; readonly column?: number | undefined };

const page = z.object({ type: z.literal('page'), page: z.int() } satisfies BranchShapeOf<Place, 'page'>);

const line = z.object({
  type: z.literal('line'),
  line: z.int(),
  column: z.int().optional(),
} satisfies BranchShapeOf<Place, 'line'>);

describe('a shape of one branch of a union', () => {
  test('must have every member of that branch, and no member of another branch', () => {
    // @ts-expect-error The optional `column` is missing.
    z.object({ type: z.literal('line'), line: z.int() } satisfies BranchShapeOf<Place, 'line'>);
    // @ts-expect-error A page has no `line`.
    z.object({ type: z.literal('page'), page: z.int(), line: z.int() } satisfies BranchShapeOf<Place, 'page'>);
    // @ts-expect-error The branch has another `type`.
    z.object({ type: z.literal('line'), page: z.int() } satisfies BranchShapeOf<Place, 'page'>);
  });
});

interface Document {
  readonly status: 'draft' | 'final';
  readonly languages: readonly ('en' | 'de')[];
  readonly place?: Place | undefined;
  readonly labels: readonly { readonly values: readonly string[]; readonly colour?: string | undefined }[];
  readonly counts: Readonly<Record<string, number>>;
}

const members = {
  status: z.enum(['draft', 'final']),
  languages: z.array(z.enum(['en', 'de'])),
  place: z.union([page, line]).optional(),
  labels: z.array(
    z.object({
      values: z.array(z.string()),
      colour: z.string().optional(),
    } satisfies ShapeOf<Document['labels'][number]>),
  ),
  counts: z.record(z.string(), z.int()),
};

describe('a member of a shape', () => {
  test('may be a list, a union, a dictionary or an object', () => {
    z.object(members satisfies ShapeOf<Document>);
  });

  test('must accept every value of the type', () => {
    // @ts-expect-error The status can also be `final`.
    z.object({ ...members, status: z.literal('draft') } satisfies ShapeOf<Document>);
    // @ts-expect-error A language can also be `de`.
    z.object({ ...members, languages: z.array(z.literal('en')) } satisfies ShapeOf<Document>);
    // @ts-expect-error A place can also be a line.
    z.object({ ...members, place: page.optional() } satisfies ShapeOf<Document>);
  });

  test('must not return another value', () => {
    // @ts-expect-error The status is never `deleted`.
    z.object({ ...members, status: z.enum(['draft', 'final', 'deleted']) } satisfies ShapeOf<Document>);
  });

  test('must have every member of its own type, if it is an object with a shape', () => {
    // @ts-expect-error The optional `colour` is missing.
    z.array(z.object({ values: z.array(z.string()) } satisfies ShapeOf<Document['labels'][number]>));
  });
});
