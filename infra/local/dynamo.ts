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
import { type TableName, type TableSchema, tableSchemas } from '../table-schemas.ts';
import { type Listening, listenOnLoopback } from './loopback.ts';

/**
 * Starts the engine on a free port; with a folder its data is on disk and survives the process.
 * @throws Error caused by one with the code `LEVEL_LOCKED` where another process has the folder open
 */
export async function startLocalDynamo(folder?: string): Promise<Listening> {
  if (folder !== undefined) await assertOpens(folder);
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, ...(folder !== undefined && { path: folder }) });
  return listenOnLoopback(server);
}

/** Whether the folder opens is asked of dynalite's own LevelDB: dynalite itself ends the process where it does not. */
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

/** Makes the tables that are missing, named `<prefix>-<table>`, and says how each is called. */
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

/** Makes a table; finding out first whether it is there would cost a call that a new workspace does not need. */
async function provideTable(client: DynamoDBClient, TableName: string, schema: TableSchema): Promise<void> {
  try {
    await client.send(new CreateTableCommand(tableDefinition(TableName, schema)));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
    const { Table = {} } = await client.send(new DescribeTableCommand({ TableName }));
    assertUpToDate(Table, schema);
  }
}

/** In AWS, CloudFormation adds an index to a table that lacks it; local data is not worth that. */
function assertUpToDate({ TableName, GlobalSecondaryIndexes = [] }: TableDescription, { indexes = [] }: TableSchema) {
  const missing = indexes.find(({ name }) => !GlobalSecondaryIndexes.some(({ IndexName }) => IndexName === name));
  if (missing === undefined) return;
  throw new Error(
    `The data is of an older Mintmark (${TableName} lacks ${missing.name}): delete its folder or set MINTMARK_DATA.`,
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
