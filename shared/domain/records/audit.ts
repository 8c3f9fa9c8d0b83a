import type { ErrorCode } from '../errors.ts';
import { isMadeId } from '../ids.ts';
import type { Page, PageRequest } from './lists.ts';

/** The types of events in the audit log: all changes, and the authentications that were refused. */
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
  'login.code_sent',
  'login.succeeded',
  'session.ended',
  'session.all_ended',
  'consent.decided',
  'consent.ended',
  'invitation.created',
  'invitation.sent_again',
  'invitation.withdrawn',
  'invitation.accepted',
  'invitation.declined',
  'identity.removed',
  'identity_provider.created',
  'identity_provider.updated',
  'identity_provider.deleted',
  'workspace_member.updated',
  'workspace_member.deleted',
] as const;

/** The type of an event, such as `role.created`. */
export type AuditEventType = (typeof auditEventTypes)[number];

/** The outcomes of events; `AuditEvent` says when each is written. */
export const auditOutcomes = ['attempted', 'succeeded', 'refused'] as const;

/**
 * One event of the audit log. A change writes two events with the same `requestId`: `attempted` before it changes any
 * record (if this event cannot be written, there is no change), and its outcome afterwards. A request that is refused
 * before that writes one event.
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
  /** The ids in the path, by parameter name, and the id that a creation gave. */
  readonly target: Readonly<Record<string, string>>;
  /** The error code of a refusal. */
  readonly reason?: string | undefined;
}

/** How many refused authentications from one source the log keeps in a minute, so that guesses do not fill it. */
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

/** Whether an error is a refusal. All other errors ask the caller to try again. */
export function isRefusal(code: ErrorCode): boolean {
  return !NOT_A_REFUSAL.includes(code);
}

/**
 * Returns the client id that the audit log keeps of a refused authentication. A client id is public. Any other text in
 * its place may be a secret in the wrong field, so the log keeps an empty text.
 */
export function recordedClientId(claimedClientId: string): string {
  return isMadeId('cli', claimedClientId) ? claimedClientId : '';
}

/** Selects events between two moments, in seconds since 1970, UTC. An absent member matches every event. */
export interface AuditFilter {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly type?: string | undefined;
  readonly outcome?: AuditEvent['outcome'] | undefined;
  /** The client that made the request. */
  readonly clientId?: string | undefined;
  /** The tenant that an event names as its target. */
  readonly tenantId?: string | undefined;
}

/** Appends events to the audit log. No event is ever changed or removed. */
export interface AuditLog {
  append(event: AuditEvent): Promise<void>;
}

/** Reads the audit log. */
export interface AuditReader {
  /**
   * Lists the newest events first. After a long time without events, a page may be short or empty and still have a next
   * page.
   */
  list(filter: AuditFilter, page: PageRequest): Promise<Page<AuditEvent>>;
}

/** Reads the audit log as a queue: it delivers a batch again until the batch is acknowledged. */
export interface AuditFeed {
  /** Returns the next events up to this moment, the oldest first; undefined if all are acknowledged. */
  next(untilSeconds: number): Promise<AuditBatch | undefined>;
}

/** Consecutive events of the audit log. */
export interface AuditBatch {
  /** Empty if there was no event for a long time. */
  readonly events: readonly AuditEvent[];
  /** Moves the queue past these events; resolves with false if another reader has moved it already. */
  acknowledge(): Promise<boolean>;
}

/** Publishes events to subscribers outside the product. */
export interface EventBus {
  /** Resolves when the bus has accepted every event. */
  publish(events: readonly AuditEvent[]): Promise<void>;
}
