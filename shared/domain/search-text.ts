import type { Client, DirectoryKind, DirectoryRecords } from './records.ts';

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
