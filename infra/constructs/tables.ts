import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { type TableName, type TableSchema, tableSchemas } from './table-schemas.ts';

/** The four tables of a deployment. */
export type Tables = Readonly<Record<TableName, Table>>;

interface TablesProps {
  readonly encryptionKey: IKey;
  /** Unless it is `DESTROY`, the tables are protected from deletion. */
  readonly removalPolicy: RemovalPolicy;
}

/**
 * Creates the tables of `table-schemas.ts`: billed on demand, encrypted with the deployment's key, and with
 * point-in-time recovery.
 */
export function createTables(scope: Construct, { encryptionKey, removalPolicy }: TablesProps): Tables {
  const create = (id: string, schema: TableSchema): Table => {
    const table = new Table(scope, id, {
      ...attributesOf(schema),
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: removalPolicy !== RemovalPolicy.DESTROY,
      removalPolicy,
    });
    addIndexes(table, schema);
    return table;
  };
  return {
    clients: create('ClientsTable', tableSchemas.clients),
    directory: create('DirectoryTable', tableSchemas.directory),
    tokens: create('TokensTable', tableSchemas.tokens),
    audit: create('AuditTable', tableSchemas.audit),
  };
}

function attributesOf({ partitionKey, sortKey, timeToLive }: TableSchema) {
  return {
    partitionKey: text(partitionKey),
    ...(sortKey !== undefined && { sortKey: text(sortKey) }),
    ...(timeToLive !== undefined && { timeToLiveAttribute: timeToLive }),
  };
}

function addIndexes(table: Table, { indexes = [] }: TableSchema): void {
  for (const { name: indexName, partitionKey, sortKey } of indexes) {
    table.addGlobalSecondaryIndex({ indexName, partitionKey: text(partitionKey), sortKey: text(sortKey) });
  }
}

function text(name: string) {
  return { name, type: AttributeType.STRING };
}
