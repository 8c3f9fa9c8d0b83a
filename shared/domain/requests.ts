import type { JsonObject } from './json.ts';

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
