import type { MiddlewareObj } from '@middy/core';
import type { Clock } from '#shared/domain/ambient.ts';
import type { ErrorCode } from '#shared/domain/errors.ts';
import type { AuditEvent, AuditEventType, AuditLog } from '#shared/domain/records/audit.ts';
import type { RequestLimiter } from '#shared/domain/requests.ts';
import { identityOf } from '../caller/caller.ts';
import { claimedClientId } from '../caller/claimed-client.ts';
import { asDomainError } from '../reply/errors.ts';
import type { GatewayReply } from '../reply/replies.ts';
import type { Incoming } from '../request/incoming.ts';
import { settleAfterwards } from './afterwards.ts';

/** Who guesses credentials by the thousand shall not fill the audit log; every attempt is a log line besides. */
const FAILURES_KEPT_PER_MINUTE = 10;

const FAILED_AUTHENTICATION: readonly ErrorCode[] = [
  'invalid_client',
  'invalid_grant',
  'invalid_token',
  'unproven_token',
];

const NOT_A_REFUSAL: readonly ErrorCode[] = ['rate_limited', 'temporarily_unavailable', 'server_error'];

/** Client ids are public; anything else in their place may be a secret that went into the wrong field. */
const CLIENT_ID = /^cli_[0-9A-Za-z]{22}$/;

interface Ports {
  readonly clock: Clock;
  readonly requestLimiter: RequestLimiter;
  readonly audit?: AuditLog;
}

/**
 * Writes down who was refused before anything was attempted (U4): a credential that is not or no longer good, the first
 * ten of a source in a minute, and a change that its caller may not make or asks for wrongly.
 */
export function auditRefusals(ports: () => Ports): MiddlewareObj<Incoming, GatewayReply> {
  return {
    onError: async ({ event, error }) => {
      const reason = asDomainError(error).code;
      if (NOT_A_REFUSAL.includes(reason)) return;
      const { audit, clock, requestLimiter } = ports();
      const refusal = await refusalOf(event, reason, requestLimiter);
      if (audit === undefined || refusal === undefined) return;
      const { requestId, target, source: ip, userAgent } = event;
      const timeSeconds = clock.nowSeconds();
      const actor = { ...refusal.who, ip, userAgent };
      const line = { type: refusal.type, outcome: 'refused', timeSeconds, requestId, actor, target, reason } as const;
      await settleAfterwards('audit outcome', event, audit.append(line));
    },
  };
}

interface Refusal {
  readonly type: AuditEventType;
  readonly who: Pick<AuditEvent['actor'], 'clientId' | 'subject'>;
}

/** What there is to write down, if anything: `audit` has concluded an attempt already, and reading leaves no trace. */
async function refusalOf(event: Incoming, code: ErrorCode, limiter: RequestLimiter): Promise<Refusal | undefined> {
  const { route, caller, isAttempted, source } = event;
  if (route === undefined || isAttempted === true) return undefined;
  if (caller !== undefined) return route.audit && { type: route.audit, who: identityOf(event) };
  if (!FAILED_AUTHENTICATION.includes(code)) return undefined;
  const { limit, remaining } = await limiter.count(`refused ${source}`);
  if (limit - remaining > FAILURES_KEPT_PER_MINUTE) return undefined;
  return { type: 'authentication.failed', who: { clientId: namedClientId(event), subject: '' } };
}

/** Whom the caller said to be, as far as that can be written down. */
function namedClientId(event: Incoming): string {
  const clientId = claimedClientId(event);
  return CLIENT_ID.test(clientId) ? clientId : '';
}
