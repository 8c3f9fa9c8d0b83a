import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Environment } from '#shared/ports.ts';
import { awsClientSettings } from '../aws-client.ts';

const clients = new WeakMap<Environment, DynamoDBDocumentClient>();

/**
 * Returns the DynamoDB client of a function. All adapters of the function get the same client and share its
 * connections.
 */
export function documentClient(environment: Environment): DynamoDBDocumentClient {
  const known = clients.get(environment);
  if (known !== undefined) return known;
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(awsClientSettings), {
    marshallOptions: { removeUndefinedValues: true },
  });
  clients.set(environment, client);
  return client;
}
