import { assertVersion, changedMeanwhile, notFound } from '../errors.ts';
import type { Client } from './client.ts';
import type { ShortLived, Versioned } from './lifecycle.ts';
import type { RecordReader } from './look.ts';
import type { DirectoryKind, RecordKey, ShortLivedKind } from './record-key.ts';

/**
 * So many others may win the race for one record before a change gives up. Somebody wins every time, so of this many
 * changes at once all are made; and with some milliseconds for each, a request ends long before its function's time is up.
 */
const ATTEMPTS_MAX = 40;

/** A change that says which version it is meant for loses to any other; one that does not is made on the newest. */
interface Condition {
  readonly expectedVersion?: number | undefined;
}

interface DirectoryChange<Kind extends DirectoryKind, Kept> extends Condition {
  readonly key: RecordKey<Kind, Kept>;
  /** The record as it is to be, or undefined for one that must look missing; called again after a lost race. */
  readonly change: (before: NoInfer<Kept>) => Awaitable<NoInfer<Kept> | undefined>;
}

type Awaitable<Value> = Value | Promise<Value>;

/**
 * Changes one record of the directory. No change overwrites another that it has not seen.
 * @throws DomainError `not_found`; `precondition_failed` for another version than expected; `conflict` where others
 * kept winning
 */
export function changeRecord<Kind extends DirectoryKind, Kept extends Versioned>(
  { key, change, expectedVersion }: DirectoryChange<Kind, Kept>,
  ports: { readonly records: RecordReader; readonly directory: Pick<RecordWriter<Kind>, 'replace'> },
): Promise<Kept> {
  return changeNewest<Kept>({
    expectedVersion,
    change,
    read: () => ports.records.open(key.id).find(key),
    write: (record) => ports.directory.replace(key, record),
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

/**
 * Writes records of some kinds: a `RecordWriter<'roster'>` writes rosters only. A record of another type than the key
 * says does not compile.
 */
export interface RecordWriter<Kinds extends DirectoryKind> {
  /** Rejects with `conflict` where a record with this key exists. */
  insert<Kept extends Versioned>(key: RecordKey<Kinds, Kept>, record: NoInfer<Kept>): Promise<void>;
  /** Writes `record` over the version just below its own; false where that version does not stand any more. */
  replace<Kept extends Versioned>(key: RecordKey<Kinds, Kept>, record: NoInfer<Kept>): Promise<boolean>;
}

export interface ShortLivedWriter {
  /** Writes `record` over the version just below its own, the first one where there is none; false where that is not so. */
  write<Kept extends ShortLived>(key: RecordKey<ShortLivedKind, Kept>, record: NoInfer<Kept>): Promise<boolean>;
}

/** All kinds but the signing keys: whoever writes those can have others trusted. */
export type WritableKind = Exclude<DirectoryKind, 'signingKeys'>;

export interface DirectoryWriter<Kinds extends WritableKind = WritableKind> extends RecordWriter<Kinds> {
  /** Resolves with true when the record is gone, with false where it stands in another version than this one. */
  remove(key: RecordKey<Kinds, unknown>, version: number): Promise<boolean>;
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
  remove(key: RecordKey<RemainingKind, unknown>, version: number): Promise<boolean>;
}
