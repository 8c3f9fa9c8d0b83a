import { type DirectoryList, directorySearchText } from '#shared/domain/records/lists.ts';
import type { DirectoryKind, DirectoryRecords } from '#shared/domain/records/look.ts';

/** The partition key of a record in the Directory table. */
export function directoryKey(kind: DirectoryKind, key: string): string {
  return `${kind}#${key}`;
}

/** Where an index of the Directory table keeps a list. */
export function listAddress(list: DirectoryList) {
  if ('userId' in list) return { index: { name: 'byMember', partitionKey: 'member' }, partition: list.userId };
  return { index: { name: 'byList', partitionKey: 'list' }, partition: listPartition(list) };
}

function listPartition(list: Exclude<DirectoryList, { readonly userId: string }>): string {
  if ('tenantId' in list) return `${list.kind}#${list.tenantId}`;
  return 'clientId' in list ? `${list.kind}#${list.clientId}` : list.kind;
}

/**
 * A record's place in its lists, by time of creation, and the text it is found by there. Records that no list shows get
 * none, and then the indexes do not hold them either.
 */
export function listPlace<Kind extends DirectoryKind>(kind: Kind, key: string, record: DirectoryRecords[Kind]) {
  const lists = listsOf(kind, record).map(listAddress);
  if (lists.length === 0) return undefined;
  const partitions = Object.fromEntries(lists.map(({ index, partition }) => [index.partitionKey, partition]));
  const search = directorySearchText(kind, record);
  return { ...partitions, order: orderOf(record.createdAtSeconds, key), search };
}

/** Kinds of which there is one list, of the whole workspace. */
const WORKSPACE_LISTS = ['tenant', 'user', 'role', 'api', 'removal'] as const;

function listsOf(kind: DirectoryKind, record: DirectoryRecords[DirectoryKind]): readonly DirectoryList[] {
  if ('status' in record && record.status === 'deleted') return [];
  if (kind === 'membership' && 'userId' in record) {
    const { tenantId, userId } = record;
    return [
      { kind, tenantId },
      { kind, userId },
    ];
  }
  if (kind === 'grant' && 'clientId' in record) return [{ kind, clientId: record.clientId }];
  const tenantId = 'tenantId' in record ? record.tenantId : undefined;
  if ((kind === 'serviceUser' || kind === 'role') && tenantId !== undefined) return [{ kind, tenantId }];
  return WORKSPACE_LISTS.filter((listed) => listed === kind).map((listed) => ({ kind: listed }));
}

/** Sorts by time of creation and ends in the key, so that the place of one item names it. */
export function orderOf(createdAtSeconds: number, key: string): string {
  return `${new Date(createdAtSeconds * 1_000).toISOString()}#${key}`;
}
