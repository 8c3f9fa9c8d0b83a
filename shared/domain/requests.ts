import type { JsonObject } from './json.ts';

/** A quota of requests or tokens in a window of time, and how much of it is used. */
export interface RequestQuota {
  /** The name of the quota in the RateLimit headers. */
  readonly name: string;
  readonly limit: number;
  readonly windowSeconds: number;
  readonly isExceeded: boolean;
  readonly remaining: number;
  /** The time until the next window begins. */
  readonly resetSeconds: number;
}

/** Limits the requests of each client, so that one client does not use up the capacity of all. */
export interface RequestLimiter {
  /** Counts one request of a client and returns the state of its quota. */
  count(clientId: string): Promise<RequestQuota>;
}

/** The answer to a creation, without the secrets in it. */
export interface RememberedReply {
  readonly status: number;
  readonly body: JsonObject;
}

/** A creation that a caller began under an `Idempotency-Key`. */
export interface RememberedRequest {
  /** Differs from the fingerprint of any other request, so that a repeat can be recognised. */
  readonly fingerprint: string;
  /** Absent while the creation is under way. */
  readonly reply?: RememberedReply | undefined;
}

/** Remembers creations by their `Idempotency-Key`, so that a repeat does not create a second resource. */
export interface RequestMemory {
  /**
   * Begins a creation under a name and returns undefined. If a creation was begun under this name before and is not
   * forgotten, returns that creation instead.
   */
  begin(name: string, fingerprint: string, nowSeconds: number): Promise<RememberedRequest | undefined>;
  /** Keeps the answer to the creation. */
  finish(name: string, fingerprint: string, reply: RememberedReply, nowSeconds: number): Promise<void>;
  /** Forgets a creation that failed, so that a repeat begins again. */
  forget(name: string): Promise<void>;
}
