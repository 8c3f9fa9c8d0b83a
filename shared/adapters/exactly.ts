import type * as z from 'zod';

/**
 * Takes a schema that reads every member of a type and no other, at every depth. A member that is added to one of the
 * two alone does not compile, an optional one included. For example, where `Role` has an optional `description`,
 * `exactly<Role>()(z.object({ id: z.string() }))` is an error, because the schema would drop the description.
 */
export function exactly<Kept>() {
  return <Schema extends z.ZodType<Kept>>(
    schema: Schema & (AreEqual<Kept, z.output<Schema>> extends true ? unknown : MembersDiffer),
  ): z.ZodType<Kept> => schema;
}

/** What the compiler names where a schema and its type differ. */
interface MembersDiffer {
  readonly 'The schema and the type have different members': never;
}

/** Each can stand for the other, and still can when no member of either may be missing. */
type AreEqual<Left, Right> = [Left, Complete<Left>, ReadOnly<Right>, Complete<Right>] extends [
  ReadOnly<Right>,
  Complete<Right>,
  Left,
  Complete<Left>,
]
  ? true
  : false;

/**
 * A type all of whose optional members are required, at every depth: `{ a?: string }` becomes `{ a: string }`. Types that
 * differ in an optional member can stand for each other; so completed, they cannot. A dictionary has no such members.
 */
type Complete<Type> = Type extends object ? CompleteObject<Type> : Type;

type CompleteObject<Type> = string extends keyof Type
  ? Type
  : { readonly [Member in keyof Type]-?: Complete<Type[Member]> };

/** A type that nobody can write to, at every depth: schemas are not concerned with who may write. */
type ReadOnly<Type> = Type extends object ? ReadOnlyObject<Type> : Type;

type ReadOnlyObject<Type> = string extends keyof Type
  ? Type
  : { readonly [Member in keyof Type]: ReadOnly<Type[Member]> };
