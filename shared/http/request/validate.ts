import type * as z from 'zod';
import { DomainError } from '#shared/domain/errors.ts';

/** A name as this API has them. Other text in the place of a name can be a secret, and is not repeated (A14). */
const SHOWABLE_NAME = /^[A-Za-z_]{1,40}$/;

/**
 * Checks input against its schema. A loose schema (`z.object`) drops members that it does not know (A5), a strict
 * schema (`z.strictObject`) refuses them (A18).
 * @throws DomainError `invalid_request`, which names the member at fault and never repeats its value (A14)
 */
export function validate(schema: z.ZodType, input: unknown): unknown {
  const result = schema.safeParse(input, { reportInput: true });
  if (result.success) return result.data;
  const { issues } = result.error;
  const unknown = issues.find((issue) => issue.code === 'unrecognized_keys');
  if (unknown !== undefined) throw unknownMember(unknown);
  const issue = issues[0];
  const field = issue && nameOf(issue.path);
  const isMissing = issue?.code === 'invalid_type' && issue.input === undefined;
  const fault = isMissing
    ? 'is missing'
    : issue?.code === 'custom' || issue?.code === 'invalid_format'
      ? issue.message
      : 'has a value of the wrong kind or size';
  throw new DomainError('invalid_request', `'${field ?? 'body'}' ${fault}.`, field === undefined ? {} : { field });
}

/** Makes the error for a member that a strict schema does not know. All other names of its path are the schema's own. */
function unknownMember({ path, keys }: z.core.$ZodIssueUnrecognizedKeys): DomainError {
  const [name = ''] = keys;
  if (!SHOWABLE_NAME.test(name)) {
    return new DomainError('invalid_request', 'The request has a member that this operation does not know.');
  }
  const field = [...path, name]
    .reduce<string>(
      (parent, part) => (typeof part === 'number' ? `${parent}[${part}]` : `${parent}.${String(part)}`),
      '',
    )
    .slice(1);
  return new DomainError('invalid_request', `'${field}' is not a member that this operation knows.`, { field });
}

/** Names the member at fault by names of the schema only. In free-form objects, the names are the caller's own text. */
function nameOf(path: readonly PropertyKey[]): string | undefined {
  const [top, index, member] = path;
  if (typeof top !== 'string') return undefined;
  if (typeof index !== 'number') return top;
  return typeof member === 'string' ? `${top}[${index}].${member}` : `${top}[${index}]`;
}
