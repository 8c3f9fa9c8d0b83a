import { ambient } from '#shared/adapters/ambient.ts';
import { dynamoAuditReader } from '#shared/adapters/dynamo/audit-reader.ts';
import { kmsPepper } from '#shared/adapters/kms/pepper.ts';
import { management } from '#shared/adapters/management.ts';
import { auditEvents } from '#shared/api/audit-events.ts';
import { listAuditEvents } from '#shared/domain/audit-events.ts';
import { lambda } from '#shared/http/lambda.ts';
import { ok } from '#shared/http/replies.ts';
import { auditEventRepresentation, pageRepresentation, secondsOf } from '#shared/http/representations.ts';

const adapters = { ...ambient, ...management, pepper: kmsPepper, auditReader: dynamoAuditReader };

/** Who did what, newest first. */
export const handler = lambda(auditEvents, adapters, {
  listAuditEvents: async ({ query: { from, to, type, outcome, clientId, ...page } }, ports) => {
    const filter = { fromSeconds: secondsOf(from), toSeconds: secondsOf(to), type, outcome, clientId };
    return ok(pageRepresentation(await listAuditEvents(filter, page, ports), auditEventRepresentation));
  },
});
