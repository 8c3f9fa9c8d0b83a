import { beforeAll, describe, expect, test } from 'vitest';
import { type Manage, manageWith, succeed } from '#test/support/arrange/manage.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { countEach, race } from '#test/support/ask/concurrent-calls.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { denied, whileFailing } from '#test/support/faults/while-failing.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import { arrangeAcme, type Credentials, REPORTS } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
let manage: Manage;
beforeAll(async () => {
  manage = manageWith(world, await world.tokenFor(world.admin));
  await succeed(change({ apiTokens: { maxLive: 3 } }));
});

const change = (patch: unknown) => manage('PATCH', '/v1/settings', patch);

describe('the limit maxLive for API tokens', () => {
  const places = {
    tenant: () => `/v1/tenants/${acme.tenantId}/api-tokens`,
    user: () => `/v1/tenants/${acme.tenantId}/members/${acme.userId}/api-tokens`,
  };
  const add = (path: string, body: object = {}) => manage('POST', path, { description: 'one more', ...body });
  const live = async (path: string) =>
    ((await manage('GET', `${path}?limit=100`)).body as { items: readonly Credentials[] }).items;

  test.each([
    ['tenant', 32],
    ['user', 8],
  ] as const)('holds for a %s if %i callers create at once', async (owner, runners) => {
    const path = places[owner]();
    const replies = await Promise.all(race(runners, () => add(path)));
    expect(countEach(replies.map(({ status }) => status))).toEqual({ 201: 2, 409: runners - 2 });
    expect((await live(path)).length).toBe(3);
    expect(seen(await add(path))).toEqual(problem(409, 'conflict'));
  });

  test('frees a place at once by deletion and expiry, and not by disabling', async () => {
    const path = places.tenant();
    const [first, second] = await live(path);
    await succeed(manage('PATCH', `${path}/${first?.clientId}`, { status: 'disabled' }));
    expect((await add(path)).status).toBe(409);
    await manage('DELETE', `${path}/${second?.clientId}`);
    const short = await add(path, { expiresInSeconds: 5 });
    expect([short.status, (await add(path)).status]).toEqual([201, 409]);
    world.clock.advance(5);
    expect([(await add(path)).status, (await add(path)).status]).toEqual([201, 409]);
    await manage('DELETE', `${path}/${(await live(path)).at(-1)?.clientId}`);
    expect([(await add(path)).status, (await add(path)).status]).toEqual([201, 409]);
  });

  test('H11: creates nothing if the tokens cannot be counted', async () => {
    const path = places.user();
    await manage('DELETE', `${path}/${(await live(path)).at(-1)?.clientId}`);
    const before = await live(path);
    const isCounting = (operation: string, body: string) => operation === 'Query' || body.includes('"roster#');
    const refused = await whileFailing(
      world.dynamo,
      (operation, body) => (isCounting(operation, body) ? denied() : undefined),
      () => add(path),
    );
    expect([refused.status, await live(path), (await add(path)).status]).toEqual([503, before, 201]);
  });

  test('counts older tokens, and neither refused creations nor tokens of other owners', async () => {
    const other = await arrangeAcme(world);
    const path = `/v1/tenants/${other.tenantId}/api-tokens`;
    await succeed(change({ apiTokens: { maxLive: 2 } }));
    expect((await add(path, { permissions: [{ api: REPORTS, value: 'none' }] })).status).toBe(400);
    const replies = await Promise.all(race(8, () => add(path)));
    expect(countEach(replies.map(({ status }) => status))).toEqual({ 201: 1, 409: 7 });
    world.clock.advance(3_600);
    manage = manageWith(world, await world.tokenFor(world.admin));
    expect((await add(path)).status).toBe(409);
    await succeed(change({ apiTokens: { maxLive: null } }));
    expect((await add(path)).status).toBe(201);
  });
});
