import * as z from 'zod';

const oneOrMore = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());

/** Strict, because a statement whose Condition or NotResource were ignored would allow too much. */
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

/** What a REST API's authorizer must answer. Context values may not be nested. */
export const authorizerPolicy = z.object({
  principalId: z.string(),
  policyDocument,
  context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullish(),
});

/** A policy with its principal and context. */
export type AuthorizerPolicy = z.infer<typeof authorizerPolicy>;

/** The action API Gateway asks about. */
const INVOKE_ACTION = 'execute-api:Invoke';

/** Evaluates a policy for one request as IAM does: a denial outweighs any permission, and silence denies. */
export function evaluatePolicy(
  policy: AuthorizerPolicy,
  methodArn: string,
): 'allow' | 'explicit-deny' | 'implicit-deny' {
  const effects = policy.policyDocument.Statement.filter(
    ({ Action, Resource }) =>
      // IAM compares actions without case and resources with it.
      Action.some((action) => matchesPattern(action.toLowerCase(), INVOKE_ACTION.toLowerCase())) &&
      Resource.some((resource) => matchesPattern(resource, methodArn)),
  ).map(({ Effect }) => Effect);
  if (effects.includes('Deny')) return 'explicit-deny';
  return effects.includes('Allow') ? 'allow' : 'implicit-deny';
}

/** `*` stands for any characters, slashes included, `?` for exactly one. */
function matchesPattern(pattern: string, text: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`, 's').test(text);
}
