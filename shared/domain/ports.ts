import type { TokenClaims } from './access-token.ts';
import type { AssertionClaims } from './assertion.ts';
import type { AuditEvent, AuditFilter } from './audit.ts';
import type { Client, DirectoryKind, DirectoryRecords, JsonObject, SigningAlgorithm, StoredKey } from './records.ts';

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

/** bcrypt, with the work it does the same for every answer it gives. */
export interface SecretHasher {
  /** Rejects secrets of more than 72 bytes, of which bcrypt would silently see a part only. */
  hash(secret: string): Promise<string>;
  compare(secret: string, hash: string): Promise<boolean>;
  /** The hash of nothing: comparing with it costs what a real comparison costs and never matches. */
  readonly decoyHash: string;
}

/** A key of the workspace, wrapped by KMS, that marks secrets as our own. */
export interface Pepper {
  /** Eight base62 characters that only the holder of the pepper can compute. */
  seal(message: string): Promise<string>;
  /** True for a seal under any live pepper; takes the same time for every wrong one. */
  isSealed(message: string, seal: string): Promise<boolean>;
}

/** Makes the workspace's first pepper; does nothing where one exists. */
export interface PepperFounder {
  found(): Promise<void>;
}

/** Signs tokens; `typ` in their header says of which kind they are. */
export interface TokenSigner {
  sign(claims: TokenClaims, algorithm: SigningAlgorithm): Promise<string>;
}

/** Checks form, type, algorithm, signature and issuer of a token; undefined for whatever is not ours. */
export interface TokenVerifier {
  verify(token: string): Promise<TokenClaims | undefined>;
  /** Algorithms this workspace has signing keys for. */
  readonly algorithms: readonly SigningAlgorithm[];
}

/** A public JSON Web Key as it is published (RFC 7517). */
export interface PublicJwk {
  readonly kty: string;
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly use: 'sig';
  readonly [member: string]: string;
}

/** The public halves of the signing keys. */
export interface KeySet {
  publicKeys(): Promise<readonly PublicJwk[]>;
  /** Algorithms this workspace has signing keys for. */
  readonly algorithms: readonly SigningAlgorithm[];
}

/** A key pair that was just made; the private half (PKCS#8, PEM) exists in this answer only. */
export interface NewKeyPair {
  readonly key: StoredKey;
  readonly privateKey: string;
}

/** Makes and examines the keys that clients sign with. */
export interface ClientKeys {
  generate(algorithm: SigningAlgorithm): Promise<NewKeyPair>;
  /** A caller's public key as it is to be stored; undefined for one that is weak or no key at all. */
  examine(jwk: Readonly<Record<string, string>>): StoredKey | undefined;
}

/** Reads JWTs that clients have signed themselves (RFC 7523 §3). Nothing in their headers is followed. */
export interface AssertionVerifier {
  /** The key that the assertion says it is signed with; undefined for whatever is no such JWT. */
  keyIdOf(assertion: string): string | undefined;
  /** The claims, if this key signed them and all that must be there is there; undefined for everything else. */
  verify(assertion: string, key: StoredKey): Promise<AssertionClaims | undefined>;
}

/** An assertion as it is remembered: its `jti`, which is the issuer's own, and the moment from which it is refused anyway. */
export interface RedeemedAssertion {
  readonly clientId: string;
  readonly jti: string;
  readonly endsAtSeconds: number;
}

/** Remembers assertions, so that none is redeemed twice (RFC 7523 §3 item 7). */
export interface AssertionMemory {
  /** True for the one who redeems the assertion first. */
  redeem(assertion: RedeemedAssertion, nowSeconds: number): Promise<boolean>;
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
  isRevoked(tokenId: string): Promise<boolean>;
  /** Says that this record will be asked for, so that it travels with the next read. */
  expect(kind: DirectoryKind, id: string): void;
}

/** Keeps revoked token ids until the tokens would have ended anyway. */
export interface Revocations {
  /** Resolves only when every later look sees the token as revoked. */
  revoke(tokenId: string, expiresAtSeconds: number): Promise<void>;
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

/**
 * Whose clients: a tenant's own, one member's, one service user's; without a tenant the workspace's applications.
 * A service user's keys are another list than its secrets.
 */
export interface ClientOwner {
  readonly tenantId?: string | undefined;
  readonly userId?: string | undefined;
  readonly serviceUserId?: string | undefined;
  readonly credential?: 'secret' | 'key' | undefined;
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
  /**
   * Resolves with true when the client is gone, whoever removed it. With a version, resolves with false where the
   * client stands in another one.
   */
  remove(id: string, version?: number): Promise<boolean>;
}

export interface ClientLister {
  list(owner: ClientOwner, page: PageRequest, nowSeconds: number): Promise<Page<Client>>;
}

/** Writes records of some kinds. */
export interface RecordWriter<Kinds extends DirectoryKind> {
  /** Rejects with `conflict` where a record with this key exists. */
  insert<Kind extends Kinds>(kind: Kind, key: string, record: DirectoryRecords[Kind]): Promise<void>;
  /** Writes `record` over the version just below its own; false where that version does not stand any more. */
  replace<Kind extends Kinds>(kind: Kind, key: string, record: DirectoryRecords[Kind]): Promise<boolean>;
}

export interface DirectoryWriter extends RecordWriter<DirectoryKind> {
  /** Resolves with true when the record is gone, with false where it stands in another version than this one. */
  remove(kind: DirectoryKind, key: string, version: number): Promise<boolean>;
}

/** Kinds of records that may be left when what they belonged to is deleted, and the list of this work. */
export type RemainingKind =
  | 'membership'
  | 'serviceUser'
  | 'role'
  | 'defaultRoles'
  | 'roster'
  | 'grant'
  | 'name'
  | 'removal';

export interface RemainsRemover {
  /** Resolves with true when the record is gone, with false where it stands in another version than this one. */
  remove(kind: RemainingKind, key: string, version: number): Promise<boolean>;
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

/** Slows down whoever scans for tokens. */
export interface AttemptLimiter {
  /** Rejects with `rate_limited` once `key` has failed too often lately. */
  assertMayTry(key: string): Promise<void>;
  recordFailure(key: string): Promise<void>;
}

/** How many requests a client may send, and where it stands. */
export interface RequestQuota {
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
