import { type CfnResource, Stack } from 'aws-cdk-lib';
import { CfnManagedPolicy, CfnPolicy } from 'aws-cdk-lib/aws-iam';
import { CfnKey } from 'aws-cdk-lib/aws-kms';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { longestTextOf } from './environment-size.ts';

/** The share of a limit of AWS that a policy may use. The rest is a reserve. */
const SHARE_MAX = 0.95;

const KIB = 1_024;

/**
 * The limits of AWS in characters, without white space, and what makes a policy large. IAM adds up all inline policies of a
 * role, Lambda all permissions to invoke a function.
 */
const limits = {
  'inline policies': { charactersMax: 10_240, advice: 'shorten the names of the stack and of its resources' },
  'managed policy': { charactersMax: 6_144, advice: 'shorten the names of the stack and of its resources' },
  'key policy': { charactersMax: 32 * KIB, advice: 'name fewer protectedApis: each has a role in this policy' },
  'resource policy': { charactersMax: 20 * KIB, advice: 'let fewer APIs and rules invoke this function' },
} as const;

/** A policy of a resource, or the sum of all its policies, in characters, with each reference at its longest. */
export interface PolicySize {
  readonly kind: keyof typeof limits;
  readonly owner: string;
  readonly characters: number;
}

/**
 * Lets the synthesis fail if a policy below this construct would be too large for AWS. AWS would refuse it only during the
 * deployment.
 */
export function limitPolicies(scope: Construct): void {
  scope.node.addValidation({
    validate: () =>
      policySizes(scope).flatMap(({ kind, owner, characters }) => {
        const { charactersMax, advice } = limits[kind];
        const most = Math.floor(charactersMax * SHARE_MAX);
        if (characters <= most) return [];
        return [`The ${kind} of ${owner}: about ${characters} characters, ${most} at most; ${advice}.`];
      }),
  });
}

/** Measures all policies below a construct. */
export function policySizes(scope: Construct): readonly PolicySize[] {
  const sizes = scope.node.findAll().flatMap(sizesOf);
  const byOwner = Map.groupBy(sizes, ({ kind, owner }) => `${kind} ${owner}`);
  return [...byOwner.values()].flatMap(([first, ...more]) => {
    if (first === undefined) return [];
    return [{ ...first, characters: more.reduce((sum, { characters }) => sum + characters, first.characters) }];
  });
}

function sizesOf(construct: object): readonly PolicySize[] {
  if (CfnPolicy.isCfnPolicy(construct)) {
    const roles: readonly unknown[] = Stack.of(construct).resolve(construct.roles) ?? [];
    return roles.map((role) => sizeOf(construct, 'inline policies', { owner: role, policy: construct.policyDocument }));
  }
  if (CfnManagedPolicy.isCfnManagedPolicy(construct)) {
    return [sizeOf(construct, 'managed policy', { owner: construct.logicalId, policy: construct.policyDocument })];
  }
  if (CfnKey.isCfnKey(construct)) {
    return [sizeOf(construct, 'key policy', { owner: construct.logicalId, policy: construct.keyPolicy })];
  }
  if (CfnPermission.isCfnPermission(construct)) {
    return [sizeOf(construct, 'resource policy', { owner: construct.functionName, policy: statementOf(construct) })];
  }
  return [];
}

/** The statement that Lambda makes of a permission. */
function statementOf({ functionName, principal, action, sourceArn, logicalId }: CfnPermission): object {
  return {
    Sid: logicalId,
    Effect: 'Allow',
    Principal: { Service: principal },
    Action: action,
    Resource: functionName,
    Condition: { ArnLike: { 'AWS:SourceArn': sourceArn } },
  };
}

interface Owned {
  /** A name, or the expression of CloudFormation that refers to the owner. */
  readonly owner: unknown;
  readonly policy: unknown;
}

function sizeOf(construct: CfnResource, kind: PolicySize['kind'], { owner, policy }: Owned): PolicySize {
  const stack = Stack.of(construct);
  const named: unknown = stack.resolve(owner);
  return {
    kind,
    owner: typeof named === 'string' ? named : String(Object.values(named ?? {}).flat()[0]),
    characters: JSON.stringify(longest(stack.resolve(policy))).length,
  };
}

/** Replaces the expressions of CloudFormation in a resolved policy by their longest text. */
function longest(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(longest);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const isExpression = entries.length === 1 && /^(?:Ref|Fn::\w+)$/.test(entries[0]?.[0] ?? '');
  return isExpression ? longestTextOf(value) : Object.fromEntries(entries.map(([key, item]) => [key, longest(item)]));
}
