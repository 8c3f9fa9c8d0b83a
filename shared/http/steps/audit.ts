import type { Clock } from '#shared/domain/ambient.ts';
import type { AuditEvent, AuditLog } from '#shared/domain/records/audit.ts';
import { identityOf } from '../caller/caller.ts';
import { asDomainError } from '../reply/errors.ts';
import type { Incoming } from '../request/incoming.ts';
import { settleAfterwards } from './afterwards.ts';
import { type Middleware, routeOf } from './step.ts';

/**
 * Writes two audit events about a change (U4, U5): one before the change, and one with its outcome. If the first event
 * cannot be written, there is no change. On routes whose caller is `anyone`, the operation itself writes the first
 * event if a request changes a record. Otherwise anybody could fill the audit log.
 */
export function audit(ports: () => AuditPorts): Middleware {
  const conclude = async (event: Incoming, outcome: AuditEvent['outcome'], reason?: string) => {
    if (event.isAttempted !== true) return;
    await settleAfterwards('audit outcome', event, append(event, { outcome, reason }, ports()));
  };
  return {
    before: async ({ event }) => {
      const { caller, audit: type, audited = [] } = routeOf(event);
      if (type !== undefined && caller !== 'anyone' && caller !== 'browser') {
        await appendAttempt(event, membersNamed(audited, event), ports());
      }
    },
    after: ({ event }) => {
      const reason = event.reply?.unchangedBecause;
      return conclude(event, reason === undefined ? 'succeeded' : 'refused', reason);
    },
    onError: ({ event, error }) => conclude(event, 'refused', asDomainError(error).code),
  };
}

/**
 * Writes the audit event of an attempt. `target` has the ids of the records that are about to change, besides the ids
 * in the path.
 */
export async function appendAttempt(
  event: Incoming,
  target: Readonly<Record<string, string>>,
  ports: AuditPorts,
): Promise<void> {
  Object.assign(event.target, target);
  await append(event, { outcome: 'attempted' }, ports);
  event.isAttempted = true;
}

/** The members of the checked body and query with these names. */
function membersNamed(names: readonly string[], { body, parsedQuery }: Incoming): Record<string, string> {
  const members = Object.entries({ ...asObject(parsedQuery), ...asObject(body) });
  return Object.fromEntries(
    members.filter(([name]) => names.includes(name)).map(([name, value]) => [name, `${value}`]),
  );
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

interface AuditPorts {
  readonly clock: Clock;
  readonly audit?: AuditLog;
}

async function append(
  event: Incoming,
  result: Pick<AuditEvent, 'outcome' | 'reason'>,
  { audit: log, clock }: AuditPorts,
): Promise<void> {
  const type = routeOf(event).audit;
  if (type === undefined || log === undefined || event.repeatedReply !== undefined) return;
  const { requestId, target, source, userAgent } = event;
  const actor = { ...identityOf(event), ip: source, userAgent };
  await log.append({ type, ...result, timeSeconds: clock.nowSeconds(), requestId, actor, target });
}
