import { expect, test } from 'vitest';
import type { AuditEvent } from '#shared/domain/records/audit.ts';
import { outcomeOf } from '#test/support/ask/concurrent-calls.ts';
import { denied, whileFailing } from '#test/support/faults/while-failing.ts';
import type { Ports, Workspace } from '#test/support/world/workspace.ts';

/** 2027-01-15T08:00:00Z */
const NOW = 1_800_000_000;

const DAY_SECONDS = 86_400;

function anEvent(serial: number, timeSeconds: number): AuditEvent {
  return {
    type: 'tenant.created',
    outcome: 'succeeded',
    timeSeconds,
    requestId: `req-${String(serial).padStart(4, '0')}`,
    actor: { clientId: 'cli_admin', subject: 'cli_admin', ip: '203.0.113.7', userAgent: 'curl/8' },
    target: { tenantId: 'ten_acme' },
  };
}

async function append({ audit }: Ports, events: readonly AuditEvent[]): Promise<void> {
  for (const event of events) await audit.append(event);
}

/** Reads all events and acknowledges each batch. */
async function drain({ auditFeed }: Ports, untilSeconds: number): Promise<readonly AuditEvent[]> {
  const events: AuditEvent[] = [];
  for (let batches = 0; batches < 50; batches += 1) {
    const batch = await auditFeed.next(untilSeconds);
    if (batch === undefined) return events;
    events.push(...batch.events);
    expect(await batch.acknowledge()).toBe(true);
  }
  throw new Error('The feed does not end.');
}

/** The contract of `AuditFeed`: it returns every event in order, until the event is acknowledged. */
export function auditFeedContract(open: () => Promise<Workspace>): void {
  test('returns each event once, the oldest first, and later the new events', async () => {
    const { ports } = await open();
    const events = [0, 1, 2].map((serial) => anEvent(serial, NOW + serial));
    await append(ports, events);
    expect(await drain(ports, NOW + 10)).toEqual(events);
    expect(await ports.auditFeed.next(NOW + 10)).toBeUndefined();
    const late = anEvent(3, NOW + 11);
    await append(ports, [late]);
    expect(await drain(ports, NOW + 20)).toEqual([late]);
  });

  test('returns an event again that was not acknowledged', async () => {
    const { ports } = await open();
    await append(ports, [anEvent(0, NOW)]);
    const first = await ports.auditFeed.next(NOW);
    const second = await ports.auditFeed.next(NOW);
    expect([first?.events, second?.events]).toEqual([[anEvent(0, NOW)], [anEvent(0, NOW)]]);
  });

  test('lets only one of two readers continue', async () => {
    const { ports } = await open();
    await append(ports, [anEvent(0, NOW)]);
    const batches = [await ports.auditFeed.next(NOW), await ports.auditFeed.next(NOW)];
    expect([await batches[0]?.acknowledge(), await batches[1]?.acknowledge()]).toEqual([true, false]);
    await append(ports, [anEvent(1, NOW + 1)]);
    const later = [await ports.auditFeed.next(NOW + 1), await ports.auditFeed.next(NOW + 1)];
    expect([await later[0]?.acknowledge(), await later[1]?.acknowledge()]).toEqual([true, false]);
  });

  test('does not return events after the given moment', async () => {
    const { ports } = await open();
    await append(ports, [anEvent(0, NOW), anEvent(1, NOW + 1)]);
    expect(await drain(ports, NOW)).toEqual([anEvent(0, NOW)]);
    expect(await drain(ports, NOW + 1)).toEqual([anEvent(1, NOW + 1)]);
  });

  test('continues over several days, also if a day has no events', async () => {
    const { ports } = await open();
    const events = [anEvent(0, NOW), anEvent(1, NOW + DAY_SECONDS), anEvent(2, NOW + 5 * DAY_SECONDS)];
    await append(ports, events);
    expect(await drain(ports, NOW)).toEqual(events.slice(0, 1));
    expect(await drain(ports, NOW + 5 * DAY_SECONDS)).toEqual(events.slice(1));
  });

  test('returns more events than a batch in order, also events of the same second', async () => {
    const { ports } = await open();
    const events = Array.from({ length: 230 }, (_, serial) => anEvent(serial, NOW));
    await append(ports, events);
    expect(await drain(ports, NOW)).toEqual(events);
  });

  test('begins with the events of the last hour', async () => {
    const { ports } = await open();
    const [old, news] = [anEvent(0, NOW - 3_601), anEvent(1, NOW - 3_599)];
    await append(ports, [old, news]);
    expect(await drain(ports, NOW)).toEqual([news]);
  });

  test('needs two reads and no write if there is no new event', async () => {
    const { ports, dynamo } = await open();
    await append(ports, [anEvent(0, NOW)]);
    await drain(ports, NOW);
    dynamo.forget();
    await ports.auditFeed.next(NOW);
    expect(dynamo.calls).toEqual(['GetItem', 'Query']);
  });

  test.each(['GetItem', 'Query'])('answers temporarily_unavailable, not the end, if %s fails', async (operation) => {
    const { ports, dynamo } = await open();
    await append(ports, [anEvent(0, NOW)]);
    const fault = (called: string) => (called === operation ? denied() : undefined);
    const outcome = await whileFailing(dynamo, fault, () => outcomeOf(ports.auditFeed.next(NOW)));
    expect(outcome).toBe('temporarily_unavailable');
  });
}
