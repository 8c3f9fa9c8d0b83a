import type { DirectoryList } from '#shared/domain/ports.ts';
import type { DirectoryKind, DirectoryRecords } from '#shared/domain/records.ts';

/** The partition key of a record in the Directory table. */
export function directoryKey(kind: DirectoryKind, key: string): string {
  return `${kind}#${key}`;
}

/** The partition of the list index that a list occupies. */
export function listPartition(list: DirectoryList): string {
  return 'tenantId' in list ? `${list.kind}#${list.tenantId}` : list.kind;
}

/**
 * A record's place in its list: oldest first. Records that no list shows get none, and then the index does not hold
 * them either.
 */
export function listPlace<Kind extends DirectoryKind>(kind: Kind, key: string, record: DirectoryRecords[Kind]) {
  const list = listOf(kind, record);
  return list && { list: listPartition(list), order: orderOf(record.createdAtSeconds, key) };
}

function listOf(kind: DirectoryKind, record: DirectoryRecords[DirectoryKind]): DirectoryList | undefined {
  if ('status' in record && record.status === 'deleted') return undefined;
  if (kind === 'tenant' || kind === 'user' || kind === 'role' || kind === 'api') return { kind };
  if (kind !== 'membership' && kind !== 'serviceUser') return undefined;
  return 'tenantId' in record ? { kind, tenantId: record.tenantId } : undefined;
}

/** Sorts by time of creation and ends in the key, so that the place of one item names it. */
export function orderOf(createdAtSeconds: number, key: string): string {
  return `${new Date(createdAtSeconds * 1_000).toISOString()}#${key}`;
}
