import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startGuardedApi } from '#test/support/arrange/guarded-api.ts';
import { bitsSet, readList, statusOf } from '#test/support/ask/status-lists.ts';
import { whileFailing } from '#test/support/faults/while-failing.ts';
import { costOf, FREE } from '#test/support/stored/call-counts.ts';
import type { Fault } from '#test/support/world/engine-proxy.ts';
import { opened, useAcme, useWorld } from '#test/support/world/use-world.ts';
import { type Acme, arrangeAcme } from '#test/support/world/world.ts';

const TTL_SECONDS = 30;

const world = useWorld();
const acme = useAcme(world);
beforeAll(async () => {
  await world.manage('PATCH', `/v1/apis/${acme.apiId}`, { statusList: true });
});
const offline = opened(() => startGuardedApi(world, { mode: 'offline' }));

const issue = () => world.tokenFor(acme.tenantToken);
const revoke = (token: string) => world.post('/oauth/revoke', acme.tenantToken, { token });
const visit = async (token: string, api = offline) => {
  const visits = ['', '/rest'].map((stage) => api.visit('GET', `${stage}/reports`, `Bearer ${token}`));
  return (await Promise.all(visits)).map(({ status }) => status);
};
const OPEN = [200, 200];
/** The status of API Gateway for a refused token; an HTTP API knows only 403. */
const REFUSED = [403, 401];
const FAILING = [500, 500];

const broken: readonly Fault[] = [
  { kind: 'error', name: 'InternalServerError', status: 500 },
  { kind: 'error', name: 'AccessDeniedException' },
  { kind: 'reset' },
];

describe('publishing a list', () => {
  const sites = [
    ['dynamo', 'GetItem', 'status#'],
    ['dynamo', 'BatchGetItem', 'status#'],
    ['dynamo', 'BatchGetItem', 'revoked#'],
    ['kms', 'Sign', ''],
  ] as const;

  test.each(sites.flatMap((site) => broken.map((fault) => ({ site, fault }))))(
    'H11, INV5: answers 503 and shows no list if $site fails by $fault.kind $fault.name',
    async ({ site: [engine, operation, key], fault }) => {
      const token = await issue();
      await revoke(token);
      const { uri, idx } = statusOf(token);
      world.clock.advance(TTL_SECONDS);
      const failed = await whileFailing(
        world[engine],
        (called, body) => (called === operation && body.includes(key) ? fault : undefined),
        () => readList(world, uri),
      );
      const { text } = await readList(world, uri);
      expect([failed.status, failed.headers.get('retry-after'), failed.headers.get('cache-control')]).toEqual([
        503,
        '1',
        'no-store',
      ]);
      expect(bitsSet(text)).toContain(idx);
    },
  );

  test('H11: answers 503 if DynamoDB leaves out tokens, and does not take them for expired', async () => {
    const { uri } = statusOf(await issue());
    world.clock.advance(TTL_SECONDS);
    const leaveAll = (called: string, body: string): Fault | undefined =>
      called === 'BatchGetItem'
        ? { kind: 'answer', body: { Responses: {}, UnprocessedKeys: JSON.parse(body).RequestItems } }
        : undefined;
    const { status } = await whileFailing(world.dynamo, leaveAll, () => readList(world, uri));
    expect(status).toBe(503);
  });

  test('still answers with a list that was made a moment ago', async () => {
    const { uri } = statusOf(await issue());
    world.clock.advance(TTL_SECONDS);
    const made = await readList(world, uri);
    const again = await whileFailing(
      world.dynamo,
      () => ({ kind: 'reset' }),
      () => readList(world, uri),
    );
    expect([again.status, again.text]).toEqual([200, made.text]);
  });
});

describe('issuing a token that is on a list', () => {
  test.each(broken)('INV3: fails if its place cannot be written down: $kind $name', async (fault) => {
    const exchange = () => world.post('/oauth/token', acme.tenantToken, { grant_type: 'client_credentials' });
    const onUpdate = (operation: string) => (operation === 'UpdateItem' ? fault : undefined);
    const failed = await whileFailing(world.dynamo, onUpdate, exchange);
    const { status } = await exchange();
    expect([failed.status, failed.body, failed.headers.get('retry-after'), status]).toEqual([
      503,
      expect.objectContaining({ error: 'temporarily_unavailable' }),
      '1',
      200,
    ]);
  });

  test('costs one write, and one more for every sixteenth token of a process', async () => {
    await issue();
    await issue();
    const costs = [];
    for (let count = 0; count < 16; count += 1) costs.push(await costOf(world, issue));
    const usual = { ...FREE, reads: 1, kms: ['Sign'] };
    expect(costs.toSorted((one, other) => one.writes - other.writes)).toEqual([
      ...Array(15).fill({ ...usual, writes: 1 }),
      { ...usual, writes: 2 },
    ]);
  });
});

describe('an authorizer that works offline', () => {
  /** Lets the time to live of a list that was read before pass. */
  beforeEach(() => world.clock.advance(TTL_SECONDS));

  test('asks nobody about tokens whose list it knows', async () => {
    const token = await issue();
    await visit(token);
    world.clock.advance(TTL_SECONDS - 1);
    expect(await costOf(world, () => visit(token))).toEqual(FREE);
  });

  test('I10: knows of a revocation when the list that it has read before expires', async () => {
    const [token, other] = [await issue(), await issue()];
    const seen = [await visit(token)];
    await revoke(token);
    for (const seconds of [TTL_SECONDS - 1, 1]) {
      world.clock.advance(seconds);
      seen.push(await visit(token));
    }
    expect([seen, await visit(other)]).toEqual([[OPEN, OPEN, REFUSED], OPEN]);
  });

  test.each([
    ['its client', (own: Acme) => `/v1/tenants/${own.tenantId}/api-tokens/${own.tenantToken.clientId}`],
    ['its tenant', (own: Acme) => `/v1/tenants/${own.tenantId}`],
  ])('I9: refuses a token after the deletion of %s', async (_what, pathOf) => {
    const own = await arrangeAcme(world);
    const token = await world.tokenFor(own.tenantToken);
    const before = await visit(token);
    await world.manage('DELETE', pathOf(own));
    world.clock.advance(TTL_SECONDS);
    expect([before, await visit(token)]).toEqual([OPEN, REFUSED]);
  });

  test.each(broken)('P7: lets nobody in if the list cannot be read: $kind $name', async (fault) => {
    const [token, revoked] = [await issue(), await issue()];
    await visit(token);
    await revoke(revoked);
    world.clock.advance(TTL_SECONDS - 1);
    const look = () => Promise.all([visit(token), visit(revoked)]);
    const failing = (run: () => Promise<unknown>) => whileFailing(world.dynamo, () => fault, run);
    const during = await failing(look);
    world.clock.advance(1);
    const after = await failing(look);
    expect([during, after, await look()]).toEqual([
      [OPEN, OPEN],
      [FAILING, FAILING],
      [OPEN, REFUSED],
    ]);
  });

  test('P7: lets nobody in if the list of the token is missing', async () => {
    const token = await issue();
    const forget = { kind: 'answer', body: {} } as const;
    const seen = await whileFailing(
      world.dynamo,
      (operation) => (operation === 'GetItem' ? forget : undefined),
      () => visit(token),
    );
    expect(seen).toEqual(REFUSED);
  });
});
