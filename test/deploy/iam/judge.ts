import { type Context, doConditionsHold } from './conditions.ts';
import { globToRegExp } from './glob.ts';
import type { Statement } from './policy.ts';

/** What AWS authorizes: one action on one resource. A call can need several. */
export interface Request {
  readonly action: string;
  readonly resource: string;
  /** The ARN of the KMS key whose policy also decides; undefined if only the role's policy decides. */
  readonly keyArn?: string;
  readonly context: Context;
}

/** A right that a policy gives: one action of one statement and, in a key policy, for one principal. */
export interface Grant {
  /** The function that has the right, or the principal's ARN if it is no function. */
  readonly who: string;
  /** The policy that gives it: `role`, or the key. */
  readonly from: string;
  readonly action: string;
  readonly statement: Statement;
}

/** A function as its policies name it. */
export interface Principal {
  readonly functionName: string;
  readonly roleArn: string;
}

/** The policies that decide about one request of one function. */
export interface Policies {
  readonly role: readonly Statement[];
  /** The statements of the key's policy; undefined if the request is about no key. */
  readonly key: readonly Statement[] | undefined;
}

/** The judgement about a request, with the statements that permit it. */
export interface Judgement {
  readonly isAllowed: boolean;
  /** Why it is refused; empty if it is allowed. */
  readonly reason: string;
  readonly byRole: readonly Statement[];
  readonly byKey: readonly Statement[];
}

/** Condition keys that a request of each service always answers, present or absent. Others cannot be judged. */
const KNOWN_KEYS =
  /^(?:aws:(?:RequestTag\/.+|ResourceTag\/.+|TagKeys|PrincipalArn|PrincipalAccount)|dynamodb:LeadingKeys|kms:(?:SigningAlgorithm|MessageType|EncryptionContext:.+|EncryptionContextKeys|KeyUsage|KeySpec|ResourceAliases|ViaService|CallerAccount|GrantIsForAWSResource|ScheduleKeyDeletionPendingWindowInDays))$/i;

/**
 * Judges a request as AWS does within one account: a deny ends it, the role's policy permits it, and at a KMS key the
 * key's policy permits it to the role itself, or leaves it to the role's policy by naming the account.
 */
export function judge(request: Request, { functionName, roleArn }: Principal, { role, key }: Policies): Judgement {
  try {
    const isOfAccount = (principal: string) => principal === accountOf(roleArn) || principal === rootOf(roleArn);
    const isRole = (principal: string) => principal === roleArn || principal === '*';
    const matchingRole = role.filter((statement) => matches(statement, request));
    const matchingKey = (key ?? []).filter((statement) => matches({ ...statement, resources: ['*'] }, request));
    const byRole = allowing(matchingRole);
    const named = matchingKey.filter(({ principals }) => principals.some(isRole));
    const delegated = matchingKey.filter(({ principals }) => principals.some(isOfAccount));
    const denying = [...matchingRole, ...named, ...delegated].filter(({ effect }) => effect === 'Deny');
    const refuse = (reason: string): Judgement => ({ isAllowed: false, reason, byRole: [], byKey: [] });
    if (denying.length > 0) return refuse('a statement denies it');
    if (key === undefined) {
      return byRole.length > 0 ? allow(byRole, []) : refuse(`no statement of the role of ${functionName} permits it`);
    }
    if (allowing(named).length > 0) return allow(byRole, allowing(named));
    if (allowing(delegated).length === 0)
      return refuse('the key’s policy permits it neither to the role nor to the account');
    return byRole.length > 0
      ? allow(byRole, allowing(delegated))
      : refuse('the key’s policy leaves it to the role, whose policy does not permit it');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { isAllowed: false, reason: `it cannot be judged: ${reason}`, byRole: [], byKey: [] };
  }
}

function allow(byRole: readonly Statement[], byKey: readonly Statement[]): Judgement {
  return { isAllowed: true, reason: '', byRole, byKey };
}

function allowing(statements: readonly Statement[]): readonly Statement[] {
  return statements.filter(({ effect }) => effect === 'Allow');
}

/** Tells whether a statement is about a request. IAM compares actions without case, and resources with it. */
function matches({ actions, resources, conditions }: Statement, { action, resource, context }: Request): boolean {
  if (!actions.some((pattern) => isActionIn(pattern, action))) return false;
  if (!resources.some((pattern) => globToRegExp(pattern).test(resource))) return false;
  const unknown = Object.values(conditions)
    .flatMap(Object.keys)
    .find((name) => !KNOWN_KEYS.test(name));
  if (unknown !== undefined) throw new Error(`the judge does not know the condition key "${unknown}"`);
  return doConditionsHold(conditions, context);
}

/** Tells whether a statement's action, which may be a pattern, is or contains this action. */
export function isActionIn(pattern: string, action: string): boolean {
  return globToRegExp(pattern.toLowerCase()).test(action.toLowerCase());
}

function accountOf(roleArn: string): string {
  return roleArn.split(':')[4] ?? '';
}

function rootOf(roleArn: string): string {
  return `arn:aws:iam::${accountOf(roleArn)}:root`;
}
