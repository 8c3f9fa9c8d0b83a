import type { AccessTokenClaims } from './access-token.ts';
import type { AuditEvent, AuditFilter } from './audit.ts';
import type { Page, PageRequest } from './record-ports.ts';
import type { Client, DirectoryKind, DirectoryRecords, JsonObject, TokenQuota } from './records.ts';
import type { StatusPlace } from './status-places.ts';
import type { ShortLivedKind, ShortLivedRecords } from './token-family.ts';

/**
 * What the domain asks of the world. Every method that depends on a service rejects with the domain error
 * `temporarily_unavailable` when that service does not answer; a failed dependency is never a "no".
 */

/** The one trusted clock. */
export interface Clock {
  nowSeconds(): number;
}

/** A cryptographically strong source. */
export interface Random {
  bytes(length: number): Uint8Array;
}

/** Reads the records that decide what a credential or a token is worth now. */
export interface StandingReader {
  /** Begins one request's look at the records. `about` names what it is about (a client id), to read ahead well. */
  open(about: string): Look;
}

/**
 * One request's look: every record is read at most once, strongly consistent, after the request began.
 * Reads asked for together travel together.
 */
export interface Look {
  client(id: string): Promise<Client | undefined>;
  find<Kind extends DirectoryKind>(kind: Kind, id: string): Promise<DirectoryRecords[Kind] | undefined>;
  findShortLived<Kind extends ShortLivedKind>(kind: Kind, id: string): Promise<ShortLivedRecords[Kind] | undefined>;
  /** Whether a token, or the family that tokens were issued from, was taken back. */
  isRevoked(id: string): Promise<boolean>;
  /** Says that this record will be asked for, so that it travels with the next read. */
  expect(kind: DirectoryKind, id: string): void;
}

/** Keeps revoked ids of tokens and families until what they are about would have ended anyway. */
export interface Revocations {
  /** Resolves only when every later look sees this as revoked. */
  revoke(id: string, expiresAtSeconds: number): Promise<void>;
}

/** What of a token decides about its worth: everything but what it tells its API. */
export type DecidingClaims = Omit<AccessTokenClaims, 'roles' | 'permissions' | 'metadata' | 'status'>;

/** Gives tokens their places on status lists. */
export interface StatusPlaces {
  /** A place that no other token has or will have; resolves when it is written down whose it is. */
  assign(claims: DecidingClaims): Promise<StatusPlace>;
}

/** Reads which tokens have places on a status list. */
export interface StatusEntries {
  /** Undefined for a list on which no token has a place yet. */
  read(list: number): Promise<readonly { readonly index: number; readonly claims: DecidingClaims }[] | undefined>;
}

/** Keeps the lists that this process has made, so that one is made for all who ask at the same time. */
export interface StatusListMemory<List> {
  /** What is known, as long as it is fresh; else what `make` makes, or is making already. */
  recall(
    list: number,
    isFresh: (known: List) => boolean,
    make: () => Promise<List | undefined>,
  ): Promise<List | undefined>;
}

/** One credential of a client: a secret by its selector, a key by `KEY_SELECTOR`. */
export interface CredentialName {
  readonly clientId: string;
  readonly selector: string;
}

/** Notes which credentials are in use, so that those nobody uses can be found (Q7). */
export interface UsageNotes {
  /**
   * Notes a use, for each credential once in five minutes at most. Settles soon, whatever becomes of the note; a
   * rejection says that it is lost.
   */
  note(credential: CredentialName, nowSeconds: number): Promise<void>;
}

/** By `credentialKey`: when, in seconds, less up to five minutes. Credentials that were never used are missing. */
export type LastUses = ReadonlyMap<string, number>;

export interface UsageReader {
  lastUses(credentials: readonly CredentialName[]): Promise<LastUses>;
}

/** The append-only record of who did what. */
export interface AuditLog {
  append(event: AuditEvent): Promise<void>;
}

/** Reads the audit log back. */
export interface AuditReader {
  /** Where long times without events have to be passed over, a page may be short or empty and still have a next one. */
  list(filter: AuditFilter, page: PageRequest): Promise<Page<AuditEvent>>;
}

/** The audit log as a queue: what has not been acknowledged comes again. */
export interface AuditFeed {
  /** The next events up to this moment, oldest first; undefined when all are acknowledged. */
  next(untilSeconds: number): Promise<AuditBatch | undefined>;
}

export interface AuditBatch {
  /** Empty where nothing happened for a long time. */
  readonly events: readonly AuditEvent[];
  /** Goes on behind these events; false where another reader has gone on already. */
  acknowledge(): Promise<boolean>;
}

/** Whoever wants to hear what happens. */
export interface EventBus {
  /** Resolves when every event has been taken. */
  publish(events: readonly AuditEvent[]): Promise<void>;
}

/** Attempts that are counted together, and after how many failures other processes hear of them; without a number never. */
export interface FailureBucket {
  readonly bucket: string;
  readonly sharedEvery?: number | undefined;
}

/** Counts failures, minute by minute: each one in this process, and what it is told of other processes' besides. */
export interface FailureCounter {
  /** The failures of this minute as far as this process knows, with the attempts under way. */
  count(bucket: string, nowSeconds: number): number;
  /** Counts an attempt from its beginning, so that many at once are not more than one after the other. */
  begin(bucket: FailureBucket, nowSeconds: number): AttemptUnderWay;
  /** How many failures other processes were to be told of, and could not be, since this was last asked. */
  takeUntold(): number;
}

/** An attempt that is counted for as long as nobody knows how it ends. */
export interface AttemptUnderWay {
  /** It is not counted any more. */
  withdraw(): void;
  /** It stays counted. Settles soon and never rejects: where other processes cannot be told, this one goes on counting. */
  fail(): Promise<void>;
}

/** How much somebody may do within a time, and where they stand. */
export interface RequestQuota {
  /** What is counted, as the RateLimit headers name it. */
  readonly name: string;
  readonly limit: number;
  readonly windowSeconds: number;
  readonly isExceeded: boolean;
  readonly remaining: number;
  /** After how many seconds the counting starts anew. */
  readonly resetSeconds: number;
}

/** Keeps one caller from taking everybody else's share. */
export interface RequestLimiter {
  /** Counts one request of this client. */
  count(clientId: string): Promise<RequestQuota>;
}

/** Counts the access tokens of clients with a quota. */
export interface IssuanceCounter {
  /** Counts one more, unless an enforced quota is used up: of many at once exactly as many are counted as it allows. */
  count(clientId: string, quota: TokenQuota, nowSeconds: number): Promise<Issuance>;
}

/** How many there were in this hour and on this day, in UTC, with the one in question where it is counted. */
export interface Issuance {
  readonly isCounted: boolean;
  readonly inHour: number;
  readonly inDay: number;
}

/** What a creation answered, less the secrets in it. */
export interface RememberedReply {
  readonly status: number;
  readonly body: JsonObject;
}

/** A creation that was begun under a name of the caller's choice. */
export interface RememberedRequest {
  /** Tells whether a repeat asks for the same. */
  readonly fingerprint: string;
  /** Absent while the creation is under way. */
  readonly reply?: RememberedReply | undefined;
}

/** Remembers creations by their `Idempotency-Key`, so that a repeat does not create a second time. */
export interface RequestMemory {
  /** Begins a creation; where one was begun under this name and is not forgotten, says what is known of that instead. */
  begin(name: string, fingerprint: string, nowSeconds: number): Promise<RememberedRequest | undefined>;
  finish(name: string, fingerprint: string, reply: RememberedReply, nowSeconds: number): Promise<void>;
  /** For a creation that came to nothing. */
  forget(name: string): Promise<void>;
}
