import * as z from 'zod';
import { KmsError, validationError } from '../errors.ts';
import type { KeyStore } from '../key-store.ts';

/** The body of a successful answer; undefined for an empty body. */
export type Output = object | undefined;

/** A KMS operation: it takes the parsed JSON body, and returns an answer or throws a {@link KmsError}. */
export type Operation = (body: unknown, store: KeyStore) => Promise<Output>;

/**
 * Makes an operation of its input members and a function. Other members of the input are ignored, for example
 * `GrantTokens`.
 */
export function operation<Input>(
  members: z.ZodType<Input>,
  answer: (input: Input, store: KeyStore) => Output | Promise<Output>,
): Operation {
  return async (body, store) => answer(parseInput(members, body), store);
}

/** Describes a member with binary data: base64 in the request, bytes for the operation. */
export function blob(lengthMaxBytes: number) {
  return z
    .base64()
    .transform((text) => Buffer.from(text, 'base64'))
    .refine(({ length }) => length >= 1, 'Member must have length greater than or equal to 1')
    .refine(
      ({ length }) => length <= lengthMaxBytes,
      `Member must have length less than or equal to ${lengthMaxBytes}`,
    );
}

/** The member `KeyId`: key id, key ARN, alias name or alias ARN. */
export const keyIdMember = z.string().min(1).max(2048);

/** The member `EncryptionContext`; empty by default. */
export const encryptionContextMember = z.record(z.string(), z.string()).default({});

function parseInput<Input>(members: z.ZodType<Input>, body: unknown): Input {
  const parsed = members.safeParse(body, { reportInput: true });
  if (parsed.success) return parsed.data;

  const { issues } = parsed.error;
  if (issues.some(isWrongShape)) {
    throw new KmsError('SerializationException', 'The request has a member of the wrong type.');
  }
  const count = `${issues.length} validation error${issues.length === 1 ? '' : 's'} detected`;
  throw validationError(`${count}: ${issues.map(describeIssue).join('; ')}`);
}

/**
 * Recognises a member of the wrong type, such as a number for a string, or invalid base64. KMS has a separate error for
 * it.
 */
function isWrongShape(issue: z.core.$ZodIssue): boolean {
  if (issue.code === 'invalid_format') return issue.format === 'base64';
  return issue.code === 'invalid_type' && issue.input !== undefined;
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const member = issue.path.map((part) => String(part).replace(/^./, (first) => first.toLowerCase())).join('.');
  return `Value at '${member}' failed to satisfy constraint: ${describeConstraint(issue)}`;
}

function describeConstraint(issue: z.core.$ZodIssue): string {
  if (issue.code === 'custom') return issue.message;
  if (issue.input === undefined) return 'Member must not be null';
  if (issue.code === 'invalid_value') return `Member must satisfy enum value set: [${issue.values.join(', ')}]`;
  if (issue.code === 'too_small') {
    return `Member must have ${measureOf(issue.origin)} greater than or equal to ${issue.minimum}`;
  }
  if (issue.code === 'too_big') {
    return `Member must have ${measureOf(issue.origin)} less than or equal to ${issue.maximum}`;
  }
  if (issue.code === 'invalid_format') return `Member must satisfy regular expression pattern: ${issue.pattern ?? ''}`;
  return issue.message;
}

function measureOf(origin: string): string {
  return origin === 'number' || origin === 'int' ? 'value' : 'length';
}
