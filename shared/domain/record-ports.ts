import type { CredentialType } from './credential-type.ts';
import type { Client, DirectoryKind, DirectoryRecords } from './records.ts';
import type { ShortLivedKind, ShortLivedRecords } from './token-family.ts';

/** A page of a list; `nextCursor` is absent on the last one. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor?: string | undefined;
}

/**
 * `limit` is 1 to 100; `cursor` comes from the page before. An unreadable cursor is `invalid_request`. A page of a
 * filtered list may be short, or empty, and still have a next one: each request looks at a bounded part of the list.
 */
export interface PageRequest extends ListFilter {
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** By time of creation; the oldest first unless said otherwise. */
  readonly order?: 'asc' | 'desc' | undefined;
}

/** What a list is narrowed to; nothing for the whole list. */
export interface ListFilter {
  /** `active` is what works now: neither disabled nor expired. Only clients expire. */
  readonly status?: 'active' | 'disabled' | 'expired' | undefined;
  /** A part of what people know the thing by, in any case; see `search-text.ts`. */
  readonly q?: string | undefined;
}

/**
 * Whose clients: a tenant's own, one member's, one service user's; without a tenant the workspace's applications.
 * A service user's secrets, its keys and its federated credentials are a list each.
 */
export interface ClientOwner {
  readonly tenantId?: string | undefined;
  readonly userId?: string | undefined;
  readonly serviceUserId?: string | undefined;
  readonly credential?: CredentialType | undefined;
}

export interface ClientWriter {
  /** Rejects with `conflict` where the id is taken by somebody else's insert. */
  insert(client: Client): Promise<void>;
}

export interface ClientChanger {
  /** Writes `client` over the version just below its own; false where that version does not stand any more. */
  replace(client: Client): Promise<boolean>;
}

export interface ClientRemover {
  remove(id: string, version?: number): Promise<ClientRemoval>;
}

/** `missing` where there was no such client any more, `changed` where it stands in another version than the one meant. */
export type ClientRemoval = 'removed' | 'missing' | 'changed';

export interface ClientLister {
  list(owner: ClientOwner, page: PageRequest, nowSeconds: number): Promise<Page<Client>>;
}

/** Writes records of some kinds. */
export interface RecordWriter<Kinds extends DirectoryKind> {
  /** Rejects with `conflict` where a record with this key exists. */
  insert<Kind extends Kinds>(kind: Kind, key: string, record: DirectoryRecords[Kind]): Promise<void>;
  /** Writes `record` over the version just below its own; false where that version does not stand any more. */
  replace<Kind extends Kinds>(kind: Kind, key: string, record: DirectoryRecords[Kind]): Promise<boolean>;
}

export interface ShortLivedWriter {
  /** Writes `record` over the version just below its own, the first one where there is none; false where that is not so. */
  write<Kind extends ShortLivedKind>(kind: Kind, key: string, record: ShortLivedRecords[Kind]): Promise<boolean>;
}

/** All kinds but the signing keys: whoever writes those can have others trusted. */
type WritableKind = Exclude<DirectoryKind, 'signingKeys'>;

export interface DirectoryWriter<Kinds extends WritableKind = WritableKind> extends RecordWriter<Kinds> {
  /** Resolves with true when the record is gone, with false where it stands in another version than this one. */
  remove(kind: Kinds, key: string, version: number): Promise<boolean>;
}

/** Kinds of records that may be left when what they belonged to is deleted, and the list of this work. */
export type RemainingKind =
  | 'membership'
  | 'serviceUser'
  | 'role'
  | 'defaultRoles'
  | 'roster'
  | 'grant'
  | 'signingSecrets'
  | 'name'
  | 'removal';

export interface RemainsRemover {
  /** Resolves with true when the record is gone, with false where it stands in another version than this one. */
  remove(kind: RemainingKind, key: string, version: number): Promise<boolean>;
}

/** Lists that the directory keeps: members by tenant and by user, service users and roles of its own by tenant, grants by application. */
export type DirectoryList =
  | { readonly kind: 'tenant' | 'user' | 'role' | 'api' | 'removal' }
  | { readonly kind: 'membership' | 'serviceUser' | 'role'; readonly tenantId: string }
  | { readonly kind: 'membership'; readonly userId: string }
  | { readonly kind: 'grant'; readonly clientId: string };

export interface DirectoryLister {
  list<List extends DirectoryList>(list: List, page: PageRequest): Promise<Page<DirectoryRecords[List['kind']]>>;
}
