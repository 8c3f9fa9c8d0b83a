import { expect, test } from 'vitest';
import type { AuditEvent, AuditFilter } from '#shared/domain/records/audit.ts';
import type { Page } from '#shared/domain/records/lists.ts';
import { outcomeOf, repeat } from '#test/support/ask/concurrent-calls.ts';
import { readPages, sizesOf } from '#test/support/ask/pages.ts';
import { denied, whileFailing } from '#test/support/faults/while-failing.ts';
import type { Ports, Workspace } from '#test/support/world/workspace.ts';

/** 2027-01-15T08:00:00Z */
const NOW = 1_800_000_000;

const DAY_SECONDS = 86_400;

/** How many queries one page may need. */
const QUERIES_MAX = 31;

const everything: AuditFilter = { fromSeconds: NOW - 1_000 * DAY_SECONDS, toSeconds: NOW };

const thisWeek: AuditFilter = { fromSeconds: NOW - 6 * DAY_SECONDS, toSeconds: NOW };

function anEvent(changes: Partial<AuditEvent> = {}): AuditEvent {
  return {
    type: 'tenant.created',
    outcome: 'succeeded',
    timeSeconds: NOW,
    requestId: 'req-1',
    actor: { clientId: 'cli_admin', subject: 'cli_admin', ip: '203.0.113.7', userAgent: 'curl/8' },
    target: { tenantId: 'ten_acme' },
    ...changes,
  };
}

const by = (clientId: string) => ({ actor: { ...anEvent().actor, clientId } });

async function append({ audit }: Ports, events: readonly AuditEvent[]): Promise<void> {
  await repeat(events.length, async (index) => events[index] && audit.append(events[index]));
}

/** Makes events of different requests, some seconds apart, the newest first. */
function eventsApart(count: number, seconds: number): readonly AuditEvent[] {
  return Array.from({ length: count }, (_, index) =>
    anEvent({ timeSeconds: NOW - index * seconds, requestId: `req-${index}` }),
  );
}

const listAll = async (ports: Ports, filter: AuditFilter): Promise<readonly AuditEvent[]> =>
  (await readPages((page) => ports.auditReader.list(filter, page), 100)).flatMap(({ items }) => items);

/** The contract of `AuditReader`: it finds every event that matches a filter. */
export function auditReaderContract(open: () => Promise<Workspace>): void {
  test('lists complete events, the newest first', async () => {
    const { ports } = await open();
    const newest = anEvent({ requestId: 'req-2', outcome: 'refused', reason: 'conflict', target: {} });
    const events = [newest, ...eventsApart(3, DAY_SECONDS).slice(1)];
    await append(ports, events.toReversed());
    expect(await ports.auditReader.list(thisWeek, { limit: 10 })).toEqual({ items: events });
  });

  test('lists the outcome of a request before its attempt', async () => {
    const { ports } = await open();
    const attempted = anEvent({ outcome: 'attempted', target: {} });
    for (const outcome of ['succeeded', 'refused'] as const) {
      const requestId = `req-${outcome}`;
      await append(ports, [anEvent({ outcome, requestId }), { ...attempted, requestId }]);
    }
    const { items } = await ports.auditReader.list(thisWeek, { limit: 10 });
    expect(items.map(({ requestId, outcome }) => [requestId, outcome])).toEqual([
      ['req-succeeded', 'succeeded'],
      ['req-succeeded', 'attempted'],
      ['req-refused', 'refused'],
      ['req-refused', 'attempted'],
    ]);
  });

  test('lists the events between two moments, including both', async () => {
    const { ports } = await open();
    const events = eventsApart(7, 3_600 * 6);
    await append(ports, events);
    for (const [first, last] of [
      [1, 3],
      [0, 6],
      [2, 2],
    ] as const) {
      const filter = { toSeconds: events[first]?.timeSeconds ?? 0, fromSeconds: events[last]?.timeSeconds ?? 0 };
      expect(await listAll(ports, filter)).toEqual(events.slice(first, last + 1));
    }
    expect(await listAll(ports, { toSeconds: NOW - 1, fromSeconds: NOW - 6 * 3_600 + 1 })).toEqual([]);
  });

  test.each<[string, Partial<AuditFilter>, readonly string[]]>([
    ['one type', { type: 'role.deleted' }, ['b', 'd']],
    ['one outcome', { outcome: 'refused' }, ['c', 'd']],
    ['one client', { clientId: 'cli_other' }, ['a', 'd']],
    ['a type, outcome and client', { type: 'role.deleted', outcome: 'refused', clientId: 'cli_other' }, ['d']],
    ['an unknown client', { clientId: 'cli_unknown' }, []],
  ])('lists the events of %s', async (_what, wanted, expected) => {
    const { ports } = await open();
    await append(ports, [
      anEvent({ requestId: 'a', ...by('cli_other') }),
      anEvent({ requestId: 'b', type: 'role.deleted', timeSeconds: NOW - DAY_SECONDS }),
      anEvent({ requestId: 'c', outcome: 'refused', timeSeconds: NOW - 2 * DAY_SECONDS }),
      anEvent({
        requestId: 'd',
        type: 'role.deleted',
        outcome: 'refused',
        timeSeconds: NOW - 3 * DAY_SECONDS,
        ...by('cli_other'),
      }),
    ]);
    const found = await listAll(ports, { ...thisWeek, ...wanted });
    expect(found.map(({ requestId }) => requestId)).toEqual(expected);
  });

  test('lists each of 120 events of five days once, 50 on a page', async () => {
    const { ports } = await open();
    const events = eventsApart(120, 3_600);
    await append(ports, events);
    const pages = await readPages((page) => ports.auditReader.list(thisWeek, page), 50);
    expect(sizesOf(pages).slice(0, 3)).toEqual([50, 50, 20]);
    expect(pages.flatMap(({ items }) => items)).toEqual(events);
  });

  test('lists each event of one second once, two on a page', async () => {
    const { ports } = await open();
    const events = Array.from({ length: 9 }, (_, index) => anEvent({ requestId: `req-${8 - index}` }));
    await append(ports, events);
    const pages = await readPages((page) => ports.auditReader.list(thisWeek, page), 2);
    expect(pages.flatMap(({ items }) => items)).toEqual(events);
  });

  test('finds three events among ninety', async () => {
    const { ports } = await open();
    const events = eventsApart(90, 600).map((event, index) => ({ ...event, ...(index % 40 === 0 && by('cli_rare')) }));
    await append(ports, events);
    const pages = await readPages((page) => ports.auditReader.list({ ...thisWeek, clientId: 'cli_rare' }, page), 2);
    expect(pages.flatMap(({ items }) => items)).toEqual([events[0], events[40], events[80]]);
  });

  test('needs a limited number of queries for each page if many days have no events', async () => {
    const { ports, dynamo } = await open();
    const events = eventsApart(5, 100 * DAY_SECONDS);
    await append(ports, events);
    const costs: number[] = [];
    const list = async (page: { readonly limit: number }): Promise<Page<AuditEvent>> => {
      dynamo.forget();
      const answer = await ports.auditReader.list(everything, page);
      costs.push(dynamo.calls.filter((call) => call === 'Query').length);
      return answer;
    };
    const pages = await readPages(list, 10);
    expect(pages.flatMap(({ items }) => items)).toEqual(events);
    expect(Math.max(...costs)).toBeLessThanOrEqual(QUERIES_MAX);
    expect(dynamo.calls.filter((call) => call !== 'Query')).toEqual([]);
  });

  test('sends one query for each day of the range, and no query for other days', async () => {
    const { ports, dynamo } = await open();
    dynamo.forget();
    expect(await ports.auditReader.list(thisWeek, { limit: 10 })).toEqual({ items: [] });
    expect(dynamo.calls).toEqual(Array(7).fill('Query'));
  });

  test.each([
    '',
    'x',
    '!!!',
    '2027-01-15T08:00:00.000Z#',
    '2027-13-45T08:00:00.000Z#x#attempted',
    '9999-99-99T99:99:99.000Z#x#attempted',
  ])('T2: refuses the cursor of %o', async (place) => {
    const { ports } = await open();
    const cursor = Buffer.from(place).toString('base64url');
    await expect(ports.auditReader.list(thisWeek, { limit: 10, cursor })).rejects.toMatchObject({
      code: 'invalid_request',
      field: 'cursor',
    });
  });

  test('T2: lists no event outside the range, for a cursor of any other range', async () => {
    const { ports } = await open();
    const events = eventsApart(4, DAY_SECONDS);
    await append(ports, events);
    const dayOnly = (daysAgo: number): AuditFilter => ({
      fromSeconds: NOW - daysAgo * DAY_SECONDS,
      toSeconds: NOW - daysAgo * DAY_SECONDS,
    });
    const { nextCursor: later } = await ports.auditReader.list(thisWeek, { limit: 1 });
    const { nextCursor: earlier } = await ports.auditReader.list(thisWeek, { limit: 3 });
    const cursors = [later, earlier].map((cursor) => ({ limit: 10, cursor }));
    const found = await Promise.all(cursors.map((page) => ports.auditReader.list(dayOnly(2), page)));
    expect(found).toEqual([{ items: [events[2]] }, { items: [] }]);
  });

  test('I6: answers temporarily_unavailable, never an empty page, if DynamoDB fails', async () => {
    const { ports, dynamo } = await open();
    const list = () => outcomeOf(ports.auditReader.list(thisWeek, { limit: 10 }));
    expect(await whileFailing(dynamo, denied, list)).toBe('temporarily_unavailable');
  });
}
