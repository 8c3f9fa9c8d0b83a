import { RemovalPolicy } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { logicalIdOf, type Synthesized, synthesize } from './synthesize.ts';

const deployment = synthesize();

/** The functions whose roles the policy of keys names that Mintmark makes. */
const USERS = [
  'create-token',
  'exchange',
  'introspect',
  'discovery',
  'status-lists',
  'test-api',
  'rotate-signing-keys',
];

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DependsOn?: readonly string[];
}

const resourcesOf = ({ template }: Synthesized) => template.toJSON().Resources as Readonly<Record<string, Resource>>;

/** The ids of the custom resources of this type. */
const idsOf = (of: Synthesized, type: string) =>
  Object.entries(resourcesOf(of)).flatMap(([id, { Type }]) => (Type === type ? [id] : []));

const usersIn = (of: Synthesized) =>
  USERS.map((name) => {
    const handler = of.stack.mintmark.functions.get(name);
    return handler ? logicalIdOf(handler, of) : name;
  });

describe('Sound 19: the keys that Mintmark makes', () => {
  const admitted = idsOf(deployment, 'Custom::MintmarkAdmittedRoles');
  const settled = idsOf(deployment, 'Custom::MintmarkSettledRoles');
  const resources = resourcesOf(deployment);

  test('let new roles in before the functions change, and are ended after the functions', () => {
    expect(admitted).toHaveLength(1);
    for (const id of usersIn(deployment)) expect(resources[id]?.DependsOn).toContain(admitted[0]);
    const schedule = Object.values(resources).filter(({ Type }) => Type === 'AWS::Events::Rule');
    expect(schedule.filter(({ DependsOn = [] }) => DependsOn.includes(admitted[0] ?? ''))).toHaveLength(1);
  });

  test('let only the new roles in after the functions have changed', () => {
    expect(settled).toHaveLength(1);
    expect(resources[settled[0] ?? '']?.DependsOn).toEqual(expect.arrayContaining(usersIn(deployment)));
  });

  test('follow every change of their policy, because it is a property of both', () => {
    const { stack } = deployment;
    const policy = stack.resolve(stack.toJsonString(stack.mintmark.resources.signingKeys.policyOfMade));
    for (const [step, id = ''] of [
      ['admit', admitted[0]],
      ['settle', settled[0]],
    ]) {
      expect(resources[id]?.Properties).toMatchObject({ step, policy, removal: 'retain' });
    }
  });

  test('end with the deployment if the owner says so', () => {
    const disposable = synthesize({ removalPolicy: RemovalPolicy.DESTROY });
    const removals = ['Admitted', 'Settled'].flatMap((name) =>
      idsOf(disposable, `Custom::Mintmark${name}Roles`).map((id) => resourcesOf(disposable)[id]?.Properties.removal),
    );
    expect(removals).toEqual(['destroy', 'destroy']);
  });

  test('are known by an alias with the id of the stack, which no other deployment has', () => {
    const aliases = deployment.stack.resolve(deployment.stack.mintmark.resources.signingKeys.aliasPrefix);
    expect(JSON.stringify(aliases)).toContain('{"Fn::Select":[2,{"Fn::Split":["/",{"Ref":"AWS::StackId"}]}]}');
  });
});
