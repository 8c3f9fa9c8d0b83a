import * as z from 'zod';
import { type AuditEvent, type AuditEventType, auditOutcomes } from '#shared/domain/records/audit.ts';
import { exactly } from '../../exactly.ts';

/** An event as the Audit table holds it, beside its key. */
export const auditEventSchema = exactly<AuditEvent>()(
  z.object({
    // Other versions of this product may have had other types.
    type: z.custom<AuditEventType>((value) => typeof value === 'string'),
    outcome: z.enum(auditOutcomes),
    timeSeconds: z.int(),
    requestId: z.string(),
    actor: z.object({ clientId: z.string(), subject: z.string(), ip: z.string(), userAgent: z.string() }),
    target: z.record(z.string(), z.string()),
    reason: z.string().optional(),
  }),
);

/** The UTC day under which the audit log keeps an event of this moment. */
export function dayOf(timeSeconds: number): string {
  return isoTime(timeSeconds).slice(0, 10);
}

/** A moment as the audit log sorts by it. */
export function isoTime(timeSeconds: number): string {
  return new Date(timeSeconds * 1_000).toISOString();
}
