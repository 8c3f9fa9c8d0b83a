import type { MiddlewareObj } from '@middy/core';
import type { Clock } from '#shared/domain/ambient.ts';
import { networkOf } from '#shared/domain/authentication/attempt-limits.ts';
import type { ErrorCode } from '#shared/domain/errors.ts';
import {
  type AuditEvent,
  type AuditEventType,
  type AuditLog,
  isFailedAuthentication,
  isRefusal,
  REFUSALS_KEPT_PER_MINUTE,
  recordedClientId,
} from '#shared/domain/records/audit.ts';
import type { RequestLimiter } from '#shared/domain/requests.ts';
import { identityOf } from '../caller/caller.ts';
import { claimedClientId } from '../caller/claimed-client.ts';
import { asDomainError } from '../reply/errors.ts';
import type { GatewayReply } from '../reply/replies.ts';
import type { Incoming } from '../request/incoming.ts';
import { settleAfterwards } from './afterwards.ts';

interface Ports {
  readonly clock: Clock;
  readonly requestLimiter: RequestLimiter;
  readonly audit?: AuditLog;
}

/**
 * Writes the audit event of a request that was refused before its change began (U4): a change that the caller may not
 * make, a change with invalid input, or a failed authentication. Only the first failures of a source in a minute are
 * written; the log has a line for every refused request.
 */
export function auditRefusals(ports: () => Ports): MiddlewareObj<Incoming, GatewayReply> {
  return {
    onError: async ({ event, error }) => {
      const reason = asDomainError(error).code;
      if (!isRefusal(reason)) return;
      const { audit, clock, requestLimiter } = ports();
      const refusal = await refusalOf(event, reason, requestLimiter);
      if (audit === undefined || refusal === undefined) return;
      const { requestId, target, source: ip, userAgent } = event;
      const timeSeconds = clock.nowSeconds();
      const actor = { ...refusal.caller, ip, userAgent };
      const line = { type: refusal.type, outcome: 'refused', timeSeconds, requestId, actor, target, reason } as const;
      await settleAfterwards('audit outcome', event, audit.append(line));
    },
  };
}

interface Refusal {
  readonly type: AuditEventType;
  readonly caller: Pick<AuditEvent['actor'], 'clientId' | 'subject'>;
}

/** Finds the refusal to write. `audit` writes the refusals of attempts; refused reads are not written. */
async function refusalOf(event: Incoming, code: ErrorCode, limiter: RequestLimiter): Promise<Refusal | undefined> {
  const { route, caller, isAttempted, source } = event;
  if (route === undefined || isAttempted === true) return undefined;
  if (caller !== undefined) return route.audit && { type: route.audit, caller: identityOf(event) };
  if (!isFailedAuthentication(code)) return undefined;
  const { limit, remaining } = await limiter.count(`refused ${networkOf(source)}`);
  if (limit - remaining > REFUSALS_KEPT_PER_MINUTE) return undefined;
  return { type: 'authentication.failed', caller: { clientId: recordedClientId(claimedClientId(event)), subject: '' } };
}
