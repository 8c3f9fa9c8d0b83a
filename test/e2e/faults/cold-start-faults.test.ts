import { describe, expect, test } from 'vitest';
import { startGuardedApi } from '#test/support/arrange/guarded-api.ts';
import { whileFailing } from '#test/support/faults/while-failing.ts';
import { type Operation, routeRequests } from '#test/support/route-requests/index.ts';
import type { Fault } from '#test/support/world/engine-proxy.ts';
import { startFunctionInstance } from '#test/support/world/function-instance.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import { millisecondsWaited } from '#test/support/world/waiting-time.ts';

const world = useWorld();
const acme = useAcme(world);
const requests = prepared(() => routeRequests(world, acme));

type Engine = 'dynamo' | 'kms';

/** One route of each function, with the engines that a new process needs for it. */
const firstRequests: readonly { operation: Operation; query?: string; status: number; needs: readonly Engine[] }[] = [
  { operation: 'token', status: 200, needs: ['dynamo', 'kms'] },
  { operation: 'introspect', status: 200, needs: ['dynamo', 'kms'] },
  { operation: 'revoke', status: 200, needs: ['dynamo', 'kms'] },
  { operation: 'createTenantApiToken', status: 201, needs: ['dynamo', 'kms'] },
  { operation: 'listTenantApiTokens', status: 200, needs: ['dynamo'] },
  { operation: 'addTenantApiTokenSecret', status: 201, needs: ['dynamo', 'kms'] },
  { operation: 'createTenant', status: 201, needs: ['dynamo'] },
  { operation: 'createServiceUser', status: 201, needs: ['dynamo'] },
  { operation: 'createApplication', status: 201, needs: ['dynamo', 'kms'] },
  // A page that is not the last has a cursor, which is sealed.
  { operation: 'listAuditEvents', query: '?limit=1', status: 200, needs: ['dynamo', 'kms'] },
  { operation: 'jwks', status: 200, needs: ['dynamo'] },
  { operation: 'openidConfiguration', status: 200, needs: [] },
];

/** The status of API Gateway for an authorizer without a verdict. */
const authorizers: readonly { mode: 'online' | 'offline'; path: string; needs: readonly Engine[] }[] = [
  { mode: 'online', path: '/reports', needs: ['dynamo'] },
  { mode: 'online', path: '/rest/reports', needs: ['dynamo'] },
  { mode: 'offline', path: '/reports', needs: ['dynamo'] },
  { mode: 'offline', path: '/rest/reports', needs: ['dynamo'] },
];

/** New processes of all functions. Each `callAll` calls every one of them, twice at most. */
async function startColdProcesses() {
  const instance = await startFunctionInstance(world);
  const prepareAll = () =>
    Promise.all(
      firstRequests.map(async ({ operation, query = '' }) => {
        const { path, ...request } = await requests[operation]();
        return { ...request, path: path + query };
      }),
    );
  // The first and the second call create different records.
  const prepared = [await prepareAll(), await prepareAll()];
  const authorization = `Bearer ${await world.tokenFor(acme.tenantToken)}`;
  const apis = await Promise.all(authorizers.map(({ mode }) => startGuardedApi(world, { mode })));
  const callAll = () =>
    Promise.all([
      ...(prepared.pop() ?? []).map(async (request) => {
        const { status, retryAfter } = await instance.send(request);
        return retryAfter === null ? `${status}` : `${status} in ${retryAfter} s`;
      }),
      ...authorizers.map(
        async ({ path }, index) => `${(await apis[index]?.visit('GET', path, authorization))?.status}`,
      ),
    ]);
  const close = () => Promise.all([instance, ...apis].map((part) => part.close()));
  return { callAll, close };
}

describe('P7, P11: processes that have just begun', () => {
  const lasting: readonly (readonly [Engine, string, Fault])[] = [
    ['kms', 'an internal error', { kind: 'error', name: 'KMSInternalException', status: 500 }],
    ['kms', 'throttling', { kind: 'error', name: 'ThrottlingException' }],
    ['kms', 'a disabled key', { kind: 'error', name: 'DisabledException' }],
    ['kms', 'a key about to be deleted', { kind: 'error', name: 'KMSInvalidStateException' }],
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

  test.each(lasting)(
    'say neither yes nor no while %s answers with %s, and recover by themselves',
    async (engine, _name, fault) => {
      const processes = await startColdProcesses();
      const startedAt = millisecondsWaited();
      const failing = await whileFailing(world[engine], () => fault, processes.callAll);
      const seconds = (millisecondsWaited() - startedAt) / 1_000;
      const recovered = await processes.callAll();
      await processes.close();

      const successes = [...firstRequests.map(({ status }) => `${status}`), ...authorizers.map(() => '200')];
      const failures = [...firstRequests.map(() => '503 in 1 s'), ...authorizers.map(() => '500')];
      const isNeeded = [...firstRequests, ...authorizers].map(({ needs }) => needs.includes(engine));
      expect(failing).toEqual(isNeeded.map((needed, index) => (needed ? failures[index] : successes[index])));
      expect(seconds).toBeLessThan(3);
      expect(recovered).toEqual(successes);
    },
  );
});
