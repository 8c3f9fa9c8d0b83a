import type * as z from 'zod';

/**
 * The members of a Zod object that describes all of `Described`. The compiler refuses a missing member, even if it is
 * optional, and a member that the type does not have. `{ name: string; note?: string }` needs
 * `{ name: z.string(), note: z.string().optional() }`. A member that older records lack can have a default:
 * `z.boolean().default(false)` describes a `boolean`. A member that is always `undefined` needs no schema. An object
 * within the object has its own `satisfies ShapeOf<…>`.
 */
export type ShapeOf<Described> = {
  readonly [Name in keyof Described as Described[Name] extends undefined
    ? never
    : Name]-?: undefined extends Described[Name]
    ? OptionalSchema<Exclude<Described[Name], undefined>>
    : SchemaOf<Described[Name]>;
};

/**
 * The shape of one branch of a union. The member `type` tells the branches apart. For example,
 * `BranchShapeOf<Subject, 'tenant'>` needs `{ type: z.literal('tenant'), tenantId: z.string() }`.
 */
export type BranchShapeOf<Union extends { readonly type: string }, Type extends Union['type']> = ShapeOf<
  Extract<Union, { readonly type: Type }>
>;

type OptionalSchema<Value> = z.ZodOptional<SchemaOf<Value>> | z.ZodExactOptional<SchemaOf<Value>>;

/**
 * A schema that can return every `Value` and nothing else. For `'active' | 'disabled'` the compiler refuses
 * `z.literal('active')`: the method `catch` of a schema takes what the schema can return, and this one does not take
 * `'disabled'`.
 */
type SchemaOf<Value> = z.ZodType<Value> & { readonly catch: (value: Writable<Value>) => unknown };

/**
 * A type as Zod returns it: `{ readonly ids?: readonly string[] | undefined }` becomes `{ ids?: string[] }`. The values
 * of a dictionary stay as they are.
 */
type Writable<Value> = {
  -readonly [Name in keyof Value]: string extends Name ? Value[Name] : Writable<Exclude<Value[Name], undefined>>;
};
