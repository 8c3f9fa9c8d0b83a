import type * as z from 'zod';

/**
 * The members of a Zod object that describes all of `Described`. The compiler refuses a missing member, even if it is
 * optional, and a member that the type does not have. `{ name: string; note?: string }` needs
 * `{ name: z.string(), note: z.string().optional() }`. A member that is always `undefined` needs no schema.
 */
export type ShapeOf<Described> = {
  readonly [Name in keyof Described as Described[Name] extends undefined
    ? never
    : Name]-?: undefined extends Described[Name]
    ? OptionalSchema<Exclude<Described[Name], undefined>>
    : z.ZodType<Described[Name]>;
};

type OptionalSchema<Value> = z.ZodOptional<z.ZodType<Value>> | z.ZodExactOptional<z.ZodType<Value>>;
