import { expect, test } from 'vitest';
import { authorizerPolicy, evaluatePolicy } from '#infra/local/gateway/rest-api/authorizer-policy.ts';

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
])('a policy allows a request that its resource %s matches', (resource) => {
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
])('a policy does not allow a request that its resource "%s" does not match', (resource) => {
  expect(evaluate([allowing(resource)])).toBe('implicit-deny');
});

test.each(['execute-api:Invoke', 'execute-api:*', 'EXECUTE-API:invoke', '*'])(
  'a policy allows a request with the action %s',
  (action) => {
    expect(evaluate([allowing('*', action)])).toBe('allow');
  },
);

test.each(['execute-api:ManageConnections', 'lambda:InvokeFunction', ''])(
  'a policy ignores a statement with the action "%s"',
  (action) => {
    expect(evaluate([allowing('*', action)])).toBe('implicit-deny');
  },
);

test('Deny overrides Allow in any order', () => {
  const denial = { Effect: 'Deny', Action: 'execute-api:Invoke', Resource: METHOD_ARN };
  expect(evaluate([denial, allowing('*')])).toBe('explicit-deny');
  expect(evaluate([allowing('*'), denial])).toBe('explicit-deny');
});

test('Deny of another resource or action has no effect', () => {
  const denial = { Effect: 'Deny', Action: 'execute-api:Invoke', Resource: `${METHOD_ARN}/toys` };
  expect(evaluate([allowing('*'), denial])).toBe('allow');
});

test('a policy may have lists or single values', () => {
  expect(evaluate(allowing(['a', METHOD_ARN], ['b', '*']))).toBe('allow');
  expect(evaluate([])).toBe('implicit-deny');
});

test.each([
  { Effect: 'Allow', NotAction: 'x', Resource: '*' },
  { Effect: 'Allow', Action: '*', NotResource: 'x' },
  { Effect: 'Allow', Action: '*', Resource: '*', Condition: {} },
  { Effect: 'Allow', Action: '*' },
])('a policy with a statement that cannot be evaluated is refused: %o', (statement) => {
  expect(() => evaluate([statement])).toThrow();
});
