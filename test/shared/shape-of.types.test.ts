import { describe, expectTypeOf, test } from 'vitest';
import * as z from 'zod';
import type { ShapeOf } from '#shared/shape-of.ts';

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
  });
});
