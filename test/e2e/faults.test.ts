import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Fault } from '#test/support/engine-proxy.ts';
import { probeFaults, rightOutcome } from '#test/support/fault-probes.ts';
import { startFunctionInstance, type TimedReply } from '#test/support/function-instance.ts';
import { type GuardedApiOptions, startGuardedApi } from '#test/support/guarded-api.ts';
import { type Operation, operationsOf, type RouteRequests, routeRequests } from '#test/support/route-requests.ts';
import { type Acme, arrangeAcme, startWorld, type World } from '#test/support/world.ts';

vi.setConfig({ maxConcurrency: 10, testTimeout: 60_000 });

let world: World;
let acme: Acme;
let requests: RouteRequests;

beforeAll(async () => {
  world = await startWorld();
  acme = await arrangeAcme(world);
  requests = await routeRequests(world, acme);
});
afterAll(() => world.close());

describe('H11, I6, INV5, INV8, INV9: whichever of its calls fails, and however', () => {
  const operations = operationsOf('exchange', 'introspect', 'revoke', 'discovery', 'create-token', 'manage-tokens');

  test.concurrent.each(operations)('$operation answers 503 in time', async ({ operation, status }) => {
    const probes = await probeFaults(world, requests[operation]);
    expect(probes).toEqual(probes.map((probe) => rightOutcome(probe, status)));
  });
});

/** One route of each function, and what it needs when its process has just begun. */
const firstRequests: readonly { operation: Operation; status: number; needs: readonly ('dynamo' | 'kms')[] }[] = [
  { operation: 'token', status: 200, needs: ['dynamo', 'kms'] },
  { operation: 'introspect', status: 200, needs: ['dynamo', 'kms'] },
  { operation: 'revoke', status: 200, needs: ['dynamo', 'kms'] },
  { operation: 'createTenantApiToken', status: 201, needs: ['dynamo', 'kms'] },
  { operation: 'listTenantApiTokens', status: 200, needs: ['dynamo', 'kms'] },
  { operation: 'createTenant', status: 201, needs: ['dynamo', 'kms'] },
  { operation: 'jwks', status: 200, needs: ['kms'] },
  { operation: 'openidConfiguration', status: 200, needs: [] },
];

describe('a process that has just begun', () => {
  const lasting: readonly (readonly ['dynamo' | 'kms', string, Fault])[] = [
    ['kms', 'an internal error', { kind: 'error', name: 'KMSInternalException', status: 500 }],
    ['kms', 'a timeout inside', { kind: 'error', name: 'DependencyTimeoutException', status: 503 }],
    ['kms', 'throttling', { kind: 'error', name: 'ThrottlingException' }],
    ['kms', 'a disabled key', { kind: 'error', name: 'DisabledException' }],
    ['kms', 'a key that is to be deleted', { kind: 'error', name: 'KMSInvalidStateException' }],
    ['kms', 'a missing key', { kind: 'error', name: 'NotFoundException' }],
    ['kms', 'a missing permission', { kind: 'error', name: 'AccessDeniedException' }],
    ['kms', 'a broken connection', { kind: 'reset' }],
    ['kms', 'silence', { kind: 'hang' }],
    ['dynamo', 'an internal error', { kind: 'error', name: 'InternalServerError', status: 500 }],
    ['dynamo', 'throttling', { kind: 'error', name: 'ThrottlingException' }],
    ['dynamo', 'a missing table', { kind: 'error', name: 'ResourceNotFoundException' }],
    ['dynamo', 'expired credentials', { kind: 'error', name: 'ExpiredTokenException' }],
    ['dynamo', 'a broken connection', { kind: 'reset' }],
    ['dynamo', 'silence', { kind: 'hang' }],
  ];

  test.each(lasting)('F-KMS, F-DDB: says 503 to %s with %s, and recovers by itself', async (engine, _name, fault) => {
    const instance = await startFunctionInstance(world);
    const prepared = await Promise.all(firstRequests.map(({ operation }) => requests[operation]()));
    const sendAll = () => Promise.all(prepared.map((request) => instance.send(request)));
    world[engine].injectFault(() => fault);
    const failing = await sendAll().finally(() => world[engine].injectFault(undefined));
    const recovered = await sendAll();
    await instance.close();

    expect(failing.map(answerOf)).toEqual(
      firstRequests.map(({ needs, status }) => (needs.includes(engine) ? '503 in 1 s' : `${status}`)),
    );
    expect(failing.filter(({ seconds }) => seconds >= 3)).toEqual([]);
    // The same tenant cannot be created twice, whether the first attempt came to its end or not.
    const statuses = firstRequests.map(({ status }) => `${status}`);
    expect(recovered.map(answerOf)).toEqual(statuses);
  });

  function answerOf({ status, retryAfter }: TimedReply): string {
    return retryAfter === null ? `${status}` : `${status} in ${retryAfter} s`;
  }
});

describe('P7, INV8: while nothing answers', () => {
  test.each([
    ['online', 'dynamo'],
    ['online', 'kms'],
    ['offline', 'kms'],
  ] as const)(
    'an authorizer that works %s and waits for %s gives up in time, without a verdict',
    async (mode, engine) => {
      const authorization = `Bearer ${await world.tokenFor(acme.tenantToken)}`;
      const api = await startGuardedApi(world, { mode } satisfies GuardedApiOptions);
      const visitAll = () =>
        Promise.all(
          ['/reports', '/rest/reports', '/rest-request/reports'].map((path) => api.visit('GET', path, authorization)),
        );
      world[engine].injectFault(() => ({ kind: 'hang' }));
      const startedAt = performance.now();
      const silent = await visitAll().finally(() => world[engine].injectFault(undefined));
      const seconds = (performance.now() - startedAt) / 1_000;
      const recovered = await visitAll();
      await api.close();
      expect([silent, recovered].map((visits) => visits.map(({ status }) => status))).toEqual([
        [500, 500, 500],
        [200, 200, 200],
      ]);
      expect(seconds).toBeLessThan(3);
    },
  );
});

describe('DynamoDB that answers, but not everything', () => {
  test.each(['token', 'introspect', 'revoke', 'getTenant'] as const)(
    '%s never takes what is missing for a no',
    async (operation) => {
      const request = await requests[operation]();
      const { path, ...init } = request;
      world.dynamo.injectFault((called, body) =>
        called === 'BatchGetItem'
          ? { kind: 'answer', body: { Responses: {}, UnprocessedKeys: JSON.parse(body).RequestItems } }
          : undefined,
      );
      const reply = await world.send(request.method, path, init).finally(() => world.dynamo.injectFault(undefined));
      expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '1']);
    },
  );
});
