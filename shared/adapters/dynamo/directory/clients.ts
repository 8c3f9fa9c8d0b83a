import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { DomainError } from '#shared/domain/errors.ts';
import type { ClientChanger, ClientRemover, ClientWriter } from '#shared/domain/records/change-record.ts';
import { type Client, type ClientOwner, credentialTypeOf } from '#shared/domain/records/client.ts';
import { type ClientLister, clientSearchText } from '#shared/domain/records/lists.ts';
import type { Environment } from '#shared/ports.ts';
import { required } from '../../node/environment.ts';
import { falseWhereConditionFailed, putIf } from '../conditional-write.ts';
import { documentClient } from '../document-client.ts';
import { readPage } from '../list.ts';
import { clientSchema } from './client-schema.ts';
import { orderOf } from './directory-keys.ts';
import { storable } from './stored-members.ts';

/** Stores new clients in the Clients table. */
export function dynamoClientWriter(environment: Environment): ClientWriter {
  const table = required(environment, 'MINTMARK_CLIENTS_TABLE');
  const client = documentClient(environment);
  return {
    insert: async (record) => {
      const wasInserted = await putIf(client, {
        TableName: table,
        Key: { id: record.id },
        Item: itemOf(record),
        ConditionExpression: 'attribute_not_exists(id)',
      });
      if (!wasInserted) throw new DomainError('conflict', 'A client with this id exists already.');
    },
  };
}

/** Replaces clients. Each write has the condition that the stored client is the version before. */
export function dynamoClientChanger(environment: Environment): ClientChanger {
  const table = required(environment, 'MINTMARK_CLIENTS_TABLE');
  const client = documentClient(environment);
  return {
    replace: (record) =>
      putIf(client, {
        TableName: table,
        Key: { id: record.id },
        Item: itemOf(record),
        ConditionExpression: '#version = :before',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':before': record.version - 1 },
      }),
  };
}

/** Removes clients from the Clients table. A given version is a condition of the removal. */
export function dynamoClientRemover(environment: Environment): ClientRemover {
  const table = required(environment, 'MINTMARK_CLIENTS_TABLE');
  const client = documentClient(environment);
  return {
    remove: async (id, version) => {
      const condition = version === undefined ? {} : onlyInVersion(version);
      const deletion = new DeleteCommand({ TableName: table, Key: { id }, ReturnValues: 'ALL_OLD', ...condition });
      const deleted = await client.send(deletion).catch(falseWhereConditionFailed);
      if (deleted === false) return 'changed';
      // If a reply is lost, the SDK repeats the call. It then finds no item, because the first call removed it.
      const isOurs = deleted.Attributes !== undefined || (deleted.$metadata.attempts ?? 1) > 1;
      return isOurs ? 'removed' : 'missing';
    },
  };
}

/**
 * Makes the condition on the version. It also holds if there is no item: if a reply is lost, the SDK repeats the call,
 * and the repeated call must succeed.
 */
function onlyInVersion(version: number) {
  return {
    ConditionExpression: 'attribute_not_exists(id) OR #version = :version',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':version': version },
  };
}

/** Lists the clients of one owner from the index `byOwner`, which is eventually consistent. */
export function dynamoClientLister(environment: Environment): ClientLister {
  const table = required(environment, 'MINTMARK_CLIENTS_TABLE');
  const client = documentClient(environment);
  const query = {
    table,
    index: { name: 'byOwner', partitionKey: 'owner' },
    keyOf: (id: string) => ({ id }),
    parse: (item: unknown) => clientSchema.parse(item),
    searchText: clientSearchText,
    status: ['status'],
    expiry: 'expiresAtSeconds',
  };
  return {
    list: (owner, page, nowSeconds) => readPage(client, { ...query, partition: partitionOf(owner), nowSeconds }, page),
  };
}

function itemOf(record: Client) {
  const { createdAtSeconds, id } = record;
  const search = clientSearchText(record);
  return { ...storable(record), owner: partitionOf(ownerOf(record)), order: orderOf(createdAtSeconds, id), search };
}

function ownerOf(client: Client): ClientOwner {
  const { subject } = client;
  return subject.type === 'application' ? {} : { ...subject, credential: credentialTypeOf(client) };
}

/** A service user has one list for each type of credential. This is the end of the list's name. */
const LIST_SUFFIXES = { secret: '', key: '#keys', trust: '#trusts' };

function partitionOf({ tenantId, userId, serviceUserId, credential = 'secret' }: ClientOwner): string {
  if (tenantId === undefined) return userId === undefined ? 'workspace' : `user#${userId}`;
  if (userId !== undefined) return `tenant#${tenantId}#user#${userId}`;
  if (serviceUserId !== undefined) return `tenant#${tenantId}#serviceUser#${serviceUserId}${LIST_SUFFIXES[credential]}`;
  return `tenant#${tenantId}`;
}
