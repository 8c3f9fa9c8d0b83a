import { beforeAll, describe, expect, test } from 'vitest';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { exchangeOutcome } from '#test/support/ask/scope-or-refusal.ts';
import { denied, whileFailing } from '#test/support/faults/while-failing.ts';
import { workspaceItems } from '#test/support/stored/table-items.ts';
import type { Fault } from '#test/support/world/engine-proxy.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import type { Credentials, Reply } from '#test/support/world/world.ts';

/** Longer than any creation takes: one that is still under way then broke off. */
const ABANDONED_AFTER_SECONDS = 30;

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
let token: string;
beforeAll(async () => {
  token = await world.tokenFor(world.admin);
});

let serial = 0;
/** A creation under a key of its own. */
function newCreation(body: object = { description: 'export', roleIds: [acme.readerRoleId] }): () => Promise<Reply> {
  serial += 1;
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'idempotency-key': `key-${serial}`,
  };
  const path = `/v1/tenants/${acme.tenantId}/api-tokens`;
  return () => world.send('POST', path, { headers, body: JSON.stringify(body) });
}

/** A call that fails: an operation on a table. */
interface Failing {
  readonly operation: string;
  readonly table: 'tokens' | 'clients' | 'audit';
  /** A text that the body of the call must contain. */
  readonly about?: string;
}
const whileDenied = (calls: readonly Failing[], run: () => Promise<Reply>) => {
  const fails = (called: string, body: string) =>
    calls.some(
      ({ operation, table, about = '' }) =>
        called === operation && body.includes(`"mintmark-${table}"`) && body.includes(about),
    );
  return whileFailing(world.dynamo, (called, body) => (fails(called, body) ? denied() : undefined), run);
};

const beginning: Failing = { operation: 'PutItem', table: 'tokens' };
const finishing: Failing = { operation: 'PutItem', table: 'tokens', about: '"reply"' };
const forgetting: Failing = { operation: 'DeleteItem', table: 'tokens' };
const creating: Failing = { operation: 'PutItem', table: 'clients' };

const unavailable = problem(503, 'temporarily_unavailable');
const seenWithRetryAfter = (reply: Reply) => [seen(reply), reply.headers.get('retry-after')];

/** The key stays taken until no creation can be under way with it any more. */
async function expectFreeAfterAbandonment(create: () => Promise<Reply>): Promise<void> {
  const items = await workspaceItems();
  for (const seconds of [0, ABANDONED_AFTER_SECONDS]) {
    world.clock.advance(seconds);
    expect(seenWithRetryAfter(await create())).toEqual([problem(409, 'conflict'), '1']);
  }
  expect(await workspaceItems()).toEqual(items);
  world.clock.advance(1);
  expect((await create()).status).toBe(201);
}

describe('a creation under an Idempotency-Key', () => {
  test('is not made if the key cannot be stored', async () => {
    const create = newCreation();
    const items = await workspaceItems();
    const refused = await whileDenied([beginning], create);
    expect(seenWithRetryAfter(refused)).toEqual([unavailable, '1']);
    expect(await workspaceItems()).toEqual(items);
    expect((await create()).status).toBe(201);
  });

  test('is made without the store of keys if it has no key', async () => {
    const path = `/v1/tenants/${acme.tenantId}/api-tokens`;
    const create = () => world.manage('POST', path, { description: 'export' }, token);
    expect((await whileDenied([beginning, forgetting], create)).status).toBe(201);
  });

  test('frees its key if it could not be made', async () => {
    for (const cause of [creating, { operation: 'PutItem', table: 'audit' } as const]) {
      const create = newCreation();
      expect(seenWithRetryAfter(await whileDenied([cause], create))).toEqual([unavailable, '1']);
      expect((await create()).status).toBe(201);
    }
  });

  test('that broke off frees its key after a time', async () => {
    const create = newCreation();
    const broken = await whileDenied([creating, forgetting], create);
    expect(seenWithRetryAfter(broken)).toEqual([unavailable, '1']);
    await expectFreeAfterAbandonment(create);
  });

  test('is refused for its own error, even if its key cannot be freed', async () => {
    const create = newCreation({ description: 'export', roleIds: ['rol_unknown'] });
    const refused = await whileDenied([forgetting], create);
    expect(seen(refused)).toEqual(problem(400, 'invalid_request', 'roleIds'));
    expect(seenWithRetryAfter(await create())).toEqual([problem(409, 'conflict'), '1']);
  });

  test('is answered with its secret, even if the answer cannot be stored', async () => {
    const create = newCreation();
    const created = await whileDenied([finishing], create);
    expect([created.status, await exchangeOutcome(world, created.body as Credentials)]).toEqual([201, 'read:reports']);
    await expectFreeAfterAbandonment(create);
  });

  test.each([
    ['beginning', ''],
    ['end', '"reply"'],
  ])('F-AMBIG: is made once if the reply about its %s is lost', async (_what, about) => {
    const create = newCreation();
    const lost = new Set<string>();
    const loseFirstReply = (operation: string, body: string): Fault | undefined => {
      const concerns = operation === 'PutItem' && body.includes('"mintmark-tokens"') && body.includes(about);
      if (!concerns || lost.size > 0) return undefined;
      lost.add(body);
      return { kind: 'lose-reply' };
    };
    const first = await whileFailing(world.dynamo, loseFirstReply, create);
    const items = await workspaceItems();
    const second = await create();
    expect([first.status, second.status, lost.size]).toEqual([201, 201, 1]);
    expect((second.body as Credentials).clientId).toBe((first.body as Credentials).clientId);
    expect(await workspaceItems()).toEqual(items);
  });
});
