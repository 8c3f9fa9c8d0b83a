import { expect, test } from 'vitest';
import { authorizerPolicy, evaluatePolicy } from '#infra/local/gateway/authorizer-policy.ts';

const METHOD_ARN = 'arn:aws:execute-api:us-east-1:000000000000:local/dev/GET/pets/7';

function evaluate(Statement: unknown) {
  const policy = authorizerPolicy.parse({ principalId: 'client', policyDocument: { Statement } });
  return evaluatePolicy(policy, METHOD_ARN);
}

function allowing(Resource: string | string[], Action: string | string[] = 'execute-api:Invoke') {
  return { Effect: 'Allow', Action, Resource };
}

test.each([
  METHOD_ARN,
  '*',
  'arn:aws:execute-api:*:*:*',
  'arn:aws:execute-api:us-east-1:000000000000:local/*',
  'arn:aws:execute-api:us-east-1:000000000000:local/dev/*/pets/*',
  'arn:aws:execute-api:us-east-1:000000000000:local/dev/GET/pets/?',
])('allows what the resource %s covers', (resource) => {
  expect(evaluate([allowing(resource)])).toBe('allow');
});

test.each([
  'arn:aws:execute-api:us-east-1:000000000000:local/dev/GET/pets',
  'arn:aws:execute-api:us-east-1:000000000000:local/dev/POST/pets/7',
  'arn:aws:execute-api:us-east-1:000000000000:local/prod/GET/pets/7',
  'arn:aws:execute-api:us-east-1:000000000000:local/dev/GET/pets/??',
  'arn:aws:execute-api:us-east-1:000000000000:local/dev/get/pets/7',
  'arn.aws.execute-api.us-east-1.000000000000.local/dev/GET/pets/7',
  '.*',
  '',
])('does not allow what the resource "%s" leaves out', (resource) => {
  expect(evaluate([allowing(resource)])).toBe('implicit-deny');
});

test.each(['execute-api:Invoke', 'execute-api:*', 'EXECUTE-API:invoke', '*'])('takes the action %s', (action) => {
  expect(evaluate([allowing('*', action)])).toBe('allow');
});

test.each(['execute-api:ManageConnections', 'lambda:InvokeFunction', ''])('passes over the action "%s"', (action) => {
  expect(evaluate([allowing('*', action)])).toBe('implicit-deny');
});

test('a denial outweighs any permission, wherever it stands', () => {
  const denial = { Effect: 'Deny', Action: 'execute-api:Invoke', Resource: METHOD_ARN };
  expect(evaluate([denial, allowing('*')])).toBe('explicit-deny');
  expect(evaluate([allowing('*'), denial])).toBe('explicit-deny');
});

test('a denial of something else does not count', () => {
  const denial = { Effect: 'Deny', Action: 'execute-api:Invoke', Resource: `${METHOD_ARN}/toys` };
  expect(evaluate([allowing('*'), denial])).toBe('allow');
});

test('takes lists and single values alike', () => {
  expect(evaluate(allowing(['a', METHOD_ARN], ['b', '*']))).toBe('allow');
  expect(evaluate([])).toBe('implicit-deny');
});

test.each([
  { Effect: 'Allow', NotAction: 'x', Resource: '*' },
  { Effect: 'Allow', Action: '*', NotResource: 'x' },
  { Effect: 'Allow', Action: '*', Resource: '*', Condition: {} },
  { Effect: 'Allow', Action: '*' },
])('refuses a statement it cannot evaluate in full: %o', (statement) => {
  expect(() => evaluate([statement])).toThrow();
});
