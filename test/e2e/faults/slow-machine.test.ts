import { expect, test } from 'vitest';
import { startGuardedApi } from '#test/support/arrange/guarded-api.ts';
import { whileFailing } from '#test/support/faults/while-failing.ts';
import { routeRequests } from '#test/support/route-requests/index.ts';
import { opened, prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';

const world = useWorld();
const acme = useAcme(world);
const requests = prepared(() => routeRequests(world, acme));
const guarded = opened(() => startGuardedApi(world, { mode: 'online' }));

/** Longer than the product waits for an engine, and than API Gateway waits for an authorizer. */
const BUSY_MILLISECONDS = 2_000;

/** A machine that computes something else whenever an engine is called. The engine answers all the same. */
function compute(): undefined {
  const endsAt = performance.now() + BUSY_MILLISECONDS;
  while (performance.now() < endsAt);
}

test('Sound: a machine that is slow makes no request fail, because only silence is a failure', async () => {
  const { method, path, ...init } = await requests.getTenant();
  const authorization = `Bearer ${await world.tokenFor(acme.tenantToken)}`;
  world.dynamo.forget();
  const statuses = await whileFailing(world.dynamo, compute, async () => [
    (await world.send(method, path, init)).status,
    (await guarded.visit('GET', '/rest/reports', authorization)).status,
  ]);
  expect(statuses).toEqual([200, 200]);
  // No call was given up and made again.
  expect(new Set(world.dynamo.bodies).size).toBe(world.dynamo.bodies.length);
});
