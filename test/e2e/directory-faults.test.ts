import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { probeFaults, rightOutcome } from '#test/support/fault-probes.ts';
import { operationsOf, type RouteRequests, routeRequests } from '#test/support/route-requests.ts';
import { arrangeAcme, startWorld, type World } from '#test/support/world.ts';

vi.setConfig({ maxConcurrency: 10, testTimeout: 60_000 });

let world: World;
let requests: RouteRequests;

beforeAll(async () => {
  world = await startWorld();
  requests = await routeRequests(world, await arrangeAcme(world));
});
afterAll(() => world.close());

describe('INV5, INV8, INV9: whichever of its calls fails, and however', () => {
  test.concurrent.each(operationsOf('directory'))('$operation answers 503 in time', async ({ operation, status }) => {
    const probes = await probeFaults(world, requests[operation]);
    expect(probes).toEqual(probes.map((probe) => rightOutcome(probe, status)));
  });
});
