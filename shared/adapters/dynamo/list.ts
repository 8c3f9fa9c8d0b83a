import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Page, PageRequest } from '#shared/domain/ports.ts';
import { rethrowAsUnavailable } from '../aws-client.ts';
import { readCursor, writeCursor } from './cursor.ts';

interface ListQuery<Item> {
  readonly table: string;
  readonly index: { readonly name: string; readonly partitionKey: string };
  readonly partition: string;
  /** The table's own key of the item whose key a cursor names. */
  readonly keyOf: (key: string) => Readonly<Record<string, string>>;
  readonly parse: (item: Readonly<Record<string, unknown>>) => Item;
}

/** Reads one page of a list index, at the cost of that page only. */
export async function readPage<Item>(
  client: DynamoDBDocumentClient,
  { table, index, partition, keyOf, parse }: ListQuery<Item>,
  { limit, cursor }: PageRequest,
): Promise<Page<Item>> {
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const answer = await client
    .send(
      new QueryCommand({
        TableName: table,
        IndexName: index.name,
        KeyConditionExpression: '#partition = :partition',
        ExpressionAttributeNames: { '#partition': index.partitionKey },
        ExpressionAttributeValues: { ':partition': partition },
        // DynamoDB names a place to go on from also where nothing follows; one item more tells the two apart.
        Limit: limit + 1,
        ...(after && {
          ExclusiveStartKey: { ...keyOf(after.key), [index.partitionKey]: partition, order: after.order },
        }),
      }),
    )
    .catch(rethrowAsUnavailable);
  const found = answer.Items ?? [];
  const shown = found.slice(0, limit);
  const last = found.length > limit ? shown.at(-1) : answer.LastEvaluatedKey;
  return { items: shown.map(parse), ...(last && { nextCursor: writeCursor(last.order) }) };
}
