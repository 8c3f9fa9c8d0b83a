import type { Client, ClientOwner } from './client.ts';
import type { RecordList } from './record-key.ts';

/** A page of a list. The last page has no `nextCursor`. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor?: string | undefined;
}

/**
 * Asks for a page of a list. `limit` is 1 to 100; `cursor` is the `nextCursor` of the page before, and a cursor that
 * cannot be read is `invalid_request`. A page of a filtered list may be short or empty and still have a next page,
 * because each request reads a bounded part of the list.
 */
export interface PageRequest extends ListFilter {
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** The order by time of creation; `asc`, the oldest first, if absent. */
  readonly order?: 'asc' | 'desc' | undefined;
}

/** Selects items of a list. An absent member matches every item. */
export interface ListFilter {
  /** `active` means neither disabled nor expired. Only clients expire. */
  readonly status?: 'active' | 'disabled' | 'expired' | undefined;
  /** A part of the item's names, in upper or lower case; see `searchTextOf`. */
  readonly q?: string | undefined;
  /** The developer who owns applications. Only applications have one. */
  readonly ownerUserId?: string | undefined;
}

/** Lists the clients of an owner. */
export interface ClientLister {
  list(owner: ClientOwner, page: PageRequest, nowSeconds: number): Promise<Page<Client>>;
}

/** Kinds of records that the directory lists. */
export type ListedKind =
  | 'tenant'
  | 'user'
  | 'role'
  | 'api'
  | 'removal'
  | 'membership'
  | 'serviceUser'
  | 'grant'
  | 'consent'
  | 'workspaceMember'
  | 'invitation'
  | 'identityProvider'
  | 'identity';

/** Lists the records of the directory. */
export interface DirectoryLister {
  list<Listed>(list: RecordList<ListedKind, Listed>, page: PageRequest): Promise<Page<Listed>>;
}

/** Returns the text in which a search of clients looks for matches. */
export function clientSearchText({ id, description, createdBy }: Client): string {
  return searchTextOf([description, id, createdBy]);
}

/** Returns a text as searches compare it: in lower case, and each character in one form (Unicode NFKC). */
export function searchForm(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/**
 * Joins the texts by which a search finds a record. A line break separates them; a search cannot contain a line break,
 * so it never matches across two texts.
 */
export function searchTextOf(parts: readonly (string | undefined)[]): string {
  return searchForm(parts.filter((part) => part !== undefined).join('\n'));
}
