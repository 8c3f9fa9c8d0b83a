import { ArnPrincipal, Policy, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { describe, expect, test } from 'vitest';
import { environmentBytes } from '#infra/constructs/environment-size.ts';
import { policySizes } from '#infra/constructs/policy-size.ts';
import { prepare, synthesize } from './synthesize.ts';

const largest = {
  signingAlgorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
  importedSecrets: true,
  hs256Apis: true,
  issuer: `https://${'a'.repeat(60)}.${'b'.repeat(60)}.example.com`,
  defaultAudience: `https://api.example.com/${'c'.repeat(100)}`,
} as const;

describe('the limits of AWS', () => {
  const { stack, template } = synthesize(largest);

  test('Sound 20: every environment has 3,584 bytes at most, as Lambda counts', () => {
    const sizes = [...stack.mintmark.functions].map(([name, handler]) => ({ name, bytes: environmentBytes(handler) }));
    expect(sizes.filter(({ bytes }) => bytes > 3_584)).toEqual([]);
  });

  test('Sound 20: an environment that is too large fails the synthesis, and the error names its largest variable', () => {
    const { app } = prepare({ ...largest, defaultAudience: `https://api.example.com/${'c'.repeat(3_500)}` });
    expect(() => app.synth()).toThrow(
      /The environment of exchange has about \d+ bytes, 3584 at most. Its largest variable is MINTMARK_DEFAULT_AUDIENCE;/,
    );
  });

  test('every policy has 95 % of the characters at most that AWS takes', () => {
    const most = {
      'inline policies': 9_728,
      'managed policy': 5_836,
      'key policy': 31_129,
      'resource policy': 19_456,
    };
    const sizes = policySizes(stack);
    expect(sizes.filter(({ kind, characters }) => characters > most[kind])).toEqual([]);
    const kinds = Map.groupBy(sizes, ({ kind }) => kind);
    expect(Object.fromEntries([...kinds].map(([kind, { length }]) => [kind, length]))).toEqual({
      'key policy': 5,
      'inline policies': stack.mintmark.functions.size,
      'resource policy': stack.mintmark.functions.size - 5,
    });
  });

  test('the sum of inline policies is as IAM counts, with each reference at its longest', () => {
    const [role] = policySizes(stack).filter(({ owner }) => owner.startsWith('ServiceDefaultRouteRole'));
    const logGroup = 'x'.repeat(102);
    const statements = [
      { Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], Effect: 'Allow', Resource: '*' },
      { Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Effect: 'Allow', Resource: logGroup },
    ];
    const policy = JSON.stringify({ Statement: statements, Version: '2012-10-17' });
    expect(role).toEqual({ kind: 'inline policies', owner: role?.owner, characters: policy.length });
  });

  /** A statement about this many resources, for this role or for a caller of the role's own policy. */
  const statementAbout = (resources: number, principal?: ArnPrincipal) =>
    new PolicyStatement({
      actions: ['dynamodb:GetItem'],
      resources: Array.from(
        { length: resources },
        (_, index) => `arn:aws:dynamodb:eu-central-1:111122223333:table/${index}`,
      ),
      ...(principal && { principals: [principal] }),
    });

  test('a key policy that is too large fails the synthesis, and the error names the setting', () => {
    const { app, stack: crowded } = prepare();
    const principal = new ArnPrincipal('arn:aws:iam::111122223333:role/other');
    crowded.mintmark.resources.encryptionKey.addToResourcePolicy(statementAbout(600, principal));
    expect(() => app.synth()).toThrow(
      /The key policy of ServiceEncryptionKey\w+: about \d+ characters, 31129 at most; name fewer protectedApis/,
    );
  });

  test('inline policies of a role that are too large together fail the synthesis', () => {
    const { app, stack: crowded } = prepare();
    const { role } = crowded.mintmark.bootstrapFunction;
    for (const id of ['One', 'Other']) {
      role?.attachInlinePolicy(new Policy(crowded.mintmark, id, { statements: [statementAbout(100)] }));
    }
    expect(() => app.synth()).toThrow(
      /The inline policies of ServiceBootstrapRole\w+: about \d+ characters, 9728 at most; shorten the names/,
    );
  });

  test('a function that too many others may invoke fails the synthesis', () => {
    const { app, stack: crowded } = prepare();
    for (let index = 0; index < 120; index += 1) {
      crowded.mintmark.bootstrapFunction.addPermission(`Permission${index}`, {
        principal: new ServicePrincipal('events.amazonaws.com'),
        sourceArn: `arn:aws:events:eu-central-1:111122223333:rule/${index}`,
      });
    }
    expect(() => app.synth()).toThrow(/The resource policy of \w+: about \d+ characters, 19456 at most; let fewer/);
  });

  test('the stack has 400 resources and 240 routes at most, of 500 and 300', () => {
    const { Resources } = template.toJSON() as { Resources: Record<string, { Type: string }> };
    const types = Object.values(Resources).map(({ Type }) => Type);
    expect(types.length).toBeLessThanOrEqual(400);
    expect(types.filter((type) => type === 'AWS::ApiGatewayV2::Route').length).toBeLessThanOrEqual(240);
  });
});
