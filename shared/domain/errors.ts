import type { RequestQuota } from './requests.ts';

/**
 * The reasons for which a request is refused, independent of HTTP. The OAuth codes come from RFC 6749 §5.2,
 * RFC 6750 §3.1, RFC 9470 §3, RFC 7009 §2.2.1, RFC 8707 §2 and RFC 9449 §5 and §8; the other codes belong to the management API.
 * `unproven_token` is rendered as `invalid_dpop_proof` by an API (RFC 9449 §7.1).
 */
export type ErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'invalid_target'
  | 'invalid_dpop_proof'
  | 'use_dpop_nonce'
  | 'unauthenticated'
  | 'invalid_token'
  | 'unproven_token'
  | 'insufficient_scope'
  | 'insufficient_user_authentication'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'conflict'
  | 'precondition_failed'
  | 'payload_too_large'
  | 'rate_limited'
  | 'temporarily_unavailable'
  | 'server_error';

interface ErrorDetails {
  /** The request member that is wrong, as the caller wrote its name. */
  readonly field?: string;
  /** The permission that the request needs (RFC 6750 §3.1). */
  readonly neededScope?: string;
  /** How old the login of the person may be (RFC 9470 §3). */
  readonly maxAgeSeconds?: number;
  /** The scheme in which the caller presented the refused access token; `Bearer` if absent. */
  readonly scheme?: 'Bearer' | 'DPoP';
  /** After this time a repeat may succeed; if absent, when the last exceeded quota is reset. */
  readonly retryAfterSeconds?: number;
  /** The quotas that the request was counted against, exceeded or not. */
  readonly quotas?: readonly RequestQuota[];
  /** Whether the credential has no valid seal: Mintmark did not issue it. This is counted and never shown (Q2). */
  readonly isForged?: boolean;
  /** The underlying error. The log has its name; the caller never sees it. */
  readonly cause?: unknown;
}

/** The only error that the product throws on purpose: `message` is public, `cause` is not. */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly code: ErrorCode;
  readonly field: string | undefined;
  readonly neededScope: string | undefined;
  readonly maxAgeSeconds: number | undefined;
  readonly scheme: 'Bearer' | 'DPoP';
  readonly retryAfterSeconds: number | undefined;
  readonly quotas: readonly RequestQuota[];
  readonly isForged: boolean;

  constructor(code: ErrorCode, description: string, details: ErrorDetails = {}) {
    super(description, { cause: details.cause });
    this.code = code;
    this.field = details.field;
    this.neededScope = details.neededScope;
    this.maxAgeSeconds = details.maxAgeSeconds;
    this.scheme = details.scheme ?? 'Bearer';
    this.quotas = details.quotas ?? [];
    this.isForged = details.isForged ?? false;
    this.retryAfterSeconds = details.retryAfterSeconds ?? latestReset(this.quotas);
  }
}

function latestReset(quotas: readonly RequestQuota[]): number | undefined {
  const exceeded = quotas.filter(({ isExceeded }) => isExceeded);
  return exceeded.length === 0 ? undefined : Math.max(...exceeded.map(({ resetSeconds }) => resetSeconds));
}

/** Makes the error for an unknown id and for an id that the caller may not see: the answers must be equal (DEC6). */
export function notFound(): DomainError {
  return new DomainError('not_found', 'There is no such resource, or you may not see it.');
}

/** Makes the error for a record that another request changed after this request read it. */
export function changedMeanwhile(): DomainError {
  return new DomainError('conflict', 'The resource was changed by another request. Read it again and repeat.');
}

/**
 * Ignores the conflict of an insertion: the record of the other request is as good as this one.
 * @throws every other error again
 */
export function ignoreConflict(error: unknown): void {
  if (!(error instanceof DomainError) || error.code !== 'conflict') throw error;
}

/** Whether an error says that something does not exist, or that the caller may not see it. */
export function isNotFound(error: unknown): boolean {
  return error instanceof DomainError && error.code === 'not_found';
}

/**
 * Checks that a record has the version that the caller expects (`If-Match`, RFC 9110 §13.1.1).
 * @throws DomainError `precondition_failed`
 */
export function assertVersion(
  record: { readonly version: number } | undefined,
  expectedVersion: number | undefined,
): void {
  if (expectedVersion === undefined || record?.version === expectedVersion) return;
  throw preconditionFailed();
}

/** Makes the error for a record that has another version than the caller expects (RFC 9110 §15.5.13). */
export function preconditionFailed(): DomainError {
  return new DomainError('precondition_failed', 'The resource has another version than If-Match names. Read it again.');
}

/** Makes the error for a token that is too large for an HTTP header, or for one signature of KMS. */
export function tokenTooLarge(): DomainError {
  return new DomainError('invalid_scope', 'The token would be too large: request fewer permissions.', {
    field: 'scope',
  });
}

/** Makes the error for a dependency that did not answer. The result is unknown, so the caller is asked to repeat. */
export function unavailable(cause: unknown): DomainError {
  return new DomainError('temporarily_unavailable', 'A service that this request needs did not answer. Try again.', {
    retryAfterSeconds: 1,
    cause,
  });
}
