import { dynamoAuditReader } from '#shared/adapters/dynamo/audit/audit-reader.ts';
import { kmsPepper } from '#shared/adapters/kms/pepper.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { management } from '#shared/adapters/sets/management.ts';
import { auditEvents } from '#shared/api/management/audit-events.ts';
import { listAuditEvents } from '#shared/domain/directory/audit-events.ts';
import { getTenant } from '#shared/domain/directory/tenants.ts';
import { lambda, type OperationRequest } from '#shared/http/lambda.ts';
import { auditEventRepresentation } from '#shared/http/reply/directory-representations.ts';
import { ok } from '#shared/http/reply/replies.ts';
import { pageRepresentation, secondsOf } from '#shared/http/reply/representations.ts';
import type { PortsOf } from '#shared/ports.ts';

const adapters = { ...ambient, ...management, pepper: kmsPepper, auditReader: dynamoAuditReader };

type Query = OperationRequest<(typeof auditEvents)['routes']['listAuditEvents']>['query'];

async function list(
  { from, to, type, outcome, clientId, ...page }: Query,
  tenantId: string | undefined,
  ports: PortsOf<(typeof auditEvents)['grants'][number]>,
) {
  const filter = { fromSeconds: secondsOf(from), toSeconds: secondsOf(to), type, outcome, clientId, tenantId };
  return ok(pageRepresentation(await listAuditEvents(filter, page, ports), auditEventRepresentation));
}

/** Lists audit events: who did what, newest first. */
export const handler = lambda(auditEvents, adapters, {
  listAuditEvents: async ({ query }, ports) => list(query, undefined, ports),
  listTenantAuditEvents: async ({ params: { tenantId }, query }, ports) => {
    await getTenant(tenantId, ports);
    return list(query, tenantId, ports);
  },
});
