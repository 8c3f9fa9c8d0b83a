import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTables } from '#infra/local/dynamo.ts';
import { type Engines, startEngines } from '#test/support/world/engines.ts';

let engines: Engines;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());

test('existing tables are found again', async () => {
  expect(await createTables('again')).toEqual(await createTables('again'));
});

test('a table of an older version is refused, and the error says what to do', async () => {
  const client = new DynamoDBClient({});
  await client.send(
    new CreateTableCommand({
      TableName: 'older-directory',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'key', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'key', KeyType: 'HASH' }],
    }),
  );
  client.destroy();
  await expect(createTables('older')).rejects.toThrow(
    'An older version wrote this data (older-directory lacks byList): delete its folder or set MINTMARK_DATA.',
  );
});
