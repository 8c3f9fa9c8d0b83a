import type { ErrorCode } from '#shared/domain/errors.ts';
import type { RequestQuota } from '#shared/domain/requests.ts';

/** The answer of an operation, before it is rendered for API Gateway. */
export interface OperationReply<Status extends number, Body> {
  readonly status: Status;
  readonly body: Body;
  /** The ids that log and audit lines show, besides the ids in the path. */
  readonly target: Readonly<Record<string, string>>;
  /** The reason for which nothing was changed; for the audit log only, if the caller must not learn it. */
  readonly unchangedBecause?: ErrorCode | undefined;
  /** The quotas of the caller that this operation has counted. */
  readonly quotas?: readonly RequestQuota[];
  /** How long caches may keep the answer; only on routes whose table says `varying`. */
  readonly maxAgeSeconds?: number | undefined;
}

/** Answers a success with a body. */
export function ok<Body>(
  body: Body,
  target: Readonly<Record<string, string>> = {},
  quotas: readonly RequestQuota[] = [],
): OperationReply<200, Body> {
  return { status: 200, body, target, quotas };
}

/** A body that is a signed JWT. The API table has its media type. */
export interface SignedBody {
  readonly jwt: string;
}

/** Answers a creation. */
export function created<Body>(body: Body, target: Readonly<Record<string, string>>): OperationReply<201, Body> {
  return { status: 201, body, target };
}

/**
 * Answers a success without a body, which only a 204 can be: an empty answer with another status would be `text/plain`
 * for API Gateway, or JSON that nobody can parse.
 */
export function done(status: 204, target: Readonly<Record<string, string>> = {}): OperationReply<204, undefined> {
  return { status, body: undefined, target };
}

/** An answer in the form that HTTP APIs and REST APIs of API Gateway both take. */
export interface GatewayReply {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  /** Set-Cookie headers; only pages have them, and only HTTP APIs serve pages. */
  readonly cookies?: readonly string[];
}

/**
 * The headers that forbid caches to keep an answer: an error, or an answer with a token or a secret (RFC 6749 §5.1).
 */
export const uncacheable = { 'cache-control': 'no-store', pragma: 'no-cache' } as const;
