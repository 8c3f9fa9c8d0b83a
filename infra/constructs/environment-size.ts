import { Stack } from 'aws-cdk-lib';
import type { CfnFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';

/** Lambda takes 4,096 bytes, and counts quotes of JSON inside a value as two. The rest is a reserve. */
const ENVIRONMENT_BYTES_MAX = 3_584;

/** CloudFormation's own values, at their longest. */
const PSEUDO_PARAMETER_CHARACTERS: Readonly<Record<string, number>> = {
  'AWS::Partition': 'aws-us-gov'.length,
  'AWS::AccountId': '123456789012'.length,
  'AWS::Region': 'ap-southeast-1'.length,
};

/** The longest reference is the ARN of a role, whose name has 64 characters at most. */
const REFERENCE_CHARACTERS = 'arn:aws-us-gov:iam::123456789012:role/'.length + 64;

/**
 * Lets the synthesis fail if the environment of a function would be too large for Lambda. AWS would refuse it only
 * during the deployment.
 */
export function limitEnvironment(handler: LambdaFunction, name: string): void {
  handler.node.addValidation({
    validate: () => {
      const variables = variablesOf(handler);
      const bytes = bytesOf(variables);
      if (bytes <= ENVIRONMENT_BYTES_MAX) return [];
      const [largest] = Object.keys(variables).toSorted((a, b) => bytesOf(variables[b]) - bytesOf(variables[a]));
      return [
        `The environment of ${name} has about ${bytes} bytes, ${ENVIRONMENT_BYTES_MAX} at most. Its largest variable is ${largest}; shorten the setting that it is made from.`,
      ];
    },
  });
}

/** About how many bytes the environment of a function has in Lambda's count, with each reference at its longest. */
export function environmentBytes(handler: LambdaFunction): number {
  return bytesOf(variablesOf(handler));
}

function variablesOf(handler: LambdaFunction): Readonly<Record<string, string>> {
  const { environment } = handler.node.defaultChild as CfnFunction;
  const { variables = {} } = Stack.of(handler).resolve(environment) ?? {};
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, longestTextOf(value)]));
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** The value of a resolved expression of CloudFormation, with placeholders for what only AWS knows. */
export function longestTextOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref: reference, 'Fn::Join': join } = value as { Ref?: string; 'Fn::Join'?: [string, unknown[]] };
  if (join !== undefined) return join[1].map(longestTextOf).join(join[0]);
  return 'x'.repeat(PSEUDO_PARAMETER_CHARACTERS[reference ?? ''] ?? REFERENCE_CHARACTERS);
}
