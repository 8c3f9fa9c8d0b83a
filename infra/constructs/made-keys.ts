import { CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { LambdaTable } from '#shared/api/table.ts';
import { tables } from '#shared/api/tables.ts';
import { keepSigningKeys } from '#shared/api/without-routes.ts';
import { grants } from '../grants.ts';
import type { SigningKeys } from './signing-keys.ts';

/** A minute more than the function has. CloudFormation would wait for an hour. */
const ANSWER_MINUTES_MAX = 6;

/** The keys that the product makes, and the functions that use them. */
export interface MadeKeysProps {
  readonly signingKeys: SigningKeys;
  /** Name → function. */
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  readonly removalPolicy: RemovalPolicy;
}

/**
 * Keeps the signing keys that the product makes in step with the deployment, by two custom resources. `AdmittedRoles`
 * comes before the functions that use these keys, and so is deleted after them. `SettledRoles` comes after them. Both
 * change when the policy of these keys changes.
 */
export class MadeKeys extends Construct {
  constructor(scope: Construct, id: string, { signingKeys, functions, removalPolicy }: MadeKeysProps) {
    super(scope, id);
    const keeper = functions.get(keepSigningKeys.name);
    if (keeper === undefined) throw new Error(`There is no function ${keepSigningKeys.name}.`);
    const removal = removalPolicy === RemovalPolicy.DESTROY ? 'destroy' : 'retain';
    const create = (name: string, step: 'admit' | 'settle') =>
      new CustomResource(this, name, {
        serviceToken: keeper.functionArn,
        resourceType: `Custom::Mintmark${name}`,
        serviceTimeout: Duration.minutes(ANSWER_MINUTES_MAX),
        properties: { step, removal, policy: Stack.of(this).toJsonString(signingKeys.policyOfMade) },
      });
    const admitted = create('AdmittedRoles', 'admit');
    const settled = create('SettledRoles', 'settle');
    for (const user of usersOf(functions)) {
      user.node.addDependency(admitted);
      settled.node.addDependency(user);
    }
  }
}

/** The functions whose roles the policy of made keys names. */
function usersOf(functions: ReadonlyMap<string, LambdaFunction>): readonly LambdaFunction[] {
  const using = (tables as readonly LambdaTable[]).filter(({ grants: granted }) =>
    granted.some((grant) => grants[grant].statements.some(({ resources }) => resources.includes('madeKeys'))),
  );
  return using.flatMap(({ name }) => functions.get(name) ?? []);
}
