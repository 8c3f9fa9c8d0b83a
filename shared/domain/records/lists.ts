import type { Client, ClientOwner } from './client.ts';
import type { DirectoryKind, DirectoryRecords } from './look.ts';

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

export interface ClientLister {
  list(owner: ClientOwner, page: PageRequest, nowSeconds: number): Promise<Page<Client>>;
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

/** What parts of a directory record people know it by; grants, names and memberships are found by their owners. */
const KNOWN_BY: {
  readonly [Kind in DirectoryKind]?: (record: DirectoryRecords[Kind]) => readonly (string | undefined)[];
} = {
  tenant: ({ id, name }) => [name, id],
  user: ({ id, email, name }) => [email, name, id],
  serviceUser: ({ id, name, description }) => [name, description, id],
  role: ({ id, key, name }) => [key, name, id],
  api: ({ id, identifier, name }) => [identifier, name, id],
};

/** The text that a search of a directory list looks through; empty for kinds that are not searched. */
export function directorySearchText<Kind extends DirectoryKind>(kind: Kind, record: DirectoryRecords[Kind]): string {
  return searchTextOf(KNOWN_BY[kind]?.(record) ?? []);
}

/** The text that a search of a list of clients looks through. */
export function clientSearchText({ id, description, createdBy }: Client): string {
  return searchTextOf([description, id, createdBy]);
}

/** Text as searches compare it: without case, and without difference between ways to write one character. */
export function searchForm(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** Parts end in a line break, which no search can contain: a match is always within one part. */
function searchTextOf(parts: readonly (string | undefined)[]): string {
  return searchForm(parts.filter((part) => part !== undefined).join('\n'));
}
