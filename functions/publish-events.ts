import { dynamoAuditFeed } from '#shared/adapters/dynamo/audit/audit-feed.ts';
import { eventBridgeBus } from '#shared/adapters/eventbridge/event-bus.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { publishEvents as table } from '#shared/api/schedules.ts';
import { publishEvents } from '#shared/domain/directory/publish-events.ts';
import { task } from '#shared/http/task.ts';

const adapters = { ...ambient, auditFeed: dynamoAuditFeed, eventBus: eventBridgeBus };

/** Publishes audit events to EventBridge. It runs on a schedule and has no input. */
export const handler = task(table, adapters, async (_event: unknown, ports) => {
  const progress = await publishEvents(ports);
  return { result: progress, log: progress.published > 0 ? progress : undefined };
});
