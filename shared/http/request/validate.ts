import type * as z from 'zod';
import { DomainError } from '#shared/domain/errors.ts';

/**
 * Checks input against its schema, and drops members that the schema does not know (A5, A18).
 * @throws DomainError `invalid_request`, which names the member at fault and never repeats its value (A14)
 */
export function validate(schema: z.ZodType, input: unknown): unknown {
  const result = schema.safeParse(input, { reportInput: true });
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue && nameOf(issue.path);
  const isMissing = issue?.code === 'invalid_type' && issue.input === undefined;
  const fault = isMissing
    ? 'is missing'
    : issue?.code === 'custom' || issue?.code === 'invalid_format'
      ? issue.message
      : 'has a value of the wrong kind or size';
  throw new DomainError('invalid_request', `'${field ?? 'body'}' ${fault}.`, field === undefined ? {} : { field });
}

/** Names the member at fault by names of the schema only. In free-form objects, the names are the caller's own text. */
function nameOf(path: readonly PropertyKey[]): string | undefined {
  const [top, index, member] = path;
  if (typeof top !== 'string') return undefined;
  if (typeof index !== 'number') return top;
  return typeof member === 'string' ? `${top}[${index}].${member}` : `${top}[${index}]`;
}
