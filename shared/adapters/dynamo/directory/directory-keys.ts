import type { Versioned } from '#shared/domain/records/lifecycle.ts';
import { type ListedKind, searchTextOf } from '#shared/domain/records/lists.ts';
import { apiList, grantList, roleList } from '#shared/domain/records/permissions.ts';
import {
  memberList,
  membershipList,
  serviceUserList,
  tenantList,
  userList,
} from '#shared/domain/records/principals.ts';
import type { DirectoryKind, RecordKey, RecordKind, RecordList } from '#shared/domain/records/record-key.ts';
import { removalList } from '#shared/domain/records/removals.ts';
import type { DirectoryRecords } from './record-schemas.ts';

/** The partition key of a record in the Directory table. */
export function directoryKey({ kind, id }: RecordKey<DirectoryKind, unknown>): string {
  return `${kind}#${id}`;
}

type DirectoryList = RecordList<ListedKind, unknown>;

/** Where an index of the Directory table keeps a list. */
export function listAddress({ kind, owner }: DirectoryList) {
  const byList = { name: 'byList', partitionKey: 'list' };
  if (owner === undefined) return { index: byList, partition: kind };
  if ('userId' in owner) return { index: { name: 'byMember', partitionKey: 'member' }, partition: owner.userId };
  return { index: byList, partition: `${kind}#${'tenantId' in owner ? owner.tenantId : owner.clientId}` };
}

/** How records of one kind are listed. */
interface Listing<Kept> {
  lists(record: Kept): readonly DirectoryList[];
  /** What people know a record by, which a search of its lists looks through; undefined where nobody searches. */
  knownBy?(record: Kept): readonly (string | undefined)[];
}

/** Records of all other kinds are in no list. */
const listings: { readonly [Kind in ListedKind]: Listing<DirectoryRecords[Kind]> } = {
  tenant: {
    lists: ({ status }) => (status === 'deleted' ? [] : [tenantList]),
    knownBy: ({ id, name }) => [name, id],
  },
  user: {
    lists: ({ status }) => (status === 'deleted' ? [] : [userList]),
    knownBy: ({ id, email, name }) => [email, name, id],
  },
  membership: { lists: ({ tenantId, userId }) => [memberList(tenantId), membershipList(userId)] },
  serviceUser: {
    lists: ({ tenantId }) => [serviceUserList(tenantId)],
    knownBy: ({ id, name, description }) => [name, description, id],
  },
  role: {
    lists: ({ tenantId }) => [roleList(tenantId)],
    knownBy: ({ id, key, name }) => [key, name, id],
  },
  api: { lists: () => [apiList], knownBy: ({ id, identifier, name }) => [identifier, name, id] },
  grant: { lists: ({ clientId }) => [grantList(clientId)] },
  removal: { lists: () => [removalList] },
};

/** How records of this kind are listed, if they are. That keys name the types in `DirectoryRecords` is a test of types. */
function listingOf<Kept>({ kind }: RecordKind<DirectoryKind, Kept>): Listing<Kept> | undefined {
  return (listings as Readonly<Record<string, Listing<Kept> | undefined>>)[kind];
}

/**
 * A record's place in its lists, by time of creation, and the text it is found by there. Records that no list shows get
 * none, and then the indexes do not hold them either.
 */
export function listPlace<Kept extends Versioned>(key: RecordKey<DirectoryKind, Kept>, record: Kept) {
  const lists = listingOf(key)?.lists(record).map(listAddress) ?? [];
  if (lists.length === 0) return undefined;
  const partitions = Object.fromEntries(lists.map(({ index, partition }) => [index.partitionKey, partition]));
  return { ...partitions, order: orderOf(record.createdAtSeconds, key.id), search: directorySearchText(key, record) };
}

/** The text that a search of a directory list looks through; empty for kinds that are not searched. */
export function directorySearchText<Kept>(of: RecordKind<DirectoryKind, Kept>, record: Kept): string {
  return searchTextOf(listingOf(of)?.knownBy?.(record) ?? []);
}

/** Sorts by time of creation and ends in the key, so that the place of one item names it. */
export function orderOf(createdAtSeconds: number, key: string): string {
  return `${new Date(createdAtSeconds * 1_000).toISOString()}#${key}`;
}
