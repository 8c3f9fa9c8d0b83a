/** The four tables, as the CDK construct and the local start-up create them. All attributes named here are strings. */
export interface TableSchema {
  readonly partitionKey: string;
  readonly sortKey?: string;
  /** Lists only: decisions never read an index, because indexes are eventually consistent. */
  readonly indexes?: readonly { readonly name: string; readonly partitionKey: string; readonly sortKey: string }[];
  /** Holds epoch seconds after which DynamoDB may remove the item (DynamoDB TTL). */
  readonly timeToLive?: string;
}

export type TableName = 'clients' | 'directory' | 'tokens' | 'audit';

export const tableSchemas: Readonly<Record<TableName, TableSchema>> = {
  clients: { partitionKey: 'id', indexes: [{ name: 'byOwner', partitionKey: 'owner', sortKey: 'order' }] },
  directory: {
    partitionKey: 'key',
    indexes: [
      { name: 'byList', partitionKey: 'list', sortKey: 'order' },
      { name: 'byMember', partitionKey: 'member', sortKey: 'order' },
    ],
  },
  tokens: { partitionKey: 'key', timeToLive: 'removeAt' },
  audit: { partitionKey: 'day', sortKey: 'event' },
};
