import { assertVersion, changedMeanwhile, notFound } from '../errors.ts';
import type { Client } from './client.ts';
import type { DirectoryKind, DirectoryRecords, RecordReader, ShortLivedKind, ShortLivedRecords } from './look.ts';

/**
 * So many others may win the race for one record before a change gives up. Somebody wins every time, so of this many
 * changes at once all are made; and with some milliseconds for each, a request ends long before its function's time is up.
 */
const ATTEMPTS_MAX = 40;

/** A change that says which version it is meant for loses to any other; one that does not is made on the newest. */
interface Condition {
  readonly expectedVersion?: number | undefined;
}

interface DirectoryChange<Kind extends DirectoryKind> extends Condition {
  readonly kind: Kind;
  readonly key: string;
  /** The record as it is to be, or undefined for one that must look missing; called again after a lost race. */
  readonly change: (before: DirectoryRecords[Kind]) => Awaitable<DirectoryRecords[Kind] | undefined>;
}

type Awaitable<Value> = Value | Promise<Value>;

/**
 * Changes one record of the directory. No change overwrites another that it has not seen.
 * @throws DomainError `not_found`; `precondition_failed` for another version than expected; `conflict` where others
 * kept winning
 */
export function changeRecord<Kind extends DirectoryKind>(
  { kind, key, change, expectedVersion }: DirectoryChange<Kind>,
  ports: { readonly records: RecordReader; readonly directory: Pick<RecordWriter<Kind>, 'replace'> },
): Promise<DirectoryRecords[Kind]> {
  return changeNewest<DirectoryRecords[Kind]>({
    expectedVersion,
    change,
    read: () => ports.records.open(key).find(kind, key),
    write: (record) => ports.directory.replace(kind, key, record),
  });
}

interface ClientChange extends Condition {
  readonly clientId: string;
  /** The client as it is to be, or undefined for one that must look missing. */
  readonly change: (before: Client) => Awaitable<Client | undefined>;
}

/** Changes one client, by the same rules. @throws DomainError as `changeRecord` does */
export function changeClient(
  { clientId, change, expectedVersion }: ClientChange,
  ports: { readonly records: RecordReader; readonly clientChanger: ClientChanger },
): Promise<Client> {
  return changeNewest<Client>({
    expectedVersion,
    change,
    read: () => ports.records.open(clientId).client(clientId),
    write: (client) => ports.clientChanger.replace(client),
  });
}

interface Change<Item> extends Condition {
  readonly read: () => Promise<Item | undefined>;
  readonly change: (before: Item) => Awaitable<Item | undefined>;
  readonly write: (after: Item) => Promise<boolean>;
}

/** Changes whatever has versions, by the same rules. @throws DomainError as `changeRecord` does */
export async function changeNewest<Item extends { readonly version: number }>(request: Change<Item>): Promise<Item> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const before = await request.read();
    if (before === undefined) throw notFound();
    assertVersion(before, request.expectedVersion);
    const changed = await request.change(before);
    if (changed === undefined) throw notFound();
    const after = { ...changed, version: before.version + 1 };
    if (await request.write(after)) return after;
  }
  throw changedMeanwhile();
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
