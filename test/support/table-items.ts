import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { type TableName, tableSchemas } from '#infra/table-schemas.ts';

type Item = Readonly<Record<string, unknown>>;

/** Everything in one of the workspace's tables, read past the product. */
export async function itemsOf(table: TableName): Promise<readonly Item[]> {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  const items: Item[] = [];
  let from: Item | undefined;
  do {
    const page = await client.send(new ScanCommand({ TableName: `mintmark-${table}`, ExclusiveStartKey: from }));
    items.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  client.destroy();
  return items;
}

/** What the workspace keeps and knows, which is all but the audit log; in an order of its own. */
export async function workspaceItems(): Promise<readonly string[]> {
  const tables = (Object.keys(tableSchemas) as TableName[]).filter((table) => table !== 'audit');
  const items = await Promise.all(tables.map(itemsOf));
  return items
    .flat()
    .map((item) => JSON.stringify(item))
    .sort();
}
