import * as z from 'zod';
import type { AuditEvent } from '#shared/domain/records/audit.ts';
import { id, moment, page, pageQuery, timestamp } from '../fields/fields.ts';
import { lambdaTable, type Route } from '../table.ts';

const outcome = z.enum(['attempted', 'succeeded', 'refused'] satisfies AuditEvent['outcome'][]);

const event = z.object({
  type: z.string(),
  outcome,
  time: timestamp,
  requestId: z.string(),
  actor: z.object({ clientId: z.string(), subject: z.string(), ip: z.string(), userAgent: z.string() }),
  target: z.record(z.string(), z.string()),
  reason: z.string().optional(),
});

const example = {
  type: 'api_token.created',
  outcome: 'succeeded',
  time: '2027-01-15T08:00:00.000Z',
  requestId: 'Ab3dE5gH7jK9mN1=',
  actor: {
    clientId: 'cli_0AaBbCcDdEeFfGgHhIiJjK',
    subject: 'cli_0AaBbCcDdEeFfGgHhIiJjK',
    ip: '192.0.2.10',
    userAgent: 'curl/8.9.1',
  },
  target: { tenantId: 'ten_9RkX3pWvYc7LmB2sQzFd4T', clientId: 'cli_2Vq0mTzXwYbH8KdR5nCs1E' },
};

const query = pageQuery.extend({
  from: moment.optional(),
  to: moment.optional(),
  type: z
    .string()
    .regex(/^[a-z_]+(?:\.[a-z_]+){1,2}$/, 'must be an event type such as role.created')
    .min(3)
    .max(64)
    .optional(),
  outcome: outcome.optional(),
  clientId: id.optional(),
});

const listing = {
  method: 'GET',
  caller: { permission: 'read:audit-events' },
  errors: 'problem',
  query,
  reply: {
    status: 200,
    description: 'A page of audit events. With a nextCursor there can be more, even if the page is short or empty',
    schema: page(event),
    example: { items: [example] },
  },
} as const satisfies Partial<Route>;

/** The audit log: which caller changed what, and when. */
export const auditEvents = lambdaTable({
  name: 'audit-events',
  purpose: 'Shows the audit log.',
  grants: ['records:read', 'tokens:verify', 'proofs:verify', 'pepper:use', 'audit:read', 'audit:append'],
  routes: {
    listAuditEvents: {
      ...listing,
      path: '/v1/audit-events',
      summary: 'List audit events, newest first; without `from`, those of the last seven days',
    },
    listTenantAuditEvents: {
      ...listing,
      path: '/v1/tenants/{tenantId}/audit-events',
      summary: 'List audit events about a tenant, newest first; without `from`, those of the last seven days',
    },
  },
});
