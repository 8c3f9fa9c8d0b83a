import type { Client } from './client.ts';
import type { DirectoryKind, RecordKey, ShortLivedKind } from './record-key.ts';

/** Reads the records that decide what a credential or a token permits now. */
export interface RecordReader {
  /**
   * Begins one request's look. `about` is the id that the request is about, so that the reader can read ahead for it.
   */
  open(about: string): Look;
}

/**
 * One request's view of the records. It reads every record at most once, strongly consistent, after the request began.
 * Records that are asked for at the same time are read together.
 */
export interface Look {
  /** Finds a client by its id. */
  client(id: string): Promise<Client | undefined>;
  /** Finds the record that a key names, if it exists: `look.find(tenantKey('ten_1'))` finds a `Tenant`. */
  find<Kept>(key: RecordKey<DirectoryKind, Kept>): Promise<Kept | undefined>;
  /** Finds a short-lived record, if it exists. The caller checks its expiry. */
  findShortLived<Kept>(key: RecordKey<ShortLivedKind, Kept>): Promise<Kept | undefined>;
  /** Whether the token, or the family of refresh tokens, with this id is revoked. */
  isRevoked(id: string): Promise<boolean>;
  /** Announces that this record will be asked for, so that the next read includes it. */
  expect(key: RecordKey<DirectoryKind, unknown>): void;
}
