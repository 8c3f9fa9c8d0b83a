import { consentList } from '#shared/domain/people-records/consent.ts';
import { identityList } from '#shared/domain/people-records/identity.ts';
import { identityProviderList } from '#shared/domain/people-records/identity-provider.ts';
import { invitationList, invitationsOfAddress } from '#shared/domain/people-records/invitation.ts';
import { workspaceMemberList } from '#shared/domain/people-records/workspace-member.ts';
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

/** Returns the partition key of a record in the Directory table. */
export function directoryKey({ kind, id }: RecordKey<DirectoryKind, unknown>): string {
  return `${kind}#${id}`;
}

type DirectoryList = RecordList<ListedKind, unknown>;

/** Returns the index of the Directory table that holds a list, and the partition in this index. */
export function listAddress({ kind, owner }: DirectoryList) {
  const byList = { name: 'byList', partitionKey: 'list' };
  if (owner === undefined) return { index: byList, partition: kind };
  if ('userId' in owner) {
    const partition = kind === 'membership' ? owner.userId : `${kind}#${owner.userId}`;
    return { index: { name: 'byMember', partitionKey: 'member' }, partition };
  }
  if ('email' in owner) {
    return { index: { name: 'byMember', partitionKey: 'member' }, partition: `${kind}#${owner.email}` };
  }
  return { index: byList, partition: `${kind}#${'tenantId' in owner ? owner.tenantId : owner.clientId}` };
}

/** The lists of the records of one kind. */
interface Listing<Kept> {
  lists(record: Kept): readonly DirectoryList[];
  /** The texts in which a search looks, such as name and id; undefined if these lists cannot be searched. */
  searchTexts?(record: Kept): readonly (string | undefined)[];
}

/** Only these kinds of records are in lists. */
const listings: { readonly [Kind in ListedKind]: Listing<DirectoryRecords[Kind]> } = {
  tenant: {
    lists: ({ status }) => (status === 'deleted' ? [] : [tenantList]),
    searchTexts: ({ id, name }) => [name, id],
  },
  user: {
    lists: ({ status }) => (status === 'deleted' ? [] : [userList]),
    searchTexts: ({ id, email, name }) => [email, name, id],
  },
  membership: { lists: ({ tenantId, userId }) => [memberList(tenantId), membershipList(userId)] },
  serviceUser: {
    lists: ({ tenantId }) => [serviceUserList(tenantId)],
    searchTexts: ({ id, name, description }) => [name, description, id],
  },
  role: {
    lists: ({ tenantId }) => [roleList(tenantId)],
    searchTexts: ({ id, key, name }) => [key, name, id],
  },
  api: { lists: () => [apiList], searchTexts: ({ id, identifier, name }) => [identifier, name, id] },
  grant: { lists: ({ clientId }) => [grantList(clientId)] },
  removal: { lists: () => [removalList] },
  consent: { lists: ({ userId }) => [consentList(userId)] },
  workspaceMember: { lists: () => [workspaceMemberList] },
  invitation: { lists: ({ tenantId, email }) => [invitationList(tenantId), invitationsOfAddress(email)] },
  identityProvider: { lists: () => [identityProviderList] },
  identity: { lists: ({ userId }) => [identityList(userId)] },
};

/**
 * Returns the listing of a kind; undefined if its records are in no list. A test of types compares the types of
 * all keys with `DirectoryRecords`.
 */
function listingOf<Kept>({ kind }: RecordKind<DirectoryKind, Kept>): Listing<Kept> | undefined {
  return (listings as Readonly<Record<string, Listing<Kept> | undefined>>)[kind];
}

/**
 * Returns the attributes with which the indexes list a record: its partitions, its place by time of creation, and its
 * search text. The result is undefined for a record in no list; an index ignores an item without these attributes.
 */
export function listPlace<Kept extends Versioned>(key: RecordKey<DirectoryKind, Kept>, record: Kept) {
  const lists = listingOf(key)?.lists(record).map(listAddress) ?? [];
  if (lists.length === 0) return undefined;
  const partitions = Object.fromEntries(lists.map(({ index, partition }) => [index.partitionKey, partition]));
  return { ...partitions, order: orderOf(record.createdAtSeconds, key.id), search: directorySearchText(key, record) };
}

/** Returns the text in which a search of a directory list looks. It is empty for kinds that cannot be searched. */
export function directorySearchText<Kept>(of: RecordKind<DirectoryKind, Kept>, record: Kept): string {
  return searchTextOf(listingOf(of)?.searchTexts?.(record) ?? []);
}

/**
 * Returns the place of an item in a list. Places sort by time of creation. They end with the key, so each item has its
 * own place.
 */
export function orderOf(createdAtSeconds: number, key: string): string {
  return `${new Date(createdAtSeconds * 1_000).toISOString()}#${key}`;
}
