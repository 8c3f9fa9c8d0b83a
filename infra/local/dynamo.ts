import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { type TableName, type TableSchema, tableSchemas } from '../constructs/table-schemas.ts';
import { type Listening, listenOnLoopback } from './loopback.ts';

/**
 * Starts a DynamoDB engine (dynalite) on a free port. With a folder, its data is on disk and survives the process.
 * @throws Error whose cause has the code `LEVEL_LOCKED`, if another process uses the folder
 */
export async function startLocalDynamo(folder?: string): Promise<Listening> {
  if (folder !== undefined) await assertOpens(folder);
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, ...(folder !== undefined && { path: folder }) });
  return listenOnLoopback(server);
}

/**
 * Opens the folder with dynalite's own LevelDB first, because dynalite ends the process if the folder does not open.
 */
async function assertOpens(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const requireFromDynalite = createRequire(createRequire(import.meta.url).resolve('dynalite'));
  const { Level } = requireFromDynalite('level') as { readonly Level: new (folder: string) => LevelDatabase };
  const database = new Level(folder);
  await database.open();
  await database.close();
}

interface LevelDatabase {
  open(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Creates the tables that are missing, with the names `<prefix>-<table>`, and returns the name of each.
 * @throws Error if a table lacks an index, because an older version has created it
 */
export async function createTables(prefix: string): Promise<Readonly<Record<TableName, string>>> {
  const client = new DynamoDBClient({});
  const names = Object.keys(tableSchemas) as TableName[];
  const named = names.map(async (name) => {
    const TableName = `${prefix}-${name}`;
    await provideTable(client, TableName, tableSchemas[name]);
    return [name, TableName] as const;
  });
  const tables = Object.fromEntries(await Promise.all(named)) as Record<TableName, string>;
  client.destroy();
  return tables;
}

/** Creates a table, and checks it only if it exists already. A new workspace saves a call this way. */
async function provideTable(client: DynamoDBClient, TableName: string, schema: TableSchema): Promise<void> {
  try {
    await client.send(new CreateTableCommand(tableDefinition(TableName, schema)));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
    const { Table = {} } = await client.send(new DescribeTableCommand({ TableName }));
    assertUpToDate(Table, schema);
  }
}

/** Checks that a table has all indexes. In AWS, CloudFormation adds a missing index; local data is deleted instead. */
function assertUpToDate({ TableName, GlobalSecondaryIndexes = [] }: TableDescription, { indexes = [] }: TableSchema) {
  const missing = indexes.find(({ name }) => !GlobalSecondaryIndexes.some(({ IndexName }) => IndexName === name));
  if (missing === undefined) return;
  throw new Error(
    `An older version wrote this data (${TableName} lacks ${missing.name}): delete its folder or set MINTMARK_DATA.`,
  );
}

function tableDefinition(TableName: string, schema: TableSchema): CreateTableCommandInput {
  const { partitionKey, sortKey, indexes = [] } = schema;
  const attributes = new Set([schema, ...indexes].flatMap((keys) => [keys.partitionKey, keys.sortKey ?? []].flat()));
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...attributes].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keySchema(partitionKey, sortKey),
    ...(indexes.length > 0 && {
      GlobalSecondaryIndexes: indexes.map((index) => ({
        IndexName: index.name,
        KeySchema: keySchema(index.partitionKey, index.sortKey),
        Projection: { ProjectionType: 'ALL' as const },
      })),
    }),
  };
}

function keySchema(partitionKey: string, sortKey?: string) {
  const partition = { AttributeName: partitionKey, KeyType: 'HASH' } as const;
  return sortKey === undefined ? [partition] : [partition, { AttributeName: sortKey, KeyType: 'RANGE' } as const];
}
