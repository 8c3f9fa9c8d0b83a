import { expect, test } from 'vitest';
import type { AuditEvent } from '#shared/domain/records/audit.ts';
import { outcomeOf } from '#test/support/ask/concurrent-calls.ts';
import { denied, loseFirstReplyTo, whileFailing } from '#test/support/faults/while-failing.ts';
import type { Workspace } from '#test/support/world/workspace.ts';

const attempted: AuditEvent = {
  type: 'tenant.created',
  outcome: 'attempted',
  timeSeconds: 1_800_000_000,
  requestId: 'req-1',
  actor: { clientId: 'cli_admin', subject: 'cli_admin', ip: '203.0.113.7', userAgent: 'curl/8' },
  target: {},
};

const succeeded: AuditEvent = { ...attempted, outcome: 'succeeded', target: { tenantId: 'ten_acme' } };

const refused: AuditEvent = { ...attempted, outcome: 'refused', reason: 'conflict', requestId: 'req-2' };

/** The contract of `AuditLog`: an appended event never changes. */
export function auditLogContract(open: () => Promise<Workspace>): void {
  test('U4: stores every event of a request, by day and in order', async () => {
    const { ports, scan } = await open();
    for (const event of [succeeded, attempted, refused]) await ports.audit.append(event);
    const place = (event: string) => ({ day: '2027-01-15', event, time: '2027-01-15T08:00:00.000Z' });
    expect(
      (await scan('AUDIT')).toSorted((left, right) => (String(left.event) < String(right.event) ? -1 : 1)),
    ).toEqual([
      { ...attempted, ...place('2027-01-15T08:00:00.000Z#req-1#attempted') },
      { ...succeeded, ...place('2027-01-15T08:00:00.000Z#req-1#succeeded') },
      { ...refused, ...place('2027-01-15T08:00:00.000Z#req-2#refused') },
    ]);
  });

  test('U4: is append-only: an event is never overwritten', async () => {
    const { ports, scan } = await open();
    await ports.audit.append(attempted);
    await outcomeOf(ports.audit.append({ ...attempted, actor: { ...attempted.actor, clientId: 'cli_intruder' } }));
    expect(await scan('AUDIT')).toMatchObject([attempted]);
  });

  test('stores one event if the reply is lost', async () => {
    const { ports, scan, dynamo } = await open();
    const append = () => outcomeOf(ports.audit.append(attempted));
    expect(await whileFailing(dynamo, loseFirstReplyTo('PutItem'), append)).toBe('done');
    expect(await scan('AUDIT')).toHaveLength(1);
  });

  test('U5: answers temporarily_unavailable if DynamoDB fails', async () => {
    const { ports, dynamo } = await open();
    const append = () => outcomeOf(ports.audit.append(attempted));
    expect(await whileFailing(dynamo, denied, append)).toBe('temporarily_unavailable');
  });
}
