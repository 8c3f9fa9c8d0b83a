import { expect, test } from 'vitest';
import { joinPolicies } from '#shared/adapters/deployment/join-policies.ts';

const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
const administration = {
  Sid: 'Administration',
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::111122223333:root' },
  Action: ['kms:PutKeyPolicy'],
  Resource: '*',
};
const signing = (...roles: readonly string[]) => ({
  Effect: 'Allow',
  Principal: { AWS: roles.length === 1 ? roles[0] : roles },
  Action: 'kms:Sign',
  Resource: '*',
  Condition: { StringEquals: { 'kms:SigningAlgorithm': 'ECDSA_SHA_256' } },
});

const policy = (...Statement: readonly object[]) => ({ Version: '2012-10-17', Statement });
const join = (next: object, current: object) => JSON.parse(joinPolicies(JSON.stringify(next), JSON.stringify(current)));

test('old and new roles stand side by side, and common statements stand once', () => {
  expect(join(policy(administration, signing(role('new'))), policy(administration, signing(role('old'))))).toEqual(
    policy(administration, signing(role('new')), signing(role('old'))),
  );
});

test('the same policy stays as it is', () => {
  const same = policy(administration, signing(role('one'), role('two')));
  expect(join(same, same)).toEqual(same);
});

test('an added statement loses its name, because names are unique in a policy', () => {
  const { Sid: _name, ...unnamed } = { ...administration, Action: ['kms:TagResource'] };
  expect(join(policy(administration), policy({ ...unnamed, Sid: 'Administration' }))).toEqual(
    policy(administration, unnamed),
  );
});

test('principals that KMS knows only by their id are left out, and with them a statement about no others', () => {
  const current = policy(signing('AROAEXAMPLEOFADELETEDROLE', role('old')), signing('AROAEXAMPLEOFADELETEDROLE'));
  expect(join(policy(administration), current)).toEqual(policy(administration, signing(role('old'))));
});
