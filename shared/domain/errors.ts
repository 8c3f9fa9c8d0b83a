import type { RequestQuota } from './requests.ts';

/**
 * Why a request is refused, free of transport. The OAuth codes are those of RFC 6749 §5.2, RFC 6750 §3.1,
 * RFC 7009 §2.2.1, RFC 8707 §2 and RFC 9449 §5 and §8; the others belong to the management API. `unproven_token` is
 * what an API answers with `invalid_dpop_proof` (RFC 9449 §7.1).
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
  /** The request member at fault, as the caller wrote its name. */
  readonly field?: string;
  /** The permission that would have been needed (RFC 6750 §3.1). */
  readonly neededScope?: string;
  /** How the refused access token was presented; a bearer token unless this says otherwise. */
  readonly scheme?: 'Bearer' | 'DPoP';
  /** After how many seconds a repeat may succeed. */
  readonly retryAfterSeconds?: number;
  /** What was used up; a repeat may succeed when the last of it begins anew. */
  readonly quotas?: readonly RequestQuota[];
  /** Whether the credential was never issued here, as anybody sees who has the pepper: counted, never shown (Q2). */
  readonly isForged?: boolean;
  /** What really happened: logged by name, never shown. */
  readonly cause?: unknown;
}

/** The one error the product throws on purpose: `message` is public, `cause` is not. */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly code: ErrorCode;
  readonly field: string | undefined;
  readonly neededScope: string | undefined;
  readonly scheme: 'Bearer' | 'DPoP';
  readonly retryAfterSeconds: number | undefined;
  readonly quotas: readonly RequestQuota[];
  readonly isForged: boolean;

  constructor(code: ErrorCode, description: string, details: ErrorDetails = {}) {
    super(description, { cause: details.cause });
    this.code = code;
    this.field = details.field;
    this.neededScope = details.neededScope;
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

/** The answer to an unknown id and to somebody else's id: they must not be told apart (DEC6). */
export function notFound(): DomainError {
  return new DomainError('not_found', 'There is no such resource, or you may not see it.');
}

/** Somebody else changed the record between this request's reading and its writing. */
export function changedMeanwhile(): DomainError {
  return new DomainError('conflict', 'The resource was changed by another request. Read it again and repeat.');
}

/** For insertions of what only has to be there: somebody else made it first, which is as good. */
export function ignoreConflict(error: unknown): void {
  if (!(error instanceof DomainError) || error.code !== 'conflict') throw error;
}

/**
 * Whoever says which version they mean changes no other one (RFC 9110 §13.1.1).
 * @throws DomainError `precondition_failed`
 */
export function assertVersion(
  record: { readonly version: number } | undefined,
  expectedVersion: number | undefined,
): void {
  if (expectedVersion === undefined || record?.version === expectedVersion) return;
  throw preconditionFailed();
}

/** The version that the caller means does not stand any more (RFC 9110 §15.5.13). */
export function preconditionFailed(): DomainError {
  return new DomainError(
    'precondition_failed',
    'The resource is not in the version that If-Match names. Read it again.',
  );
}

/** Not every token that the rules allow fits into a header, or into what KMS signs. */
export function tokenTooLarge(): DomainError {
  return new DomainError('invalid_scope', 'The token would be too large: request fewer permissions.', {
    field: 'scope',
  });
}

/** A dependency did not answer: neither a yes nor a no, so the caller is asked to come back. */
export function unavailable(cause: unknown): DomainError {
  return new DomainError('temporarily_unavailable', 'A service this request depends on did not answer. Try again.', {
    retryAfterSeconds: 1,
    cause,
  });
}
