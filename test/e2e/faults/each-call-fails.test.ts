import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { apiTables as tables } from '#shared/api/tables.ts';
import type { CallFailure } from '#test/support/faults/call-failures.ts';
import { type Probe, probeFaults, type Subject } from '#test/support/faults/fault-probes.ts';
import { whileFailing } from '#test/support/faults/while-failing.ts';
import { operationsOf, routeRequests } from '#test/support/route-requests/index.ts';
import type { Fault } from '#test/support/world/engine-proxy.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';

vi.setConfig({ maxConcurrency: 6, testTimeout: 3_600_000 });

const world = useWorld();
const acme = useAcme(world);
const requests = prepared(() => routeRequests(world, acme));

/** `MINTMARK_FAULTS=all` tries everything that can go wrong at every call; else once at each kind of call. */
const isThorough = process.env.MINTMARK_FAULTS === 'all';
const triedKinds = new Set<string>();

function chooseFurther(kind: string, all: readonly CallFailure[]): readonly CallFailure[] {
  if (isThorough) return all;
  return triedKinds.has(kind) || !triedKinds.add(kind) ? [] : all;
}

/** The function that makes and ends keys. Every process looks for new keys, so no other route is probed meanwhile. */
const KEYS = 'manage-signing-keys';

type Route = ReturnType<typeof operationsOf>[number];

/** How many probes there were at each route. */
const probesAt: Record<string, number> = {};

/** Probes a route and expects the right outcome of every probe. */
async function expectRightOutcomes(name: string, subject: Omit<Subject, 'chooseFurther'>): Promise<readonly Probe[]> {
  const probes = await probeFaults(world, { ...subject, chooseFurther });
  probesAt[name] = probes.length;
  expect(probes.map(({ what, outcome }) => ({ what, outcome }))).toEqual(
    probes.map(({ what, right }) => ({ what, outcome: right })),
  );
  return probes;
}

afterAll(() => {
  if (!isThorough) return;
  mkdirSync('coverage', { recursive: true });
  writeFileSync('coverage/faults.json', JSON.stringify(probesAt, undefined, 2));
});

describe('H11, I6, INV5, INV7, INV8, INV9: with each of its calls failing in each way', () => {
  /** Routes without calls in a warm process. Status lists have faults of their own: status-list-faults.test.ts. */
  const remembering: readonly string[] = ['discovery', 'status-lists'];
  const called = tables.filter(({ name, routes }) => !remembering.includes(name) && Object.keys(routes).length > 0);
  const functions = called.filter(({ name }) => name !== KEYS).map(({ name }) => operationsOf(name));
  const probeRoute = async ({ operation, status, isOpen, isPaged }: Route, isOfKeys = false) => {
    // A page that is not the last has a cursor, whose seal needs calls. Lists grow meanwhile: each page is a short one.
    const prepare = async () => {
      const { path, ...request } = await requests[operation]();
      return { ...request, path: isPaged ? `${path}?limit=1` : path };
    };
    const subject = {
      prepare,
      successStatus: status,
      isAlone: isThorough || isOfKeys,
      ...(isOfKeys && { before: requests.getSigningKeys }),
    };
    const probes = await expectRightOutcomes(operation, subject);
    // A route that recognises no caller may make a single call.
    expect(probes.length).toBeGreaterThan(isOpen ? 0 : 1);
  };

  test.concurrent.each(functions.flat())('$operation answers 503 in time', (route) => probeRoute(route));
  test.each(operationsOf(KEYS))('$operation answers 503 in time', (route) => probeRoute(route, true));

  /** One creation of each function, because all creations remember keys in the same way. */
  const creations = functions.flatMap((operations) => operations.filter(({ status }) => status === 201).slice(0, 1));
  test.concurrent.each(creations)('$operation with an Idempotency-Key too', async ({ operation, status }) => {
    const prepare = async () => {
      const { headers, ...request } = await requests[operation]();
      return { ...request, headers: { ...headers, 'idempotency-key': randomUUID() } };
    };
    await expectRightOutcomes(`${operation}, with a key`, { prepare, successStatus: status });
  });
});

describe('DynamoDB that answers only in part', () => {
  test.each(['token', 'introspect', 'revoke', 'getTenant'] as const)(
    'never lets %s take a missing item for a no',
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
