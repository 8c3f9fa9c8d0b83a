import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SYSTEM_API_ID } from '#shared/domain/system-api.ts';
import { problem, seen } from '#test/support/answers.ts';
import { createApplication, grantPermissions } from '#test/support/applications.ts';
import { assertConforms } from '#test/support/conformance.ts';
import { denied, whileFailing } from '#test/support/faults.ts';
import { arrangeTenantManager } from '#test/support/tenant-manager.ts';
import { type Acme, arrangeAcme, type Credentials, type Reply, startWorld, type World } from '#test/support/world.ts';

const DAY_SECONDS = 86_400;
/** What one page may cost besides recognising the caller. */
const QUERIES_MAX = 31;
const PAGES_MAX = 50;

let world: World;
let acme: Acme;
beforeAll(async () => {
  world = await startWorld({ onReply: assertConforms });
  acme = await arrangeAcme(world);
});
afterAll(() => world.close());

interface Event {
  readonly type: string;
  readonly outcome: string;
  readonly requestId: string;
  readonly [member: string]: unknown;
}
interface EventPage {
  readonly items: readonly Event[];
  readonly nextCursor?: string;
}

const list = (query: Record<string, string> = {}, token?: string) =>
  world.manage('GET', `/v1/audit-events?${new URLSearchParams(query)}`, undefined, token);
const requestIdOf = ({ headers }: Reply) => headers.get('x-request-id');
const timestamp = (secondsFromNow = 0) => new Date((world.clock.nowSeconds() + secondsFromNow) * 1_000).toISOString();

let serial = 0;
/** A change, and the id of the request that made it. */
async function createTenant(token?: string): Promise<string | null> {
  serial += 1;
  return requestIdOf(await world.manage('POST', '/v1/tenants', { name: `Tenant ${serial}` }, token));
}

/** Follows the cursors to the end. */
async function readAll(query: Record<string, string>): Promise<readonly EventPage[]> {
  const pages: EventPage[] = [];
  do {
    const cursor = pages.at(-1)?.nextCursor;
    const reply = await list({ ...query, ...(cursor !== undefined && { cursor }) });
    if (reply.status !== 200) throw new Error(reply.text);
    pages.push(reply.body as EventPage);
  } while (pages.at(-1)?.nextCursor !== undefined && pages.length < PAGES_MAX);
  return pages;
}
const eventsOf = (pages: readonly EventPage[]) => pages.flatMap(({ items }) => items);

describe('U4: a list of audit events', () => {
  test('shows a change by its outcome and its attempt, the newest first', async () => {
    world.clock.advance(1);
    const created = await world.manage('POST', '/v1/tenants', { name: 'Initech' });
    const common = {
      type: 'tenant.created',
      time: timestamp(),
      requestId: requestIdOf(created),
      actor: { clientId: world.admin.clientId, subject: world.admin.clientId, ip: '127.0.0.1', userAgent: 'node' },
    };
    const { status, body } = await list({ limit: '2' });
    const { id: tenantId } = created.body as { id: string };
    expect([status, body]).toEqual([
      200,
      {
        items: [
          { ...common, outcome: 'succeeded', target: { tenantId } },
          { ...common, outcome: 'attempted', target: {} },
        ],
        nextCursor: expect.any(String),
      },
    ]);
  });

  test('shows a refusal with its reason', async () => {
    const refused = await world.manage('POST', '/v1/roles', {
      key: 'reports-reader',
      name: 'x',
      level: 1,
      permissions: [],
    });
    expect(refused.status).toBe(409);
    const { items } = (await list({ outcome: 'refused', limit: '1' })).body as EventPage;
    expect(items).toMatchObject([{ type: 'role.created', reason: 'conflict', requestId: requestIdOf(refused) }]);
  });

  test('shows who revoked which token', async () => {
    const token = await world.tokenFor(acme.tenantToken);
    await world.post('/oauth/revoke', acme.tenantToken, { token });
    const { items } = (await list({ clientId: acme.tenantToken.clientId })).body as EventPage;
    const actor = expect.objectContaining({ clientId: acme.tenantToken.clientId });
    expect(items).toMatchObject([
      { type: 'token.revoked', outcome: 'succeeded', actor, target: { tokenId: expect.stringMatching(/^tok_/) } },
      { type: 'token.revoked', outcome: 'attempted', actor },
    ]);
  });

  test('shows the beginning of the workspace', async () => {
    const { items } = (await list({ type: 'workspace.bootstrapped' })).body as EventPage;
    expect(items.map(({ outcome }) => outcome)).toEqual(['succeeded', 'attempted']);
  });

  test('shows no reading, and none of itself', async () => {
    const before = eventsOf(await readAll({ limit: '100' }));
    for (const path of ['/v1/tenants', `/v1/tenants/${acme.tenantId}`, '/v1/audit-events']) {
      expect((await world.manage('GET', path)).status).toBe(200);
    }
    expect(eventsOf(await readAll({ limit: '100' }))).toEqual(before);
  });
});

describe('a filter', () => {
  let application: Credentials;
  beforeAll(async () => {
    application = await createApplication(world);
    await grantPermissions(world, application, SYSTEM_API_ID, ['write:tenants', 'write:users']);
    const token = await world.tokenFor(application);
    await createTenant(token);
    await world.manage('POST', '/v1/users', { email: 'grace@example.com' }, token);
    await world.manage('POST', '/v1/users', { email: 'grace@example.com' }, token);
    await createTenant();
  });

  test.each<[string, Record<string, string>, readonly string[]]>([
    [
      'by client',
      {},
      [
        'tenant.created attempted',
        'tenant.created succeeded',
        'user.created attempted',
        'user.created attempted',
        'user.created refused',
        'user.created succeeded',
      ],
    ],
    ['by client and type', { type: 'tenant.created' }, ['tenant.created attempted', 'tenant.created succeeded']],
    ['by client and outcome', { outcome: 'succeeded' }, ['tenant.created succeeded', 'user.created succeeded']],
    ['by all three', { type: 'user.created', outcome: 'refused' }, ['user.created refused']],
    ['that nothing matches', { type: 'user.deleted' }, []],
    ['by a type that there is not', { type: 'tenant.exploded' }, []],
  ])('%s shows what matches it', async (_what, query, expected) => {
    const events = eventsOf(await readAll({ clientId: application.clientId, ...query }));
    expect(events.map(({ type, outcome }) => `${type} ${outcome}`).toSorted()).toEqual(expected);
  });

  test('shows the same a page at a time', async () => {
    for (const query of [{}, { outcome: 'attempted' }]) {
      const all = eventsOf(await readAll({ ...query, clientId: application.clientId, limit: '100' }));
      const pages = await readAll({ ...query, clientId: application.clientId, limit: '1' });
      expect(Math.max(...pages.map(({ items }) => items.length))).toBe(1);
      expect(eventsOf(pages)).toEqual(all);
    }
  });
});

describe('a range', () => {
  test('of several days is shown day by day, each event once', async () => {
    world.clock.advance(1);
    const from = timestamp();
    const requests: (string | null)[] = [];
    for (let day = 0; day < 5; day += 1) {
      world.clock.advance(DAY_SECONDS);
      requests.push(await createTenant());
    }
    const pages = await readAll({ from, limit: '3' });
    const events = eventsOf(pages);
    const newestFirst = requests.toReversed().flatMap((requestId) => [requestId, requestId]);
    expect(events.map(({ requestId }) => requestId)).toEqual(newestFirst);
    expect(pages.slice(0, 3).map(({ items }) => items.length)).toEqual([3, 3, 3]);
  });

  test('includes both its ends, and nothing besides', async () => {
    const requests: (string | null)[] = [];
    const times: string[] = [];
    for (let hour = 0; hour < 4; hour += 1) {
      world.clock.advance(3_600);
      times.push(timestamp());
      requests.push(await createTenant());
    }
    const [, from = '', to = ''] = times;
    const found = eventsOf(await readAll({ from, to, outcome: 'succeeded' }));
    expect(found.map(({ requestId }) => requestId)).toEqual([requests[2], requests[1]]);
  });

  test('is the last seven days unless it is said', async () => {
    const requestId = await createTenant();
    const isShown = async (query: Record<string, string> = {}) =>
      eventsOf(await readAll(query)).some((event) => event.requestId === requestId);
    world.clock.advance(7 * DAY_SECONDS);
    expect(await isShown()).toBe(true);
    world.clock.advance(1);
    expect([await isShown(), await isShown({ from: timestamp(-8 * DAY_SECONDS) })]).toEqual([false, true]);
    expect(await isShown({ to: timestamp(-DAY_SECONDS) })).toBe(true);
  });

  test('that is empty for a long time costs a bounded number of queries a page, and ends', async () => {
    const requestId = await createTenant();
    const from = timestamp();
    world.clock.advance(100 * DAY_SECONDS);
    const costs: number[] = [];
    const pages: EventPage[] = [];
    do {
      const cursor = pages.at(-1)?.nextCursor;
      world.dynamo.forget();
      pages.push((await list({ from, ...(cursor !== undefined && { cursor }) })).body as EventPage);
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
    const { status, body } = await list(query);
    expect([status, (body as EventPage).items]).toEqual([200, []]);
  });

  test('T2: is not left by a cursor of another one', async () => {
    const first = await createTenant();
    world.clock.advance(DAY_SECONDS);
    await createTenant();
    const day = { from: timestamp(-DAY_SECONDS), to: timestamp(-DAY_SECONDS) };
    const { nextCursor: cursor = '' } = (await list({ limit: '1' })).body as EventPage;
    const { items } = (await list({ ...day, cursor })).body as EventPage;
    expect(items.map(({ requestId }) => requestId)).toEqual([first, first]);
    const past = { from: timestamp(-90 * DAY_SECONDS), to: timestamp(-20 * DAY_SECONDS), clientId: 'cli_nobody' };
    const { nextCursor: earlier = '' } = (await list(past)).body as EventPage;
    expect((await list({ ...day, cursor: earlier })).body).toEqual({ items: [] });
  });
});

describe('a list is refused with', () => {
  const place = (text: string) => Buffer.from(text).toString('base64url');

  test.each([
    ['no events to a page', { limit: '0' }, 'limit'],
    ['101 events to a page', { limit: '101' }, 'limit'],
    ['a page size in words', { limit: 'ten' }, 'limit'],
    ['a beginning in words', { from: 'yesterday' }, 'from'],
    ['a beginning without time', { from: '2027-01-15' }, 'from'],
    ['a beginning in another zone', { from: '2027-01-15T08:00:00+01:00' }, 'from'],
    ['a beginning on no day', { from: '2027-02-30T08:00:00Z' }, 'from'],
    ['an end in seconds', { to: '1800000000' }, 'to'],
    ['an end without anything', { to: '' }, 'to'],
    ['a beginning after the end', { from: '2027-01-15T08:00:01Z', to: '2027-01-15T08:00:00Z' }, 'from'],
    ['a beginning that is yet to come', { from: '9999-12-31T23:59:59Z' }, 'from'],
    ['what can be no type', { type: 'Tenant created' }, 'type'],
    ['an unknown outcome', { outcome: 'failed' }, 'outcome'],
    ['what can be no client', { clientId: '../tenants' }, 'clientId'],
    ['a cursor of anything', { cursor: 'x' }, 'cursor'],
    ['a cursor without an event', { cursor: place('2027-01-15T08:00:00.000Z#') }, 'cursor'],
    ['a cursor on no day', { cursor: place('2027-13-45T08:00:00.000Z#x') }, 'cursor'],
    ['a cursor of a kilobyte', { cursor: 'x'.repeat(1_025) }, 'cursor'],
  ])('%s', async (_what, query, field) => {
    expect(seen(await list(query))).toEqual(problem(400, 'invalid_request', field));
  });
});

describe('who may see audit events', () => {
  test('is whoever holds read:audit-events at the workspace', async () => {
    const application = await createApplication(world);
    await grantPermissions(world, application, SYSTEM_API_ID, ['read:audit-events']);
    expect((await list({}, await world.tokenFor(application))).status).toBe(200);
  });

  test('is nobody without a token', async () => {
    const reply = await world.send('GET', '/v1/audit-events');
    expect([reply.status, reply.body]).toMatchObject([401, { code: 'unauthenticated' }]);
  });

  test('is no application without the permission', async () => {
    const application = await createApplication(world);
    await grantPermissions(world, application, SYSTEM_API_ID, ['read:tenants', 'write:applications']);
    const refused = await list({}, await world.tokenFor(application));
    expect(seen(refused)).toEqual(problem(403, 'insufficient_scope'));
  });

  test('T1: is no tenant, whatever its permissions', async () => {
    const manager = await arrangeTenantManager(world, acme.tenantId, ['read:audit-events', 'read:tenants']);
    const token = await world.tokenFor(manager);
    for (const query of [{}, { clientId: manager.clientId }]) {
      expect(seen(await list(query, token))).toEqual(problem(403, 'insufficient_scope'));
    }
  });
});

describe('audit events', () => {
  test('B21, U4: hold no secret, no token and nothing of a body', async () => {
    world.clock.advance(1);
    const from = timestamp();
    const marked = { metadata: { note: 'canary-of-metadata' } };
    const apiTokens = `/v1/tenants/${acme.tenantId}/api-tokens`;
    const made = [
      await world.manage('POST', apiTokens, { description: 'canary-of-description', ...marked }),
      await world.manage('POST', '/v1/applications', { name: 'canary-of-name', ...marked }),
    ].map(({ body }) => body as Credentials);
    const item = `${apiTokens}/${made[0]?.clientId}`;
    made.push((await world.manage('POST', `${item}/secrets`, { title: 'canary-of-title' })).body as Credentials);
    await world.manage('PATCH', item, { description: 'canary-of-change' });
    const token = await world.tokenFor(acme.tenantToken);
    await world.post('/oauth/revoke', acme.tenantToken, { token });
    const events = eventsOf(await readAll({ from, limit: '100' }));
    expect(events).toHaveLength(10);
    const text = JSON.stringify(events);
    for (const { clientSecret } of [...made, acme.tenantToken]) expect(text).not.toContain(clientSecret.slice(10));
    for (const canary of ['canary', 'mms_', 'eyJ', token.slice(-20)]) expect(text).not.toContain(canary);
  });

  test('I6: are unavailable, never none, where the store is', async () => {
    const token = await world.tokenFor(world.admin);
    const queryFails = (operation: string) => (operation === 'Query' ? denied() : undefined);
    const reply = await whileFailing(world.dynamo, queryFails, () => list({}, token));
    expect([seen(reply), reply.headers.get('retry-after')]).toEqual([problem(503, 'temporarily_unavailable'), '1']);
  });
});
