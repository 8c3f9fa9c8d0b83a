import * as z from 'zod';

/** The schemas of all members that `shownOnce` has marked. */
const marked = z.registry<{ readonly shownOnce: true }>();

/**
 * Marks a member of an answer as a credential that only this answer shows: a secret, a private key or a token. The
 * product keeps no copy of it in clear and shows it no second time; everything that must leave it out reads this mark.
 * Mark the member's whole schema, as in `clientSecret: shownOnce(z.string().optional())`.
 */
export function shownOnce<Member extends z.ZodType>(member: Member): Member {
  marked.add(member, { shownOnce: true });
  return member;
}

/** What a repeated answer has in the place of a member that was shown once. */
export const notice = z
  .string()
  .optional()
  .meta({ description: 'Says in a repeated answer that the secret is not in it' });

/** The names of all members of an answer that are marked as shown once, at any depth. */
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
