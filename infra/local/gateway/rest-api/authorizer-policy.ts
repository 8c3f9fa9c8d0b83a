import * as z from 'zod';

const oneOrMore = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());

/** A statement of an IAM policy. It is strict: to ignore a Condition or NotResource would allow too much. */
const statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: oneOrMore,
  Resource: oneOrMore,
});

const policyDocument = z.object({
  Version: z.string().optional(),
  Statement: z.union([statement, z.array(statement)]).transform((value) => [value].flat()),
});

/** The answer that a REST API needs from its authorizer. The values of the context cannot be objects or lists. */
export const authorizerPolicy = z.object({
  principalId: z.string(),
  policyDocument,
  context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullish(),
});

/** A policy with its principal and context. */
export type AuthorizerPolicy = z.infer<typeof authorizerPolicy>;

/** The action that the policy must allow. */
const INVOKE_ACTION = 'execute-api:Invoke';

/** Evaluates a policy for a request as IAM does: Deny overrides Allow, and without either the request is denied. */
export function evaluatePolicy(
  policy: AuthorizerPolicy,
  methodArn: string,
): 'allow' | 'explicit-deny' | 'implicit-deny' {
  const effects = policy.policyDocument.Statement.filter(
    ({ Action, Resource }) =>
      // IAM ignores upper and lower case in actions, but not in resources.
      Action.some((action) => matchesPattern(action.toLowerCase(), INVOKE_ACTION.toLowerCase())) &&
      Resource.some((resource) => matchesPattern(resource, methodArn)),
  ).map(({ Effect }) => Effect);
  if (effects.includes('Deny')) return 'explicit-deny';
  return effects.includes('Allow') ? 'allow' : 'implicit-deny';
}

/** Matches a pattern of IAM: `*` matches any characters, also slashes; `?` matches exactly one character. */
function matchesPattern(pattern: string, text: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`, 's').test(text);
}
