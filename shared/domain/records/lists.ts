import type { Client, ClientOwner } from './client.ts';
import type { RecordList } from './record-key.ts';

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

/** Kinds of records that the directory lists. */
export type ListedKind = 'tenant' | 'user' | 'role' | 'api' | 'removal' | 'membership' | 'serviceUser' | 'grant';

export interface DirectoryLister {
  list<Listed>(list: RecordList<ListedKind, Listed>, page: PageRequest): Promise<Page<Listed>>;
}

/** The text that a search of a list of clients looks through. */
export function clientSearchText({ id, description, createdBy }: Client): string {
  return searchTextOf([description, id, createdBy]);
}

/** Text as searches compare it: without case, and without difference between ways to write one character. */
export function searchForm(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** What a record is found by, as one text. Parts end in a line break, which no search can contain: a match is always within one part. */
export function searchTextOf(parts: readonly (string | undefined)[]): string {
  return searchForm(parts.filter((part) => part !== undefined).join('\n'));
}
