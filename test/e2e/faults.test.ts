import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { tables } from '#shared/api/tables.ts';
import type { Fault } from '#test/support/engine-proxy.ts';
import { probeFaults, rightOutcome } from '#test/support/fault-probes.ts';
import { whileFailing } from '#test/support/faults.ts';
import { operationsOf, type RouteRequests, routeRequests } from '#test/support/route-requests.ts';
import { arrangeAcme, startWorld, type World } from '#test/support/world.ts';

vi.setConfig({ maxConcurrency: 6, testTimeout: 60_000 });

let world: World;
let requests: RouteRequests;

beforeAll(async () => {
  world = await startWorld();
  requests = await routeRequests(world, await arrangeAcme(world));
});
afterAll(() => world.close());

describe('H11, I6, INV5, INV8, INV9: whichever of its calls fails, and however', () => {
  /** Discovery calls nobody once its process has begun. */
  const functions = tables
    .filter(({ name, routes }) => name !== 'discovery' && Object.keys(routes).length > 0)
    .map(({ name }) => {
      const known = new Set<string>();
      return operationsOf(name).map((operation) => ({ ...operation, known }));
    });

  test.concurrent.each(functions.flat())(
    '$operation answers 503 in time',
    async ({ operation, status, isOpen, known }) => {
      const probes = await probeFaults(world, requests[operation], known);
      // Where nobody has to be recognised, one call may be all there is.
      expect(probes.length).toBeGreaterThan(isOpen ? 0 : 1);
      expect(probes).toEqual(probes.map((probe) => rightOutcome(probe, status)));
    },
  );

  /** One creation of each function: what remembers keys is the same for all of them. */
  const creations = functions.flatMap((operations) => operations.filter(({ status }) => status === 201).slice(0, 1));
  test.concurrent.each(creations)('$operation with an Idempotency-Key too', async ({ operation, status, known }) => {
    const prepare = async () => {
      const { headers, ...request } = await requests[operation]();
      return { ...request, headers: { ...headers, 'idempotency-key': randomUUID() } };
    };
    const probes = await probeFaults(world, prepare, known);
    expect(probes).toEqual(probes.map((probe) => rightOutcome(probe, status)));
  });
});

describe('DynamoDB that answers, but not everything', () => {
  test.each(['token', 'introspect', 'revoke', 'getTenant'] as const)(
    '%s never takes what is missing for a no',
    async (operation) => {
      const { method, path, ...init } = await requests[operation]();
      const leaveAll = (called: string, body: string): Fault | undefined =>
        called === 'BatchGetItem'
          ? { kind: 'answer', body: { Responses: {}, UnprocessedKeys: JSON.parse(body).RequestItems } }
          : undefined;
      const reply = await whileFailing(world.dynamo, leaveAll, () => world.send(method, path, init));
      expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '1']);
    },
  );
});
