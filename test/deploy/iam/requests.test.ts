import { describe, expect, test } from 'vitest';
import { type Account, requestsOf } from './requests.ts';

const PLACE = 'eu-central-1:123456789012';
const KEY = `arn:aws:kms:${PLACE}:key/1`;
const arnOf = (table: string) => `arn:aws:dynamodb:${PLACE}:table/${table}`;

const account: Account = {
  place: PLACE,
  table: async (name) => ({ arn: arnOf(name), partitionKey: 'key', keyArn: undefined }),
  key: async () => ({
    arn: KEY,
    spec: 'RSA_2048',
    usage: 'SIGN_VERIFY',
    tags: { stage: 'test' },
    aliases: ['alias/a'],
  }),
};
const encrypted: Account = { ...account, table: async (name) => ({ ...(await account.table(name)), keyArn: KEY }) };

const item = (key: string) => ({ key: { S: key } });

describe('a call to DynamoDB', () => {
  test.each([
    ['GetItem', { TableName: 'Tokens', Key: item('dpop#1') }],
    ['DeleteItem', { TableName: 'Tokens', Key: item('dpop#1') }],
    ['UpdateItem', { TableName: 'Tokens', Key: item('dpop#1') }],
    ['PutItem', { TableName: 'Tokens', Item: { ...item('dpop#1'), other: { S: 'used#1' } } }],
  ])('%s is a request about its table, with the key of its item', async (operation, body) => {
    const action = `dynamodb:${operation}`;
    expect(await requestsOf({ action, body }, account)).toEqual([
      { action, resource: arnOf('Tokens'), context: { 'dynamodb:LeadingKeys': ['dpop#1'] } },
    ]);
  });

  test('BatchGetItem is a request about each table, with the keys of all its items', async () => {
    const action = 'dynamodb:BatchGetItem';
    const RequestItems = { Tokens: { Keys: [item('a#1'), item('b#1')] }, Directory: { Keys: [item('c#1')] } };
    expect(await requestsOf({ action, body: { RequestItems } }, account)).toEqual([
      { action, resource: arnOf('Tokens'), context: { 'dynamodb:LeadingKeys': ['a#1', 'b#1'] } },
      { action, resource: arnOf('Directory'), context: { 'dynamodb:LeadingKeys': ['c#1'] } },
    ]);
  });

  test('Query is a request about the index that it reads', async () => {
    const action = 'dynamodb:Query';
    const body = { TableName: 'Clients', IndexName: 'byOwner' };
    expect(await requestsOf({ action, body }, account)).toEqual([
      { action, resource: `${arnOf('Clients')}/index/byOwner`, context: {} },
    ]);
  });

  test('is also a request of DynamoDB about the key of the table', async () => {
    const call = { action: 'dynamodb:Query', body: { TableName: 'Audit' } };
    expect((await requestsOf(call, encrypted))[1]).toEqual({
      action: 'kms:Decrypt',
      resource: KEY,
      keyArn: KEY,
      context: {
        'kms:ViaService': ['dynamodb.eu-central-1.amazonaws.com'],
        'kms:CallerAccount': ['123456789012'],
        'kms:EncryptionContext:aws:dynamodb:tableName': ['Audit'],
        'kms:EncryptionContext:aws:dynamodb:subscriberId': ['123456789012'],
        'kms:EncryptionContextKeys': ['aws:dynamodb:tableName', 'aws:dynamodb:subscriberId'],
      },
    });
  });
});

describe('a call to KMS', () => {
  const ofKey = {
    'kms:CallerAccount': ['123456789012'],
    'kms:KeySpec': ['RSA_2048'],
    'kms:KeyUsage': ['SIGN_VERIFY'],
    'kms:ResourceAliases': ['alias/a'],
    'aws:ResourceTag/stage': ['test'],
  };

  test('is a request about the key that it names, with the algorithm', async () => {
    const body = { KeyId: 'alias/a', SigningAlgorithm: 'ECDSA_SHA_256', MessageType: 'DIGEST' };
    const context = { ...ofKey, 'kms:SigningAlgorithm': ['ECDSA_SHA_256'], 'kms:MessageType': ['DIGEST'] };
    expect(await requestsOf({ action: 'kms:Sign', body }, account)).toEqual([
      { action: 'kms:Sign', resource: KEY, keyArn: KEY, context },
    ]);
  });

  test('has the encryption context that it sends', async () => {
    const body = { KeyId: KEY, EncryptionContext: { mintmark: 'pepper' } };
    const [request] = await requestsOf({ action: 'kms:Decrypt', body }, account);
    expect(request?.context).toEqual({
      ...ofKey,
      'kms:EncryptionContextKeys': ['mintmark'],
      'kms:EncryptionContext:mintmark': ['pepper'],
    });
  });

  test('that makes a key with tags is also a request to tag it', async () => {
    const body = { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY', Tags: [{ TagKey: 'stage', TagValue: 'test' }] };
    const context = {
      'kms:CallerAccount': ['123456789012'],
      'kms:KeyUsage': ['SIGN_VERIFY'],
      'kms:KeySpec': ['RSA_2048'],
      'aws:TagKeys': ['stage'],
      'aws:RequestTag/stage': ['test'],
    };
    expect(await requestsOf({ action: 'kms:CreateKey', body }, account)).toEqual([
      { action: 'kms:CreateKey', resource: '*', context },
      { action: 'kms:TagResource', resource: `arn:aws:kms:${PLACE}:key/new`, context },
    ]);
  });
});

test('CreateAlias is a request about the alias, and one about its key', async () => {
  const action = 'kms:CreateAlias';
  const requests = await requestsOf({ action, body: { AliasName: 'alias/mintmark/x', TargetKeyId: '1' } }, account);
  expect(requests.map(({ resource, keyArn }) => [resource, keyArn])).toEqual([
    [`arn:aws:kms:${PLACE}:alias/mintmark/x`, undefined],
    [KEY, KEY],
  ]);
});

test('PutEvents is a request about each bus that it names', async () => {
  const body = { Entries: [{ EventBusName: 'mintmark' }, { EventBusName: 'mintmark' }, {}] };
  const bus = (name: string) => ({
    action: 'events:PutEvents',
    resource: `arn:aws:events:${PLACE}:event-bus/${name}`,
    context: {},
  });
  expect(await requestsOf({ action: 'events:PutEvents', body }, account)).toEqual([bus('mintmark'), bus('default')]);
});

test.each(['dynamodb:Scan', 'dynamodb:TransactWriteItems', 'events:PutRule', 's3:GetObject', 'kms:GenerateRandom'])(
  'the judge says of %s that it does not know it',
  async (action) => {
    await expect((async () => requestsOf({ action, body: { TableName: 'Tokens' } }, account))()).rejects.toThrow(
      action,
    );
  },
);
