/** The keys and indexes of a table. All attributes named here are strings, except `timeToLive`. */
export interface TableSchema {
  readonly partitionKey: string;
  readonly sortKey?: string;
  /** Indexes serve lists only. Decisions never read an index, because it is eventually consistent. */
  readonly indexes?: readonly { readonly name: string; readonly partitionKey: string; readonly sortKey: string }[];
  /** The attribute with the time, in epoch seconds, after which DynamoDB may remove the item (DynamoDB TTL). */
  readonly timeToLive?: string;
}

/** The name of a table. */
export type TableName = 'clients' | 'directory' | 'tokens' | 'audit';

/** The four tables, as the CDK construct and the local system create them. */
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
