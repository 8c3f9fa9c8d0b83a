import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  ScanCommand,
  type ScanCommandInput,
  type ScanCommandOutput,
} from '@aws-sdk/lib-dynamodb';
import { type TableName, tableSchemas } from '#infra/constructs/table-schemas.ts';

type Item = Readonly<Record<string, unknown>>;

const everyTable = Object.keys(tableSchemas) as TableName[];
/** The tables of the workspace without the audit log. */
const workspaceTables = everyTable.filter((table) => table !== 'audit');

/** All items of one of the workspace's tables, read without the product. */
export async function itemsOf(table: TableName): Promise<readonly Item[]> {
  return (await scan(table)).flatMap(({ Items = [] }) => Items);
}

/** Removes an item without the product, as the restore of an older backup does. */
export async function removeItem(table: TableName, Key: Readonly<Record<string, string>>): Promise<void> {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  await client.send(new DeleteCommand({ TableName: `mintmark-${table}`, Key }));
  client.destroy();
}

/** The audit log's lines about one request, in their order. */
export async function auditLinesOf(requestId: string | null): Promise<readonly Item[]> {
  const pages = await scan('audit', {
    FilterExpression: 'requestId = :requestId',
    ExpressionAttributeValues: { ':requestId': requestId },
  });
  return pages.flatMap(({ Items = [] }) => Items);
}

/** All items of the workspace, in a stable order. */
export async function workspaceItems(): Promise<readonly string[]> {
  const items = await Promise.all(workspaceTables.map(itemsOf));
  return items
    .flat()
    .map((item) => JSON.stringify(item))
    .sort();
}

/** How many items the workspace has. */
export async function workspaceSize(): Promise<number> {
  const pages = await Promise.all(workspaceTables.map((table) => scan(table, { Select: 'COUNT' })));
  return pages.flat().reduce((sum, { Count = 0 }) => sum + Count, 0);
}

async function scan(table: TableName, input: Partial<ScanCommandInput> = {}): Promise<readonly ScanCommandOutput[]> {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  const pages: ScanCommandOutput[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({ TableName: `mintmark-${table}`, ...input, ExclusiveStartKey: from }),
    );
    pages.push(page);
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  client.destroy();
  return pages;
}
