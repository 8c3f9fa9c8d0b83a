import type { Client } from './client.ts';
import type { DirectoryKind, RecordKey, ShortLivedKind } from './record-key.ts';

/** Reads the records that decide what a credential or a token permits now. */
export interface RecordReader {
  /** Begins one request's look at the records. `about` names its subject (a client id), to read ahead well. */
  open(about: string): Look;
}

/**
 * One request's look: every record is read at most once, strongly consistent, after the request began.
 * Reads asked for together travel together.
 */
export interface Look {
  client(id: string): Promise<Client | undefined>;
  /** The record that the key names, or undefined where there is none: `look.find(tenantKey('ten_1'))` is a `Tenant`. */
  find<Kept>(key: RecordKey<DirectoryKind, Kept>): Promise<Kept | undefined>;
  findShortLived<Kept>(key: RecordKey<ShortLivedKind, Kept>): Promise<Kept | undefined>;
  /** Whether a token, or the family that tokens were issued from, was taken back. */
  isRevoked(id: string): Promise<boolean>;
  /** Says that this record will be asked for, so that it travels with the next read. */
  expect(key: RecordKey<DirectoryKind, unknown>): void;
}
