import { describe, expect, test } from 'vitest';
import type { Client, ClientOwner, Subject } from '#shared/domain/records/client.ts';
import type { PageRequest } from '#shared/domain/records/lists.ts';
import { countEach, outcomeOf, outcomesOf, race, repeat } from '#test/support/ask/concurrent-calls.ts';
import { readPages, sizesOf } from '#test/support/ask/pages.ts';
import { denied, loseFirstReplyTo, whileFailing } from '#test/support/faults/while-failing.ts';
import { aClient } from '#test/support/ports/records.ts';
import type { Ports, Workspace } from '#test/support/world/workspace.ts';

const find = (ports: Ports, id: string) => ports.records.open(id).client(id);

/** The contracts of the ports that add, remove and list clients. */
export function clientContracts(open: () => Promise<Workspace>): void {
  describe('ClientWriter', () => writerContract(open));
  describe('ClientRemover', () => removerContract(open));
  describe('ClientLister', () => listerContract(open));
}

function writerContract(open: () => Promise<Workspace>): void {
  test('refuses an id in use and does not change the client with this id', async () => {
    const { ports } = await open();
    await ports.clients.insert(aClient());
    expect(await outcomeOf(ports.clients.insert(aClient({ description: 'intruder' })))).toBe('conflict');
    expect(await find(ports, 'cli_export')).toEqual(aClient());
  });

  test('lets one of 32 inserts with the same id succeed', async () => {
    const { ports } = await open();
    const inserts = race(32, (runner) => ports.clients.insert(aClient({ description: `runner ${runner}` })));
    expect(await outcomesOf(inserts)).toEqual({ done: 1, conflict: 31 });
  });

  test('succeeds if the reply of its own write is lost', async () => {
    const { ports, dynamo } = await open();
    const insert = () => outcomeOf(ports.clients.insert(aClient()));
    expect(await whileFailing(dynamo, loseFirstReplyTo('PutItem'), insert)).toBe('done');
    expect(await find(ports, 'cli_export')).toEqual(aClient());
  });

  test('answers temporarily_unavailable if DynamoDB fails', async () => {
    const { ports, dynamo } = await open();
    const insert = () => outcomeOf(ports.clients.insert(aClient()));
    expect(await whileFailing(dynamo, denied, insert)).toBe('temporarily_unavailable');
  });
}

function removerContract(open: () => Promise<Workspace>): void {
  test('removes one client and no other', async () => {
    const { ports } = await open();
    await ports.clients.insert(aClient());
    await ports.clients.insert(aClient({ id: 'cli_other' }));
    expect(await ports.clientRemover.remove('cli_export')).toBe('removed');
    expect(await find(ports, 'cli_export')).toBeUndefined();
    expect(await find(ports, 'cli_other')).toEqual(aClient({ id: 'cli_other' }));
  });

  test.each([undefined, 1])('RACE: removes version %s of a client once, and reports this once', async (version) => {
    const { ports } = await open();
    await ports.clients.insert(aClient());
    const removals = await Promise.all(race(8, () => ports.clientRemover.remove('cli_export', version)));
    expect(countEach(removals)).toEqual({ removed: 1, missing: 7 });
    expect(await ports.clientRemover.remove('cli_export', version)).toBe('missing');
  });

  test('removes a client only in the given version', async () => {
    const { ports } = await open();
    await ports.clients.insert(aClient({ version: 2 }));
    for (const version of [1, 3]) expect(await ports.clientRemover.remove('cli_export', version)).toBe('changed');
    expect(await find(ports, 'cli_export')).toEqual(aClient({ version: 2 }));
    expect(await ports.clientRemover.remove('cli_export', 2)).toBe('removed');
    expect(await find(ports, 'cli_export')).toBeUndefined();
  });

  test('lets either the removal or the change of a version succeed, never both', async () => {
    const { ports } = await open();
    await ports.clients.insert(aClient());
    const [removal, isChanged] = await Promise.all([
      ports.clientRemover.remove('cli_export', 1),
      ports.clientChanger.replace(aClient({ description: 'changed', version: 2 })),
    ]);
    expect(removal).toBe(isChanged ? 'changed' : 'removed');
    expect(await find(ports, 'cli_export')).toEqual(
      isChanged ? aClient({ description: 'changed', version: 2 }) : undefined,
    );
  });

  test('succeeds if the reply of its own removal is lost', async () => {
    const { ports, dynamo } = await open();
    await ports.clients.insert(aClient());
    const remove = () => ports.clientRemover.remove('cli_export');
    expect(await whileFailing(dynamo, loseFirstReplyTo('DeleteItem'), remove)).toBe('removed');
    await ports.clients.insert(aClient());
    const removeVersion = () => ports.clientRemover.remove('cli_export', 1);
    expect(await whileFailing(dynamo, loseFirstReplyTo('DeleteItem'), removeVersion)).toBe('removed');
    expect(await find(ports, 'cli_export')).toBeUndefined();
  });

  test('I6: answers temporarily_unavailable, never missing, if DynamoDB fails', async () => {
    const { ports, dynamo } = await open();
    const remove = () => outcomeOf(ports.clientRemover.remove('cli_export'));
    expect(await whileFailing(dynamo, denied, remove)).toBe('temporarily_unavailable');
  });
}

function listerContract(open: () => Promise<Workspace>): void {
  const acme = { tenantId: 'ten_acme' };
  const insertMany = ({ clients }: Ports, count: number) =>
    repeat(count, async (serial) => {
      const client = aClient({ id: `cli_${String(serial).padStart(3, '0')}` });
      await clients.insert(client);
      return client;
    });

  test('lists the clients of one owner only', async () => {
    const { ports } = await open();
    const owned: readonly [id: string, subject: Subject][] = [
      ['cli_acme', { type: 'tenant', tenantId: 'ten_acme' }],
      ['cli_globex', { type: 'tenant', tenantId: 'ten_globex' }],
      ['cli_ada', { type: 'user', tenantId: 'ten_acme', userId: 'usr_ada', membershipId: 'mem_1' }],
      ['cli_bob', { type: 'user', tenantId: 'ten_acme', userId: 'usr_bob', membershipId: 'mem_2' }],
      ['cli_ada_elsewhere', { type: 'user', tenantId: 'ten_globex', userId: 'usr_ada', membershipId: 'mem_3' }],
      ['cli_admin', { type: 'application' }],
    ];
    for (const [id, subject] of owned) await ports.clients.insert(aClient({ id, subject }));
    const idsOf = async (owner: ClientOwner) =>
      (await ports.clientList.list(owner, { limit: 100 }, 1_800_000_000)).items.map(({ id }) => id);
    expect(await idsOf({ tenantId: 'ten_acme' })).toEqual(['cli_acme']);
    expect(await idsOf({ tenantId: 'ten_globex' })).toEqual(['cli_globex']);
    expect(await idsOf({ tenantId: 'ten_acme', userId: 'usr_ada' })).toEqual(['cli_ada']);
    expect(await idsOf({ tenantId: 'ten_acme', userId: 'usr_bob' })).toEqual(['cli_bob']);
    expect(await idsOf({ tenantId: 'ten_globex', userId: 'usr_ada' })).toEqual(['cli_ada_elsewhere']);
    expect(await idsOf({ tenantId: 'ten_initech' })).toEqual([]);
  });

  test('lists complete clients, the oldest first', async () => {
    const { ports } = await open();
    const created = (id: string, createdAtSeconds: number): Client => aClient({ id, createdAtSeconds });
    const [oldest, middle, newest] = [
      created('cli_z', 1_000),
      created('cli_a', 999_999_999),
      created('cli_m', 1_800_000_000),
    ];
    for (const client of [middle, newest, oldest]) await ports.clients.insert(client);
    expect(await ports.clientList.list(acme, { limit: 10 }, 1_800_000_000)).toEqual({
      items: [oldest, middle, newest],
    });
  });

  test('lists each of 120 clients once, 50 on a page', async () => {
    const { ports } = await open();
    const all = await insertMany(ports, 120);
    const pages = await readPages((page) => ports.clientList.list(acme, page, 1_800_000_000), 50);
    expect(sizesOf(pages)).toEqual([50, 50, 20]);
    expect(pages.flatMap(({ items }) => items)).toEqual(all);
  });

  test('gives no cursor after the last item, also if the last page is full', async () => {
    const { ports } = await open();
    await insertMany(ports, 4);
    expect(sizesOf(await readPages((page) => ports.clientList.list(acme, page, 1_800_000_000), 2))).toEqual([2, 2]);
    expect(sizesOf(await readPages((page) => ports.clientList.list(acme, page, 1_800_000_000), 4))).toEqual([4]);
  });

  test('continues after an item that was removed meanwhile', async () => {
    const { ports } = await open();
    await insertMany(ports, 4);
    const { nextCursor } = await ports.clientList.list(acme, { limit: 2 }, 1_800_000_000);
    await ports.clientRemover.remove('cli_001');
    const rest = await ports.clientList.list(acme, { limit: 2, cursor: nextCursor }, 1_800_000_000);
    expect(rest.items.map(({ id }) => id)).toEqual(['cli_002', 'cli_003']);
  });

  test("T2: lists the owner's own clients only, also for a cursor of another owner's list", async () => {
    const { ports } = await open();
    await insertMany(ports, 4);
    const globex = aClient({ id: 'cli_002b', subject: { type: 'tenant', tenantId: 'ten_globex' } });
    await ports.clients.insert(globex);
    const { nextCursor } = await ports.clientList.list(acme, { limit: 2 }, 1_800_000_000);
    const page = { limit: 100, cursor: nextCursor };
    expect(await ports.clientList.list({ tenantId: 'ten_globex' }, page, 1_800_000_000)).toEqual({ items: [globex] });
  });

  test.each(['', 'x', '!!!', 'tenant#ten_globex', Buffer.from('2027-01-15T08:00:00.000Z#').toString('base64url')])(
    'T2: refuses the cursor %o',
    async (cursor) => {
      const { ports } = await open();
      const page: PageRequest = { limit: 10, cursor };
      await expect(ports.clientList.list(acme, page, 1_800_000_000)).rejects.toMatchObject({
        code: 'invalid_request',
        field: 'cursor',
      });
    },
  );

  test('answers temporarily_unavailable, never an empty page, if DynamoDB fails', async () => {
    const { ports, dynamo } = await open();
    const list = () => outcomeOf(ports.clientList.list(acme, { limit: 10 }, 1_800_000_000));
    expect(await whileFailing(dynamo, denied, list)).toBe('temporarily_unavailable');
  });
}
