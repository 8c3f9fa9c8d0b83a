import * as z from 'zod';

/** The schemas of all members that `shownOnce` has marked. */
const marked = z.registry<{ readonly shownOnce: true }>();

/**
 * Marks a member of an answer as a credential that only this answer shows: a secret, a private key or a token. Mintmark
 * keeps no copy of it in clear and never shows it again. Code that must leave such members out reads this mark.
 * Mark the member's whole schema, as in `clientSecret: shownOnce(z.string().optional())`.
 */
export function shownOnce<Member extends z.ZodType>(member: Member): Member {
  marked.add(member, { shownOnce: true });
  return member;
}

/** The member that a repeated answer has in the place of a member that was shown once. */
export const notice = z
  .string()
  .optional()
  .meta({ description: 'Only in a repeated answer: says that the secret was shown in the first answer' });

/** Lists the names of all members of an answer that `shownOnce` has marked, at any depth. */
export function membersShownOnce(answer: z.core.$ZodType | undefined): readonly string[] {
  if (answer instanceof z.ZodObject) {
    return Object.entries<z.core.$ZodType>(answer.shape).flatMap(([name, member]) =>
      marked.has(member) ? [name] : membersShownOnce(member),
    );
  }
  if (answer instanceof z.ZodUnion) return answer.options.flatMap(membersShownOnce);
  if (answer instanceof z.ZodArray) return membersShownOnce(answer.element);
  if (answer instanceof z.ZodOptional || answer instanceof z.ZodNullable) return membersShownOnce(answer.unwrap());
  return [];
}

/**
 * Leaves out of an answer each member that `shownOnce` has marked in the schema of the answer, at any depth. Metadata
 * stays whole, because a member of it that has the name of a marked member is not marked.
 */
export function withoutShownOnce(answer: unknown, schema: z.core.$ZodType | undefined): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) {
    return withoutShownOnce(answer, schema.unwrap());
  }
  if (schema instanceof z.ZodUnion) {
    return schema.options.reduce<unknown>((shown, option) => withoutShownOnce(shown, option), answer);
  }
  if (schema instanceof z.ZodArray && Array.isArray(answer)) {
    return answer.map((item) => withoutShownOnce(item, schema.element));
  }
  if (!(schema instanceof z.ZodObject) || typeof answer !== 'object' || answer === null) return answer;
  const shape: Readonly<Record<string, z.core.$ZodType>> = schema.shape;
  return Object.fromEntries(
    Object.entries(answer).flatMap(([name, member]) => {
      const described = shape[name];
      return described !== undefined && marked.has(described) ? [] : [[name, withoutShownOnce(member, described)]];
    }),
  );
}
