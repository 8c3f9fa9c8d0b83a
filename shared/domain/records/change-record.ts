import { assertVersion, changedMeanwhile, notFound } from '../errors.ts';
import type { Client } from './client.ts';
import type { ShortLived, Versioned } from './lifecycle.ts';
import type { RecordReader } from './look.ts';
import type { DirectoryKind, RecordKey, ShortLivedKind } from './record-key.ts';

/**
 * How often a change is tried while other requests keep changing the record. One request wins each time, so 40 changes
 * at once all succeed. An attempt takes milliseconds, so the request ends long before the timeout of its function.
 */
const ATTEMPTS_MAX = 40;

/** The version that a change is meant for. Without an expected version, the change is made on the newest version. */
interface Expectation {
  readonly expectedVersion?: number | undefined;
}

interface DirectoryChange<Kind extends DirectoryKind, Kept> extends Expectation {
  readonly key: RecordKey<Kind, Kept>;
  /**
   * Makes the new record, or undefined if the record must look missing. It is called again after another request won.
   */
  readonly change: (before: NoInfer<Kept>) => Awaitable<NoInfer<Kept> | undefined>;
}

type Awaitable<Value> = Value | Promise<Value>;

/**
 * Changes one record of the directory and returns it in its new version. A change never overwrites the change of
 * another request: it reads the record again and is made on the new version.
 * @throws DomainError `not_found`; `precondition_failed` if the record has another version than expected; `conflict` if
 * other requests won 40 times
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

interface ClientChange extends Expectation {
  readonly clientId: string;
  /**
   * Makes the new client, or undefined if the client must look missing. It is called again after another request won.
   */
  readonly change: (before: Client) => Awaitable<Client | undefined>;
}

/** Changes one client by the rules of `changeRecord`. @throws DomainError as `changeRecord` does */
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

interface Change<Item> extends Expectation {
  readonly read: () => Promise<Item | undefined>;
  readonly change: (before: Item) => Awaitable<Item | undefined>;
  readonly write: (after: Item) => Promise<boolean>;
}

/** Changes an item that has versions by the rules of `changeRecord`. @throws DomainError as `changeRecord` does */
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

/** Inserts new clients. */
export interface ClientWriter {
  /** Rejects with `conflict` if a client with this id exists. */
  insert(client: Client): Promise<void>;
}

/** Replaces clients. */
export interface ClientChanger {
  /** Replaces the client if its stored version is one below the new version; resolves with false otherwise. */
  replace(client: Client): Promise<boolean>;
}

/** Removes clients. */
export interface ClientRemover {
  /** Removes a client; with a version, only if the client has that version. */
  remove(id: string, version?: number): Promise<ClientRemoval>;
}

/**
 * The result of a removal: `missing` if the client did not exist, `changed` if it has another version than expected.
 */
export type ClientRemoval = 'removed' | 'missing' | 'changed';

/**
 * Writes records of some kinds: a `RecordWriter<'roster'>` writes rosters only. A record whose type does not fit the
 * key does not compile.
 */
export interface RecordWriter<Kinds extends DirectoryKind> {
  /** Rejects with `conflict` if a record with this key exists. */
  insert<Kept extends Versioned>(key: RecordKey<Kinds, Kept>, record: NoInfer<Kept>): Promise<void>;
  /** Replaces the record if its stored version is one below the new version; resolves with false otherwise. */
  replace<Kept extends Versioned>(key: RecordKey<Kinds, Kept>, record: NoInfer<Kept>): Promise<boolean>;
}

/** Writes records of some kinds that expire. */
export interface ShortLivedWriter<Kinds extends ShortLivedKind = ShortLivedKind> {
  /**
   * Inserts the record in version 1, or replaces the record whose stored version is one below. Resolves with false if
   * another version is stored.
   */
  write<Kept extends ShortLived>(key: RecordKey<Kinds, Kept>, record: NoInfer<Kept>): Promise<boolean>;
}

/**
 * All kinds of records except two. A function that writes signing keys can make verifiers trust any key, and a function
 * that writes identity providers or identities can open a session of any user.
 */
export type WritableKind = Exclude<DirectoryKind, 'signingKeys' | IdentityKind>;

/** Kinds of records that say who a person from elsewhere is here. */
export type IdentityKind = 'identityProvider' | 'identity';

/** Writes and removes records of some kinds. */
export interface DirectoryWriter<Kinds extends WritableKind | IdentityKind = WritableKind> extends RecordWriter<Kinds> {
  /** Removes a record. Resolves with true if the record is gone, with false if it has another version. */
  remove(key: RecordKey<Kinds, unknown>, version: number): Promise<boolean>;
}

/** Kinds of records that may remain after the record that they belong to is deleted, and the notes of deletions. */
export type RemainingKind =
  | 'membership'
  | 'serviceUser'
  | 'role'
  | 'defaultRoles'
  | 'roster'
  | 'grant'
  | 'signingSecrets'
  | 'invitation'
  | 'workspaceMember'
  | 'consent'
  | 'name'
  | 'identity'
  | 'removal';

/** Removes records that remain after a deletion. */
export interface RemainsRemover {
  /** Removes a record. Resolves with true if the record is gone, with false if it has another version. */
  remove(key: RecordKey<RemainingKind, unknown>, version: number): Promise<boolean>;
}
