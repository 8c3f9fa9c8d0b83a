import { DeleteCommand, GetCommand } from '@aws-sdk/lib-dynamodb';
import type * as z from 'zod';
import { DomainError } from '#shared/domain/errors.ts';
import type { DirectoryList, DirectoryLister, DirectoryWriter, PageRequest } from '#shared/domain/ports.ts';
import type { DirectoryRecords } from '#shared/domain/records.ts';
import { directorySearchText } from '#shared/domain/search-text.ts';
import type { Environment } from '#shared/ports.ts';
import { required } from '../ambient.ts';
import { rethrowAsUnavailable } from '../aws-client.ts';
import { falseWhereConditionFailed, putIf } from './conditional-write.ts';
import { directoryKey, listPartition, listPlace } from './directory-keys.ts';
import { documentClient } from './document-client.ts';
import { readPage } from './list.ts';
import { directorySchemas, storable } from './record-schemas.ts';

const inVersion = { '#version': 'version' };

/** Writes records of the Directory table, one item at a time, each on condition of the version before it. */
export function dynamoDirectoryWriter(environment: Environment): DirectoryWriter {
  const TableName = required(environment, 'MINTMARK_DIRECTORY_TABLE');
  const client = documentClient(environment);
  return {
    insert: async (kind, key, record) => {
      const Key = { key: directoryKey(kind, key) };
      const wasInserted = await putIf(client, {
        TableName,
        Key,
        Item: { ...Key, ...listPlace(kind, key, record), version: record.version, record: storable(record) },
        ConditionExpression: 'attribute_not_exists(#key)',
        ExpressionAttributeNames: { '#key': 'key' },
      });
      if (!wasInserted) throw new DomainError('conflict', 'This id or name is in use, or was.');
    },
    replace: (kind, key, record) => {
      const Key = { key: directoryKey(kind, key) };
      return putIf(client, {
        TableName,
        Key,
        Item: { ...Key, ...listPlace(kind, key, record), version: record.version, record: storable(record) },
        ConditionExpression: '#version = :before',
        ExpressionAttributeNames: inVersion,
        ExpressionAttributeValues: { ':before': record.version - 1 },
      });
    },
    remove: async (kind, key, version) => {
      const Key = { key: directoryKey(kind, key) };
      const wasRemoved = await client
        .send(
          new DeleteCommand({
            TableName,
            Key,
            ConditionExpression: '#version = :version',
            ExpressionAttributeNames: inVersion,
            ExpressionAttributeValues: { ':version': version },
          }),
        )
        .then(() => true)
        .catch(falseWhereConditionFailed);
      if (wasRemoved) return true;
      const { Item } = await client
        .send(new GetCommand({ TableName, Key, ConsistentRead: true }))
        .catch(rethrowAsUnavailable);
      return Item === undefined;
    },
  };
}

/** Lists the directory through the index `byList`, which may lag a moment behind. */
export function dynamoDirectoryLister(environment: Environment): DirectoryLister {
  const table = required(environment, 'MINTMARK_DIRECTORY_TABLE');
  const client = documentClient(environment);
  return {
    list: <List extends DirectoryList>(list: List, page: PageRequest) => {
      const schema: z.ZodType = directorySchemas[list.kind];
      return readPage(
        client,
        {
          table,
          index: { name: 'byList', partitionKey: 'list' },
          partition: listPartition(list),
          keyOf: (key) => ({ key: directoryKey(list.kind, key) }),
          parse: ({ record }) => schema.parse(record) as DirectoryRecords[List['kind']],
          searchText: (record) => directorySearchText(list.kind, record),
          status: ['record', 'status'],
        },
        page,
      );
    },
  };
}
