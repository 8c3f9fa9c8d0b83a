import { describe, expect, test } from 'vitest';
import {
  type AuditEventPage,
  eventsOf,
  leaveAuditEvents,
  listAuditEvents,
  readAuditEvents,
} from '#test/support/ask/audit-events.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { useWorld } from '#test/support/world/use-world.ts';

const DAY_SECONDS = 86_400;
/** The cost that one page may have, without the recognition of the caller. */
const QUERIES_MAX = 31;
const PAGES_MAX = 50;

const world = useWorld({ onReply: assertConforms });

const timestamp = (secondsFromNow = 0) => new Date((world.clock.nowSeconds() + secondsFromNow) * 1_000).toISOString();

describe('a range of audit events', () => {
  test('of several days is shown day by day, each event once', async () => {
    world.clock.advance(1);
    const from = timestamp();
    const requests: (string | null)[] = [];
    for (let day = 0; day < 5; day += 1) {
      world.clock.advance(DAY_SECONDS);
      requests.push(await leaveAuditEvents(world));
    }
    const pages = await readAuditEvents(world, { from, limit: '3' });
    const events = eventsOf(pages);
    const newestFirst = requests.toReversed().flatMap((requestId) => [requestId, requestId]);
    expect(events.map(({ requestId }) => requestId)).toEqual(newestFirst);
    expect(pages.slice(0, 3).map(({ items }) => items.length)).toEqual([3, 3, 3]);
  });

  test.each([
    ['an offset', '2027-01-15T09:00:00+01:00'],
    ['a negative offset and fractions', '2027-01-14T20:30:00.123456-11:30'],
    ['an offset that is unknown', '2027-01-15T08:00:00-00:00'],
    ['small letters', '2027-01-15t08:00:00z'],
    ['a leap second', '2016-12-31T23:59:60Z'],
  ])('Sound 24: takes every time of RFC 3339: %s', async (_what, time) => {
    const query = new URLSearchParams({ from: '2016-01-01T00:00:00Z', to: time });
    expect((await world.manage('GET', `/v1/audit-events?${query}`)).status).toBe(200);
    const settings = await world.manage('PATCH', '/v1/settings', { tokensRevokedUntil: '2016-12-31T23:59:60Z' });
    expect(settings.status).toBe(200);
  });

  test('Sound 24: reads an offset', async () => {
    const requestId = await leaveAuditEvents(world);
    const atOffset = (hours: number) => `${timestamp(hours * 3_600).slice(0, 19)}+0${hours}:00`;
    const events = eventsOf(await readAuditEvents(world, { from: atOffset(2), to: atOffset(3) }));
    expect(events.map((event) => event.requestId)).toContain(requestId);
  });

  test.each(['yesterday', '2027-01-15', '2027-02-30T00:00:00Z', '2027-01-15T24:00:00Z', '2027-01-15T08:00:00'])(
    'Sound 24: takes no other time: %s',
    async (from) => {
      const reply = await world.manage('GET', `/v1/audit-events?from=${from}`);
      expect(reply.body).toMatchObject({
        field: 'from',
        detail: expect.stringContaining('must be a time of RFC 3339'),
      });
    },
  );

  test('includes both its ends, and nothing outside', async () => {
    const requests: (string | null)[] = [];
    const times: string[] = [];
    for (let hour = 0; hour < 4; hour += 1) {
      world.clock.advance(3_600);
      times.push(timestamp());
      requests.push(await leaveAuditEvents(world));
    }
    const [, from = '', to = ''] = times;
    const found = eventsOf(await readAuditEvents(world, { from, to, outcome: 'succeeded' }));
    expect(found.map(({ requestId }) => requestId)).toEqual([requests[2], requests[1]]);
  });

  test('is the last seven days unless the request says otherwise', async () => {
    const requestId = await leaveAuditEvents(world);
    const isShown = async (query: Record<string, string> = {}) =>
      eventsOf(await readAuditEvents(world, query)).some((event) => event.requestId === requestId);
    world.clock.advance(7 * DAY_SECONDS);
    expect(await isShown()).toBe(true);
    world.clock.advance(1);
    expect([await isShown(), await isShown({ from: timestamp(-8 * DAY_SECONDS) })]).toEqual([false, true]);
    expect(await isShown({ to: timestamp(-DAY_SECONDS) })).toBe(true);
  });

  test('that is empty for a long time costs a bounded number of queries a page, and ends', async () => {
    world.clock.advance(1);
    const requestId = await leaveAuditEvents(world);
    const from = timestamp();
    world.clock.advance(100 * DAY_SECONDS);
    const costs: number[] = [];
    const pages: AuditEventPage[] = [];
    do {
      const cursor = pages.at(-1)?.nextCursor;
      world.dynamo.forget();
      pages.push(
        (await listAuditEvents(world, { from, ...(cursor !== undefined && { cursor }) })).body as AuditEventPage,
      );
      costs.push(world.dynamo.calls.filter((call) => call === 'Query').length);
    } while (pages.at(-1)?.nextCursor !== undefined && pages.length < PAGES_MAX);
    expect(costs).toEqual([QUERIES_MAX, QUERIES_MAX, QUERIES_MAX, 8]);
    expect(eventsOf(pages).map((event) => event.requestId)).toEqual([requestId, requestId]);
  });

  test.each([
    ['in the far future', { from: '9998-01-01T00:00:00Z', to: '9999-12-31T23:59:59Z' }],
    ['of the beginning', { from: '1970-01-01T00:00:00Z', to: '1970-01-01T00:00:00Z' }],
    ['before anything was', { to: '1970-01-03T00:00:00Z' }],
    ['before anything could be', { to: '0000-01-03T00:00:00Z' }],
  ])('%s is empty', async (_what, query) => {
    const { status, body } = await listAuditEvents(world, query);
    expect([status, (body as AuditEventPage).items]).toEqual([200, []]);
  });

  test('T2: takes no cursor of another range', async () => {
    world.clock.advance(1);
    await leaveAuditEvents(world);
    const day = { from: timestamp(-DAY_SECONDS), to: timestamp(-DAY_SECONDS) };
    const { nextCursor: cursor = '' } = (await listAuditEvents(world, { limit: '1' })).body as AuditEventPage;
    const { status, body } = await listAuditEvents(world, { ...day, cursor });
    expect([status, body]).toMatchObject([400, { code: 'invalid_request', field: 'cursor' }]);
  });
});
