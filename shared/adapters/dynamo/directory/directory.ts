import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { DomainError } from '#shared/domain/errors.ts';
import type { IdentityRemover } from '#shared/domain/identities/own-identities.ts';
import type { DirectoryWriter, RecordWriter, RemainsRemover } from '#shared/domain/records/change-record.ts';
import type { DirectoryLister } from '#shared/domain/records/lists.ts';
import type { DirectoryKind, RecordKey } from '#shared/domain/records/record-key.ts';
import type { Environment } from '#shared/ports.ts';
import { required } from '../../node/environment.ts';
import { falseWhereConditionFailed, putIf } from '../conditional-write.ts';
import { documentClient } from '../document-client.ts';
import { readPage } from '../list.ts';
import { directoryKey, directorySearchText, listAddress, listPlace } from './directory-keys.ts';
import { schemaOf } from './record-schemas.ts';
import { storable } from './stored-members.ts';

const inVersion = { '#version': 'version' };

/** Writes records of the Directory table, one item at a time. The condition of each write is the version before it. */
export function dynamoDirectoryWriter(environment: Environment): DirectoryWriter {
  return { ...dynamoRecordWriter(environment), ...dynamoRecordRemover(environment) };
}

/** Removes consents only. */
export function dynamoConsentRemover(environment: Environment): Pick<DirectoryWriter<'consent'>, 'remove'> {
  return dynamoRecordRemover(environment);
}

/** Removes identities only. */
export function dynamoIdentityRemover(environment: Environment): IdentityRemover {
  return { remove: dynamoKeyRemover(environment) };
}

function dynamoRecordWriter(environment: Environment): RecordWriter<DirectoryKind> {
  const TableName = required(environment, 'MINTMARK_DIRECTORY_TABLE');
  const client = documentClient(environment);
  return {
    insert: async (key, record) => {
      const Key = { key: directoryKey(key) };
      const wasInserted = await putIf(client, {
        TableName,
        Key,
        Item: { ...Key, ...listPlace(key, record), version: record.version, record: storable(record) },
        ConditionExpression: 'attribute_not_exists(#key)',
        ExpressionAttributeNames: { '#key': 'key' },
      });
      if (!wasInserted) throw new DomainError('conflict', 'This id or name is in use, or was in use before.');
    },
    replace: (key, record) => {
      const Key = { key: directoryKey(key) };
      return putIf(client, {
        TableName,
        Key,
        Item: { ...Key, ...listPlace(key, record), version: record.version, record: storable(record) },
        ConditionExpression: '#version = :before',
        ExpressionAttributeNames: inVersion,
        ExpressionAttributeValues: { ':before': record.version - 1 },
      });
    },
  };
}

/** Writes the record of the signing keys. Other writers of the directory cannot write this record. */
export function dynamoSigningKeyRecords(environment: Environment): RecordWriter<'signingKeys'> {
  return dynamoRecordWriter(environment);
}

/** Removes records of the Directory table. The condition of each removal is the version of the record. */
export function dynamoRecordRemover(environment: Environment): Pick<DirectoryWriter, 'remove'> & RemainsRemover {
  return { remove: dynamoKeyRemover(environment) };
}

function dynamoKeyRemover(environment: Environment) {
  const TableName = required(environment, 'MINTMARK_DIRECTORY_TABLE');
  const client = documentClient(environment);
  return (key: RecordKey<DirectoryKind, unknown>, version: number): Promise<boolean> =>
    client
      .send(
        new DeleteCommand({
          TableName,
          Key: { key: directoryKey(key) },
          // If there is no item, the call succeeds, because the SDK may repeat a call whose reply was lost.
          ConditionExpression: 'attribute_not_exists(#key) OR #version = :version',
          ExpressionAttributeNames: { '#key': 'key', ...inVersion },
          ExpressionAttributeValues: { ':version': version },
        }),
      )
      .then(() => true)
      .catch(falseWhereConditionFailed);
}

/** Lists records of the Directory table from its indexes, which are eventually consistent. */
export function dynamoDirectoryLister(environment: Environment): DirectoryLister {
  const table = required(environment, 'MINTMARK_DIRECTORY_TABLE');
  const client = documentClient(environment);
  return {
    list: (list, page) =>
      readPage(
        client,
        {
          table,
          ...listAddress(list),
          keyOf: (id) => ({ key: directoryKey({ kind: list.kind, id }) }),
          parse: ({ record }) => schemaOf(list).parse(record),
          searchText: (record) => directorySearchText(list, record),
          status: ['record', 'status'],
        },
        page,
      ),
  };
}

/** Writes records of users only, for functions that write nothing else of the directory. */
export function dynamoUserRecords(environment: Environment): RecordWriter<'user'> {
  return dynamoRecordWriter(environment);
}

/** Writes consents only. */
export function dynamoConsentRecords(environment: Environment): RecordWriter<'consent'> {
  return dynamoRecordWriter(environment);
}

/** Writes and removes identity providers only. */
export function dynamoIdentityProviderRecords(environment: Environment): DirectoryWriter<'identityProvider'> {
  return { ...dynamoRecordWriter(environment), remove: dynamoKeyRemover(environment) };
}

/** Writes identities only. */
export function dynamoIdentityRecords(environment: Environment): RecordWriter<'identity'> {
  return dynamoRecordWriter(environment);
}
