import { dynamoAuditReader } from '#shared/adapters/dynamo/audit/audit-reader.ts';
import { kmsPepper } from '#shared/adapters/kms/pepper.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { management } from '#shared/adapters/sets/management.ts';
import { auditEvents } from '#shared/api/management/audit-events.ts';
import { listAuditEvents } from '#shared/domain/directory/audit-events.ts';
import { lambda } from '#shared/http/lambda.ts';
import { auditEventRepresentation } from '#shared/http/reply/directory-representations.ts';
import { ok } from '#shared/http/reply/replies.ts';
import { pageRepresentation, secondsOf } from '#shared/http/reply/representations.ts';

const adapters = { ...ambient, ...management, pepper: kmsPepper, auditReader: dynamoAuditReader };

/** Lists audit events: who did what, newest first. */
export const handler = lambda(auditEvents, adapters, {
  listAuditEvents: async ({ query: { from, to, type, outcome, clientId, ...page } }, ports) => {
    const filter = { fromSeconds: secondsOf(from), toSeconds: secondsOf(to), type, outcome, clientId };
    return ok(pageRepresentation(await listAuditEvents(filter, page, ports), auditEventRepresentation));
  },
});
