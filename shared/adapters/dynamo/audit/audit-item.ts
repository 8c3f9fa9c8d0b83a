import * as z from 'zod';
import { type AuditEvent, type AuditEventType, auditOutcomes } from '#shared/domain/records/audit.ts';
import type { ShapeOf } from '#shared/shape-of.ts';

/** The stored form of an event in the Audit table, without its key. */
export const auditEventSchema = z.object({
  // Older or newer versions of this product may have other types.
  type: z.custom<AuditEventType>((value) => typeof value === 'string'),
  outcome: z.enum(auditOutcomes),
  timeSeconds: z.int(),
  requestId: z.string(),
  actor: z.object({
    clientId: z.string(),
    subject: z.string(),
    ip: z.string(),
    userAgent: z.string(),
  } satisfies ShapeOf<AuditEvent['actor']>),
  target: z.record(z.string(), z.string()),
  reason: z.string().optional(),
} satisfies ShapeOf<AuditEvent>);

/** Returns the UTC day of a moment, for example `2025-01-31`. It is the partition key of the Audit table. */
export function dayOf(timeSeconds: number): string {
  return isoTime(timeSeconds).slice(0, 10);
}

/** Returns a moment as ISO 8601 text, by which the Audit table sorts. */
export function isoTime(timeSeconds: number): string {
  return new Date(timeSeconds * 1_000).toISOString();
}
