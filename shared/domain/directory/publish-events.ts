import type { Clock } from '../ambient.ts';
import { beginRun } from '../bounded-run.ts';
import type { AuditFeed, EventBus } from '../records/audit.ts';

/** After this time, every function has written all its events of a moment. */
const SETTLE_SECONDS = 15;

interface Ports {
  readonly auditFeed: AuditFeed;
  readonly eventBus: EventBus;
  readonly clock: Clock;
}

/**
 * Publishes the audit events that say how a request ended, in the order of time. If a run is killed, the next run
 * begins with the first event that was not acknowledged. So every event arrives, and an event may arrive twice with the
 * same `id`.
 * @throws DomainError `temporarily_unavailable`
 */
export async function publishEvents({ auditFeed, eventBus, clock }: Ports): Promise<{ readonly published: number }> {
  const run = beginRun(clock);
  let published = 0;
  while (!run.isOver()) {
    const batch = await auditFeed.next(run.startedAtSeconds - SETTLE_SECONDS);
    if (batch === undefined) break;
    const concluded = batch.events.filter(({ outcome }) => outcome !== 'attempted');
    if (concluded.length > 0) await eventBus.publish(concluded);
    published += concluded.length;
    if (!(await batch.acknowledge())) break;
  }
  return { published };
}
