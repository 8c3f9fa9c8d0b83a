import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { StoredSecret } from '#shared/domain/records/client.ts';

const TableName = 'mintmark-clients';

/** The members of a client's item that tests change. */
export interface StoredClient {
  readonly secrets: readonly StoredSecret[];
  readonly status: string;
  readonly [attribute: string]: unknown;
}

/** The item of a client in the table. */
export async function storedClient(id: string): Promise<StoredClient> {
  const { Item } = await send((client) => client.send(new GetCommand({ TableName, Key: { id } })));
  if (Item === undefined) throw new Error(`There is no client ${id}.`);
  return Item as unknown as StoredClient;
}

/** Changes the item of a client directly, into states that no route reaches. */
export async function changeStoredClient(
  id: string,
  change: (client: StoredClient) => Partial<StoredClient>,
): Promise<void> {
  const item = await storedClient(id);
  await send((client) => client.send(new PutCommand({ TableName, Item: { ...item, ...change(item) } })));
}

async function send<Answer>(call: (client: DynamoDBDocumentClient) => Promise<Answer>): Promise<Answer> {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  const answer = await call(client);
  client.destroy();
  return answer;
}
