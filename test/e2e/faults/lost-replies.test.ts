import { beforeAll, describe, expect, test } from 'vitest';
import { apiTables as tables } from '#shared/api/tables.ts';
import { whileFailing } from '#test/support/faults/while-failing.ts';
import { operationsOf, type RouteRequest, routeRequests } from '#test/support/route-requests/index.ts';
import { auditLinesOf, workspaceSize } from '#test/support/stored/table-items.ts';
import type { Fault } from '#test/support/world/engine-proxy.ts';
import { startFunctionInstance, type TimedReply } from '#test/support/world/function-instance.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import type { Credentials } from '#test/support/world/world.ts';

const world = useWorld();
const acme = useAcme(world);
const requests = prepared(() => routeRequests(world, acme));

const changes = operationsOf(...tables.map(({ name }) => name)).filter(({ isChange }) => isChange);
const WRITES = ['PutItem', 'DeleteItem'];

const serveAsUsual = ({ method, path, ...init }: RouteRequest) => world.send(method, path, init);

// The first mail of a day also begins the count of the day, and the tests below count items.
beforeAll(async () => {
  await serveAsUsual(await requests.createTenantInvitation());
});

/** Has an instance of its own serve a request, because the AWS SDK stops repeating calls when too many fail. */
async function serve(request: RouteRequest): Promise<TimedReply> {
  const instance = await startFunctionInstance(world);
  try {
    return await instance.send(request);
  } finally {
    await instance.close();
  }
}

/** The same, but the first reply to each write is lost. */
async function serveLosingReplies(request: RouteRequest): Promise<TimedReply> {
  const lost = new Set<string>();
  const loseFirstReply = (operation: string, body: string): Fault | undefined => {
    if (!WRITES.includes(operation) || lost.has(body)) return undefined;
    lost.add(body);
    return { kind: 'lose-reply' };
  };
  const reply = await whileFailing(world.dynamo, loseFirstReply, () => serve(request));
  if (lost.size < 2) throw new Error('A change writes more than this.');
  return reply;
}

describe('F-AMBIG: a write whose reply is lost', () => {
  test.each(changes)('$operation succeeds once', async ({ operation, status }) => {
    const usual = await requests[operation]();
    const unlucky = await requests[operation]();
    const sizes = [await workspaceSize()];
    await serveAsUsual(usual);
    sizes.push(await workspaceSize());
    const reply = await serveLosingReplies(unlucky);
    sizes.push(await workspaceSize());
    const [before = 0, between = 0, after = 0] = sizes;
    const lines = await auditLinesOf(reply.requestId);
    expect([reply.status, lines.map(({ outcome }) => outcome)]).toEqual([status, ['attempted', 'succeeded']]);
    expect(after - between).toBe(between - before);
  });

  test.each(['createTenantApiToken', 'createMemberApiToken'] as const)(
    '%s answers a secret that works',
    async (operation) => {
      const { body } = await serveLosingReplies(await requests[operation]());
      expect(await world.tokenFor(body as Credentials)).toMatch(/^eyJ/);
    },
  );

  test('revoke has revoked', async () => {
    const token = await world.tokenFor(acme.tenantToken);
    const request = { ...(await requests.revoke()), body: new URLSearchParams({ token }).toString() };
    expect((await serveLosingReplies(request)).status).toBe(200);
    expect((await world.post('/oauth/introspect', acme.tenantToken, { token })).text).toBe('{"active":false}');
  });

  test('a conflict with another caller stays a conflict', async () => {
    const request = await requests.createTenant();
    const replies = [await serve(request), await serveLosingReplies(request)];
    expect(replies.map(({ status }) => status)).toEqual([201, 409]);
  });

  test.each(changes.filter(({ operation }) => operation.startsWith('create')))(
    '$operation that cannot find out whether it wrote says 503',
    async ({ operation }) => {
      const instance = await startFunctionInstance(world);
      await instance.send(await requests[operation]());
      const request = await requests[operation]();
      const lost = new Set<string>();
      const loseReplyAndReadBack = (called: string, body: string): Fault | undefined => {
        if (called === 'GetItem') return { kind: 'reset' };
        if (called !== 'PutItem' || body.includes('mintmark-audit') || lost.has(body)) return undefined;
        lost.add(body);
        return { kind: 'lose-reply' };
      };
      const { status, retryAfter } = await whileFailing(world.dynamo, loseReplyAndReadBack, () =>
        instance.send(request),
      );
      await instance.close();
      expect([status, retryAfter]).toEqual([503, '1']);
    },
  );
});
