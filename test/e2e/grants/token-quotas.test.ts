import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { succeed } from '#test/support/arrange/manage.ts';
import { oauthError, problem, seen } from '#test/support/ask/answers.ts';
import { countEach, race } from '#test/support/ask/concurrent-calls.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { captureOutput } from '#test/support/ask/output.ts';
import { createApplication, grantPermissions, registerApi } from '#test/support/clients/applications.ts';
import { costOf } from '#test/support/stored/call-counts.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import type { Credentials, Reply } from '#test/support/world/world.ts';

const output = captureOutput();

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
let apiId: string;
beforeAll(async () => {
  apiId = (await registerApi(world, ['read:ledger'])).id;
});

/** Each test begins with an hour, so that none runs over its end by chance. */
beforeEach(() => world.clock.advance(3_600 - (world.clock.nowSeconds() % 3_600)));

async function arrangeLimited(tokenQuota: object | null): Promise<Credentials> {
  const application = await createApplication(world, { tokenQuota });
  await grantPermissions(world, application, apiId, 'all');
  return application;
}

const exchange = (credentials: Credentials) =>
  world.post('/oauth/token', credentials, { grant_type: 'client_credentials' });

const secondsOfDayLeft = () => 86_400 - (world.clock.nowSeconds() % 86_400);
const rateLimitOf = ({ headers }: Reply) => [headers.get('ratelimit-policy'), headers.get('ratelimit')];
const shownQuota = async ({ clientId }: Credentials) =>
  (await succeed<{ tokenQuota: unknown }>(world.manage('GET', `/v1/applications/${clientId}`))).tokenQuota;

describe('a quota of access tokens', () => {
  test('is in the answer with each token: the tokens that are left, and when it begins again', async () => {
    const client = await arrangeLimited({ perHour: 10, perDay: 50 });
    await exchange(client);
    world.clock.advance(60);
    expect(rateLimitOf(await exchange(client))).toEqual([
      '"per-hour";q=10;w=3600, "per-day";q=50;w=86400',
      `"per-hour";r=8;t=3540, "per-day";r=48;t=${secondsOfDayLeft()}`,
    ]);
  });

  test('ends in 429 with the time to wait, and begins again with the hour', async () => {
    const client = await arrangeLimited({ perHour: 1, perDay: 5 });
    await exchange(client);
    const refused = await exchange(client);
    expect(seen(refused)).toEqual(oauthError(429, 'temporarily_unavailable'));
    expect([refused.headers.get('retry-after'), ...rateLimitOf(refused)]).toEqual([
      '3600',
      '"per-hour";q=1;w=3600, "per-day";q=5;w=86400',
      `"per-hour";r=0;t=3600, "per-day";r=4;t=${secondsOfDayLeft()}`,
    ]);
    world.clock.advance(3_600);
    expect((await exchange(client)).status).toBe(200);
  });

  test('of a day ends in 429 with the time to the next day', async () => {
    const client = await arrangeLimited({ perDay: 1 });
    await exchange(client);
    const refused = await exchange(client);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, String(secondsOfDayLeft())]);
    world.clock.advance(secondsOfDayLeft());
    expect((await exchange(client)).status).toBe(200);
  });

  test('gives exactly as many as it says, however many are asked for at once', async () => {
    const client = await arrangeLimited({ perHour: 5, perDay: 8 });
    const first = await exchange(client);
    const replies = await Promise.all(race(12, () => exchange(client)));
    expect(countEach([first, ...replies].map(({ status }) => status))).toEqual({ 200: 5, 429: 8 });
    world.clock.advance(3_600);
    const later = await Promise.all(race(12, () => exchange(client)));
    // The day has not counted the requests that the hour refused.
    expect(countEach(later.map(({ status }) => status))).toEqual({ 200: 3, 429: 9 });
  });

  test('refuses no token if it is not enforced, and the log counts the tokens beyond it', async () => {
    const client = await arrangeLimited({ perHour: 1, enforce: false });
    const first = await exchange(client);
    output.forget();
    const second = await exchange(client);
    expect([first.status, second.status, rateLimitOf(second)]).toEqual([
      200,
      200,
      ['"per-hour";q=1;w=3600', '"per-hour";r=0;t=3600'],
    ]);
    expect(output.lines()).toMatchObject([{ operation: 'token', outcome: 'ok', exceeded: ['per-hour'] }]);
  });

  test('costs one write, and nothing for a client without a quota', async () => {
    const [limited, free] = [await arrangeLimited({ perHour: 100 }), await arrangeLimited(null)];
    const warm = async (client: Credentials) => {
      await exchange(client);
      await exchange(client);
      return costOf(world, () => exchange(client));
    };
    const cost = { reads: 1, writes: 0, kms: ['Sign'], comparisons: 0 };
    expect([await warm(limited), await warm(free)]).toEqual([{ ...cost, writes: 1 }, cost]);
  });

  test('also counts the tokens of trials of an API', async () => {
    const client = await arrangeLimited({ perHour: 1 });
    const tryOut = () => world.manage('POST', `/v1/apis/${apiId}/test`, { clientId: client.clientId });
    expect([(await tryOut()).status, seen(await tryOut())]).toEqual([200, problem(429, 'rate_limited')]);
  });
});

describe('the quota of an application', () => {
  test('changes member by member, and null gives it that of the workspace', async () => {
    const application = await arrangeLimited({ perHour: 10 });
    const change = (tokenQuota: object | null) =>
      succeed<{ tokenQuota: unknown }>(
        world.manage('PATCH', `/v1/applications/${application.clientId}`, { tokenQuota }),
      );
    expect(await shownQuota(application)).toEqual({ perHour: 10, perDay: null, enforce: true });
    expect((await change({ perDay: 100, perHour: null })).tokenQuota).toEqual({
      perHour: null,
      perDay: 100,
      enforce: true,
    });
    expect((await change(null)).tokenQuota).toBeUndefined();
    await world.manage('PATCH', `/v1/applications/${application.clientId}`, { name: 'another name' });
    expect(await shownQuota(application)).toBeUndefined();
  });

  test.each([
    ['nothing at all', { perHour: 0 }],
    ['less than nothing', { perDay: -1 }],
    ['a part of a token', { perHour: 1.5 }],
    ['text', { perHour: '10' }],
    ['no word about it', { enforce: 'no' }],
  ])('is refused if it allows %s', async (_what, tokenQuota) => {
    const reply = await world.manage('POST', '/v1/applications', { name: 'limited', tokenQuota });
    expect([reply.status, reply.body]).toMatchObject([400, { code: 'invalid_request' }]);
  });
});

describe('the quota of the workspace', () => {
  test('holds for every client without a quota of its own, for each client separately', async () => {
    const [plain, own] = [await arrangeLimited(null), await arrangeLimited({ perHour: 2 })];
    await succeed(world.manage('PATCH', '/v1/settings', { tokenQuota: { perHour: 1 } }));
    const clients = [plain, own, acme.tenantToken, acme.personalToken];
    const statuses = [];
    for (const client of clients) statuses.push([(await exchange(client)).status, (await exchange(client)).status]);
    await succeed(world.manage('PATCH', '/v1/settings', { tokenQuota: { perHour: null } }));
    expect(statuses).toEqual([
      [200, 429],
      [200, 200],
      [200, 429],
      [200, 429],
    ]);
    expect((await exchange(plain)).status).toBe(200);
  });
});

describe('Sound 7: the administrator', () => {
  const quotaOf = (path: string, tokenQuota: object | null) => succeed(world.manage('PATCH', path, { tokenQuota }));

  test.each<[string, () => string, object | null]>([
    ['the workspace', () => '/v1/settings', { perHour: null, perDay: null }],
    ['its own', () => `/v1/applications/${world.admin.clientId}`, null],
  ])('is counted by the quota of %s, and never refused', async (_whose, pathOf, unlimited) => {
    const path = pathOf();
    await quotaOf(path, { perDay: 1, perHour: 1 });
    const replies = [await exchange(world.admin), await exchange(world.admin)];
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    const left = `"per-hour";r=0;t=3600, "per-day";r=0;t=${secondsOfDayLeft()}`;
    expect(replies.map((reply) => rateLimitOf(reply)[1])).toEqual([left, left]);
    await quotaOf(path, unlimited);
  });

  test('is not refused while DynamoDB takes no counts', async () => {
    await quotaOf(`/v1/applications/${world.admin.clientId}`, { perDay: 1 });
    world.dynamo.injectFault((operation) =>
      operation === 'UpdateItem' ? { kind: 'error', name: 'InternalServerError', status: 500 } : undefined,
    );
    const reply = await exchange(world.admin);
    world.dynamo.injectFault(undefined);
    expect(reply.status).toBe(200);
    await quotaOf(`/v1/applications/${world.admin.clientId}`, null);
  });
});

describe('a quota of access tokens while DynamoDB takes no counts', () => {
  test.each([
    [true, 503],
    [false, 200],
  ])('answers, with enforce %s, %i', async (enforce, status) => {
    const client = await arrangeLimited({ perHour: 10, enforce });
    world.dynamo.injectFault((operation) =>
      operation === 'UpdateItem' ? { kind: 'error', name: 'InternalServerError', status: 500 } : undefined,
    );
    const reply = await exchange(client);
    world.dynamo.injectFault(undefined);
    expect(reply.status).toBe(status);
  });
});
