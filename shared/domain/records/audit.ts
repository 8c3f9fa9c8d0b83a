import type { ErrorCode } from '../errors.ts';
import { isMadeId } from '../ids.ts';
import type { Page, PageRequest } from './lists.ts';

/** What an administrator wants to find again: every change, and every attempt at one. */
export const auditEventTypes = [
  'workspace.bootstrapped',
  'pepper.rotation_started',
  'pepper.rotated',
  'authentication.failed',
  'api_token.created',
  'api_token.updated',
  'api_token.revoked',
  'client.created',
  'client.updated',
  'client.deleted',
  'client_grant.set',
  'client_grant.deleted',
  'client.secret.created',
  'client.secret.rotation_started',
  'client.secret.rotated',
  'client.secret.rotation_cancelled',
  'client.secret.revoked',
  'client.key.created',
  'client.key.revoked',
  'federated_credential.created',
  'federated_credential.deleted',
  'token.revoked',
  'credential.leaked',
  'settings.updated',
  'signing_key.rotated',
  'signing_key.revoked',
  'signing_key.updated',
  'tenant.created',
  'tenant.updated',
  'tenant.deleted',
  'user.created',
  'user.updated',
  'user.deleted',
  'service_user.created',
  'service_user.updated',
  'service_user.deleted',
  'member.set',
  'member.deleted',
  'role.created',
  'role.updated',
  'role.deleted',
  'api.created',
  'api.updated',
  'api.deleted',
  'api.tested',
  'api.signing_secret.created',
  'api.signing_secret.deleted',
] as const;

export type AuditEventType = (typeof auditEventTypes)[number];

export const auditOutcomes = ['attempted', 'succeeded', 'refused'] as const;

/**
 * One line of the audit log. A change writes two lines under the same `requestId`: `attempted` before anything is
 * touched (no line, no change) and its outcome afterwards. A refusal before that is one line.
 */
export interface AuditEvent {
  readonly type: AuditEventType;
  readonly outcome: (typeof auditOutcomes)[number];
  readonly timeSeconds: number;
  readonly requestId: string;
  readonly actor: {
    readonly clientId: string;
    readonly subject: string;
    readonly ip: string;
    readonly userAgent: string;
  };
  /** The ids in the path, and the id that a creation gave. */
  readonly target: Readonly<Record<string, string>>;
  /** The error code of a refusal. */
  readonly reason?: string | undefined;
}

/** How many refused authentications of one source the log keeps in a minute, so that guessing does not fill it. */
export const REFUSALS_KEPT_PER_MINUTE = 10;

const FAILED_AUTHENTICATION: readonly ErrorCode[] = [
  'invalid_client',
  'invalid_grant',
  'invalid_token',
  'unproven_token',
];

/** Whether an error means that a credential is wrong or has ended. */
export function isFailedAuthentication(code: ErrorCode): boolean {
  return FAILED_AUTHENTICATION.includes(code);
}

const NOT_A_REFUSAL: readonly ErrorCode[] = ['rate_limited', 'temporarily_unavailable', 'server_error'];

/** Whether an error is a refusal; the others say that the caller may try again. */
export function isRefusal(code: ErrorCode): boolean {
  return !NOT_A_REFUSAL.includes(code);
}

/**
 * The client id of a line about a refused authentication. A client id is public; any other text in its place may be a
 * secret in the wrong field and becomes the empty text.
 */
export function recordedClientId(claimedClientId: string): string {
  return isMadeId('cli', claimedClientId) ? claimedClientId : '';
}

/** Which lines to show: newest first, between two moments, and only those that match what is given. */
export interface AuditFilter {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly type?: string | undefined;
  readonly outcome?: AuditEvent['outcome'] | undefined;
  /** Who did it. */
  readonly clientId?: string | undefined;
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
