import { describe, expect, test } from 'vitest';
import { judge, type Request } from './judge.ts';
import { statementsOf } from './policy.ts';

const ROLE = 'arn:aws:iam::123456789012:role/exchange';
const ROOT = 'arn:aws:iam::123456789012:root';
const TABLE = 'arn:aws:dynamodb:eu-central-1:123456789012:table/Tokens';
const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/1';
const exchange = { functionName: 'exchange', roleArn: ROLE };

const policy = (...Statement: readonly object[]) => statementsOf({ Version: '2012-10-17', Statement });
const allow = (Action: string | readonly string[], Resource: string, Condition?: object) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
});
const permit = (principal: string, Action: string, Condition?: object) => ({
  ...allow(Action, '*', Condition),
  Principal: { AWS: principal },
});

const read: Request = { action: 'dynamodb:GetItem', resource: TABLE, context: {} };
const sign: Request = { action: 'kms:Sign', resource: KEY, keyArn: KEY, context: {} };

const byRole = (request: Request, ...statements: readonly object[]) =>
  judge(request, exchange, { role: policy(...statements), key: undefined });
const byKey = (request: Request, role: readonly object[], key: readonly object[]) =>
  judge(request, exchange, { role: policy(...role), key: policy(...key) }).isAllowed;

describe('the policy of a role', () => {
  test.each([
    ['permits what a statement names', allow('dynamodb:GetItem', TABLE), true],
    ['permits by one action of several', allow(['dynamodb:PutItem', 'dynamodb:GetItem'], TABLE), true],
    ['compares actions without case', allow('DynamoDB:getItem', TABLE), true],
    ['permits by patterns', allow('dynamodb:Get*', `${TABLE.slice(0, -1)}?`), true],
    ['refuses another action', allow('dynamodb:PutItem', TABLE), false],
    ['refuses an action that only begins alike', allow('dynamodb:Get', TABLE), false],
    ['refuses another table', allow('dynamodb:GetItem', `${TABLE}2`), false],
    ['refuses an index of the table', allow('dynamodb:GetItem', `${TABLE}/index/byOwner`), false],
    ['takes a dot for a dot', allow('dynamodb:GetItem', TABLE.replace('eu-central-1', 'eu.central.1')), false],
  ])('%s', (_, statement, expected) => {
    expect(byRole(read, statement).isAllowed).toBe(expected);
  });

  test('refuses without any statement, and says whose policy lacks it', () => {
    expect(byRole(read)).toEqual({
      isAllowed: false,
      reason: 'no statement of the role of exchange permits it',
      byRole: [],
      byKey: [],
    });
  });

  test('refuses what one statement permits and another denies', () => {
    const deny = { Effect: 'Deny', Action: 'dynamodb:*', Resource: '*' };
    expect(byRole(read, allow('dynamodb:GetItem', TABLE), deny).isAllowed).toBe(false);
  });
});

describe('a condition', () => {
  const holds = (Condition: object, context: Request['context']) =>
    byRole({ ...read, context }, allow('dynamodb:GetItem', TABLE, Condition)).isAllowed;
  const leading = (operator: string, ...values: readonly string[]) => ({
    [`ForAllValues:${operator}`]: { 'dynamodb:LeadingKeys': values },
  });
  const keys = (...values: readonly string[]) => ({ 'dynamodb:LeadingKeys': values });
  const spec = (operator: string, ...values: readonly string[]) => ({ [operator]: { 'kms:KeySpec': values } });
  const own = (value: string) => ({ 'kms:KeySpec': [value] });

  test.each([
    ['holds for all leading keys', leading('StringLike', 'dpop#*'), keys('dpop#1', 'dpop#2'), true],
    ['fails for one leading key of another kind', leading('StringLike', 'dpop#*'), keys('dpop#1', 'used#1'), false],
    ['holds for a key of one of several kinds', leading('StringLike', 'dpop#*', 'used#*'), keys('used#1'), true],
    ['holds for no leading key of a forbidden kind', leading('StringNotLike', 'pepper#*'), keys('role#1'), true],
    ['fails for a leading key of a forbidden kind', leading('StringNotLike', 'pepper#*'), keys('pepper#1'), false],
    ['of ForAllValues holds for a call without the key, as in AWS', leading('StringLike', 'dpop#*'), {}, true],
    [
      'of ForAnyValue fails for a call without the key',
      { 'ForAnyValue:StringLike': { 'aws:TagKeys': ['*'] } },
      {},
      false,
    ],
    [
      'of ForAnyValue holds for one tag of several',
      { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['a'] } },
      { 'aws:TagKeys': ['b', 'a'] },
      true,
    ],
    ['holds for an equal value', spec('StringEquals', 'RSA_2048'), own('RSA_2048'), true],
    ['fails for another value', spec('StringEquals', 'RSA_2048'), own('RSA_4096'), false],
    ['fails for an absent value', spec('StringEquals', 'RSA_2048'), {}, false],
    ['takes a star of StringEquals for a star', spec('StringEquals', 'RSA_*'), own('RSA_2048'), false],
    ['of StringNotEquals holds for an absent value', spec('StringNotEquals', 'RSA_2048'), {}, true],
    ['with IfExists holds for an absent value', spec('StringEqualsIfExists', 'RSA_2048'), {}, true],
    ['with IfExists fails for another value', spec('StringEqualsIfExists', 'RSA_2048'), own('RSA_4096'), false],
    ['of Null asks for an absent value', spec('Null', 'true'), {}, true],
    ['of Null refuses a present value', spec('Null', 'true'), own('RSA_2048'), false],
    [
      'compares the names of keys without case',
      { StringEquals: { 'KMS:keyspec': ['RSA_2048'] } },
      own('RSA_2048'),
      true,
    ],
    [
      'has to hold beside another',
      { ...spec('StringEquals', 'RSA_2048'), ...leading('StringLike', 'dpop#*') },
      { ...own('RSA_2048'), ...keys('used#1') },
      false,
    ],
  ])('%s', (_, condition, context, expected) => {
    expect(holds(condition, context)).toBe(expected);
  });

  test.each([
    ['an operator', { NumericLessThan: { 'kms:KeySpec': '1' } }, own('2')],
    ['a condition key', { StringEquals: { 'aws:SourceVpc': 'vpc-1' } }, { 'aws:SourceVpc': ['vpc-1'] }],
    ['a variable', spec('StringEquals', `\${aws:username}`), own('x')],
    ['a comparison of one value with several', spec('StringEquals', 'a'), { 'kms:KeySpec': ['a', 'a'] }],
  ])('with %s that the judge does not know refuses', (_, condition, context) => {
    expect(holds(condition, context)).toBe(false);
  });

  test.each(['NotAction', 'NotResource', 'NotPrincipal'])('beside "%s" is not read at all', (member) => {
    expect(() => policy({ ...allow('kms:Sign', '*'), [member]: 'kms:Sign' })).toThrow(member);
  });
});

describe('the policy of a key', () => {
  const onKey = allow('kms:Sign', KEY);

  test.each([
    ['permits the role that it names', [], [permit(ROLE, 'kms:Sign')], true],
    ['permits what it leaves to the account, if the role’s policy permits it', [onKey], [permit(ROOT, 'kms:*')], true],
    ['knows the account by its number', [onKey], [permit('123456789012', 'kms:Sign')], true],
    ['permits nothing that it leaves to the account alone', [], [permit(ROOT, 'kms:*')], false],
    ['refuses what the role’s policy alone permits', [onKey], [], false],
    ['refuses what it leaves to another account', [onKey], [permit('arn:aws:iam::999999999999:root', 'kms:*')], false],
    ['refuses what it permits to another role', [onKey], [permit(`${ROLE}2`, 'kms:Sign')], false],
    ['refuses another action', [onKey], [permit(ROLE, 'kms:GetPublicKey')], false],
    [
      'refuses what it denies',
      [onKey],
      [permit(ROLE, 'kms:Sign'), { ...permit(ROLE, 'kms:*'), Effect: 'Deny' }],
      false,
    ],
    [
      'refuses if its condition fails',
      [onKey],
      [permit(ROLE, 'kms:Sign', { StringEquals: { 'kms:SigningAlgorithm': 'ECDSA_SHA_256' } })],
      false,
    ],
  ])('%s', (_, role, key, expected) => {
    expect(byKey(sign, role, key)).toBe(expected);
  });

  test('permits through a service what its condition says', () => {
    const through = { 'kms:ViaService': ['dynamodb.eu-central-1.amazonaws.com'] };
    const decrypt: Request = { ...sign, action: 'kms:Decrypt', context: through };
    const condition = { StringEquals: { 'kms:ViaService': 'dynamodb.eu-central-1.amazonaws.com' } };
    const role = [allow('kms:Decrypt', KEY, condition)];
    const key = [permit(ROOT, 'kms:Decrypt', condition)];
    expect([byKey(decrypt, role, key), byKey({ ...decrypt, context: {} }, role, key)]).toEqual([true, false]);
  });
});
