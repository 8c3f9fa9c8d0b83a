import type { Clock } from '../ambient.ts';
import { beginRun } from '../bounded-run.ts';
import type { AuditFeed, EventBus } from '../records/audit.ts';

/** Lines about one moment are all written this long after it, whichever function wrote them. */
const SETTLE_SECONDS = 15;

interface Ports {
  readonly auditFeed: AuditFeed;
  readonly eventBus: EventBus;
  readonly clock: Clock;
}

/**
 * Tells other systems what the audit log says was done or refused, second by second. Killed anywhere, the next run takes up
 * what was not acknowledged: every event arrives, some of them twice under the same `id`.
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
