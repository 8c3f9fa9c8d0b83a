import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Adapter } from 'oidc-provider';
import { createTables } from '#infra/local/dynamo.ts';
import { awsClientSettings } from '#shared/adapters/aws-client.ts';

/** Stores the records of oidc-provider in its own DynamoDB table, with strongly consistent reads as in Mintmark. */
export async function dynamoAdapters(): Promise<(model: string) => Adapter> {
  const { tokens: TableName } = await createTables('oidc-provider');
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(awsClientSettings), {
    marshallOptions: { removeUndefinedValues: true },
  });
  return (model) => ({
    find: async (id) => {
      const Key = { key: `${model}:${id}` };
      const { Item } = await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
      return Item?.payload as object | undefined;
    },
    upsert: async (id, payload) => {
      await client.send(new PutCommand({ TableName, Item: { key: `${model}:${id}`, payload } }));
    },
  });
}
