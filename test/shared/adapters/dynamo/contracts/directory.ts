import { describe, expect, test } from 'vitest';
import {
  apiList,
  apiRecordKey,
  grantKey,
  grantList,
  nameKey,
  roleList,
  roleRecordKey,
} from '#shared/domain/records/permissions.ts';
import {
  memberList,
  membershipList,
  tenantKey,
  tenantList,
  userKey,
  userList,
} from '#shared/domain/records/principals.ts';
import { removalKey, removalList } from '#shared/domain/records/removals.ts';
import { countEach, outcomeOf, outcomesOf, race, repeat } from '#test/support/ask/concurrent-calls.ts';
import { readPages, sizesOf } from '#test/support/ask/pages.ts';
import { denied, loseFirstReplyTo, whileFailing } from '#test/support/faults/while-failing.ts';
import { aMembership, anApi, aRole, aTenant, aUser, keyOfMembership } from '#test/support/ports/records.ts';
import type { Ports, Workspace } from '#test/support/world/workspace.ts';

const find = (ports: Ports) => ports.records.open('any').find(tenantKey('ten_acme'));

/** The contracts of the ports that write and list records of the directory. */
export function directoryContracts(open: () => Promise<Workspace>): void {
  describe('insert of DirectoryWriter', () => insertContract(open));
  describe('replace of DirectoryWriter', () => replaceContract(open));
  describe('remove of DirectoryWriter', () => removeContract(open));
  describe('DirectoryLister', () => listerContract(open));
}

function insertContract(open: () => Promise<Workspace>): void {
  test('refuses a key in use and does not change the record', async () => {
    const { ports } = await open();
    await ports.directory.insert(tenantKey('ten_acme'), aTenant());
    const intruder = aTenant({ name: 'intruder' });
    expect(await outcomeOf(ports.directory.insert(tenantKey('ten_acme'), intruder))).toBe('conflict');
    expect(await find(ports)).toEqual(aTenant());
  });

  test('stores the record of one of 32 calls', async () => {
    const { ports } = await open();
    const insert = (runner: number) => ports.directory.insert(tenantKey('ten_acme'), aTenant({ name: `${runner}` }));
    expect(await outcomesOf(race(32, insert))).toEqual({ done: 1, conflict: 31 });
  });

  test('succeeds if the reply of its own call is lost', async () => {
    const { ports, dynamo } = await open();
    const insert = () => outcomeOf(ports.directory.insert(tenantKey('ten_acme'), aTenant()));
    expect(await whileFailing(dynamo, loseFirstReplyTo('PutItem'), insert)).toBe('done');
    expect(await find(ports)).toEqual(aTenant());
  });

  test('answers temporarily_unavailable if DynamoDB fails, and stores no record', async () => {
    const { ports, dynamo } = await open();
    const insert = () => outcomeOf(ports.directory.insert(tenantKey('ten_acme'), aTenant()));
    expect(await whileFailing(dynamo, denied, insert)).toBe('temporarily_unavailable');
    expect(await find(ports)).toBeUndefined();
  });
}

function replaceContract(open: () => Promise<Workspace>): void {
  const second = aTenant({ name: 'Acme Ltd', version: 2 });
  const openWithTenant = async () => {
    const workspace = await open();
    await workspace.ports.directory.insert(tenantKey('ten_acme'), aTenant());
    return workspace;
  };

  test('replaces a record by its next version', async () => {
    const { ports } = await openWithTenant();
    expect(await ports.directory.replace(tenantKey('ten_acme'), second)).toBe(true);
    expect(await find(ports)).toEqual(second);
  });

  test.each([1, 3])('does not replace version 1 by version %i', async (version) => {
    const { ports } = await openWithTenant();
    const lost = ports.directory.replace(tenantKey('ten_acme'), aTenant({ name: 'lost', version }));
    expect(await lost).toBe(false);
    expect(await find(ports)).toEqual(aTenant());
  });

  test('stores no record if there is none to replace', async () => {
    const { ports } = await open();
    expect(await ports.directory.replace(tenantKey('ten_acme'), second)).toBe(false);
    expect(await find(ports)).toBeUndefined();
  });

  test('lets one of 32 changes to the same version succeed', async () => {
    const { ports } = await openWithTenant();
    const replace = (runner: number) =>
      ports.directory.replace(tenantKey('ten_acme'), aTenant({ name: `runner ${runner}`, version: 2 }));
    expect(countEach((await Promise.all(race(32, replace))).map(String))).toEqual({ true: 1, false: 31 });
  });

  test('succeeds if the reply of its own call is lost', async () => {
    const { ports, dynamo } = await openWithTenant();
    const replace = () => ports.directory.replace(tenantKey('ten_acme'), second);
    expect(await whileFailing(dynamo, loseFirstReplyTo('PutItem'), replace)).toBe(true);
    expect(await find(ports)).toEqual(second);
  });
}

function removeContract(open: () => Promise<Workspace>): void {
  const openWithTenant = async () => {
    const workspace = await open();
    await workspace.ports.directory.insert(tenantKey('ten_acme'), aTenant({ version: 2 }));
    return workspace;
  };

  test('removes the given version', async () => {
    const { ports } = await openWithTenant();
    expect(await ports.directory.remove(tenantKey('ten_acme'), 2)).toBe(true);
    expect(await find(ports)).toBeUndefined();
  });

  test('does not remove another version', async () => {
    const { ports } = await openWithTenant();
    expect(await ports.directory.remove(tenantKey('ten_acme'), 1)).toBe(false);
    expect(await find(ports)).toEqual(aTenant({ version: 2 }));
  });

  test('succeeds if the record is already removed', async () => {
    const { ports } = await openWithTenant();
    const removals = await Promise.all(race(8, () => ports.directory.remove(tenantKey('ten_acme'), 2)));
    expect(removals).toEqual(Array(8).fill(true));
  });

  test('succeeds if the reply of its own call is lost', async () => {
    const { ports, dynamo } = await openWithTenant();
    const remove = () => ports.directory.remove(tenantKey('ten_acme'), 2);
    expect(await whileFailing(dynamo, loseFirstReplyTo('DeleteItem'), remove)).toBe(true);
    expect(await find(ports)).toBeUndefined();
  });

  test('I6: answers temporarily_unavailable if DynamoDB fails', async () => {
    const { ports, dynamo } = await openWithTenant();
    const remove = () => outcomeOf(ports.directory.remove(tenantKey('ten_acme'), 2));
    expect(await whileFailing(dynamo, denied, remove)).toBe('temporarily_unavailable');
  });
}

function listerContract(open: () => Promise<Workspace>): void {
  const everything = { limit: 100 };
  const insertTenants = ({ directory }: Ports, count: number) =>
    repeat(count, async (serial) => {
      const tenant = aTenant({ id: `ten_${String(serial).padStart(3, '0')}` });
      await directory.insert(tenantKey(tenant.id), tenant);
      return tenant;
    });

  test('lists each kind of record in its own list, and claims on names in no list', async () => {
    const { ports, scan } = await open();
    const { directory, directoryList } = ports;
    const { version, createdAtSeconds } = aTenant();
    const grant = {
      id: 'grn_1',
      clientId: 'cli_1',
      apiId: 'api_reports',
      for: 'client',
      permissions: 'all',
      version,
      createdAtSeconds,
    } as const;
    await directory.insert(tenantKey('ten_acme'), aTenant());
    await directory.insert(userKey('usr_ada'), aUser());
    await directory.insert(roleRecordKey('rol_reader'), aRole());
    await directory.insert(apiRecordKey('api_reports'), anApi());
    await directory.insert(grantKey('cli_1', 'api_reports'), grant);
    await directory.insert(nameKey('email', 'ada@example.com'), { ownerId: 'usr_ada', version, createdAtSeconds });
    expect(await directoryList.list(tenantList, everything)).toEqual({ items: [aTenant()] });
    expect(await directoryList.list(userList, everything)).toEqual({ items: [aUser()] });
    expect(await directoryList.list(roleList(undefined), everything)).toEqual({ items: [aRole()] });
    expect(await directoryList.list(apiList, everything)).toEqual({ items: [anApi()] });
    const removal = {
      id: 'rem_1',
      deleted: { type: 'application', clientId: 'cli_1' },
      version,
      createdAtSeconds,
    } as const;
    await directory.insert(removalKey('rem_1'), removal);
    expect(await directoryList.list(removalList, everything)).toEqual({ items: [removal] });
    expect(await directoryList.list(grantList('cli_1'), everything)).toEqual({ items: [grant] });
    expect(await directoryList.list(grantList('cli_2'), everything)).toEqual({ items: [] });
    const listed = (await scan('DIRECTORY')).filter((item) => 'list' in item).map(({ list }) => list);
    expect(listed.toSorted()).toEqual(['api', 'grant#cli_1', 'removal', 'role', 'tenant', 'user']);
  });

  test('lists the memberships of one user only', async () => {
    const { ports, scan } = await open();
    const here = aMembership({ createdAtSeconds: 1_000 });
    const elsewhere = aMembership({ id: 'mem_2', tenantId: 'ten_globex' });
    const bob = aMembership({ id: 'mem_3', userId: 'usr_bob' });
    for (const member of [elsewhere, bob, here]) await ports.directory.insert(keyOfMembership(member), member);
    const tenantsOf = (userId: string) => ports.directoryList.list(membershipList(userId), { limit: 1 });
    const first = await tenantsOf('usr_ada');
    expect(first).toEqual({ items: [here], nextCursor: expect.any(String) });
    const rest = { limit: 1, cursor: first.nextCursor };
    expect(await ports.directoryList.list(membershipList('usr_ada'), rest)).toEqual({
      items: [elsewhere],
    });
    expect(await tenantsOf('usr_bob')).toEqual({ items: [bob] });
    expect((await scan('DIRECTORY')).map(({ member }) => member).toSorted()).toEqual(['usr_ada', 'usr_ada', 'usr_bob']);
  });

  test('lists the members of one tenant only', async () => {
    const { ports } = await open();
    const ada = aMembership();
    const bob = aMembership({ id: 'mem_2', userId: 'usr_bob' });
    const elsewhere = aMembership({ id: 'mem_3', tenantId: 'ten_globex' });
    for (const member of [ada, bob, elsewhere]) await ports.directory.insert(keyOfMembership(member), member);
    const membersOf = (tenantId: string) => ports.directoryList.list(memberList(tenantId), everything);
    expect(await membersOf('ten_acme')).toEqual({ items: [ada, bob] });
    expect(await membersOf('ten_globex')).toEqual({ items: [elsewhere] });
    expect(await membersOf('ten_initech')).toEqual({ items: [] });
  });

  test('does not list users with the status deleted', async () => {
    const { ports } = await open();
    await ports.directory.insert(userKey('usr_ada'), aUser());
    await ports.directory.replace(userKey('usr_ada'), aUser({ status: 'deleted', version: 2 }));
    expect(await ports.directoryList.list(userList, everything)).toEqual({ items: [] });
  });

  test('does not list removed tenants and tenants with the status deleted', async () => {
    const { ports } = await open();
    await insertTenants(ports, 3);
    await ports.directory.remove(tenantKey('ten_000'), 1);
    await ports.directory.replace(tenantKey('ten_001'), aTenant({ id: 'ten_001', status: 'deleted', version: 2 }));
    expect(await ports.directoryList.list(tenantList, everything)).toEqual({ items: [aTenant({ id: 'ten_002' })] });
  });

  test('lists a changed record at its old place', async () => {
    const { ports } = await open();
    await insertTenants(ports, 2);
    await ports.directory.replace(tenantKey('ten_000'), aTenant({ id: 'ten_000', name: 'renamed', version: 2 }));
    const { items } = await ports.directoryList.list(tenantList, everything);
    expect(items.map(({ name }) => name)).toEqual(['renamed', 'Acme']);
  });

  test('lists each of 120 records once, 50 on a page', async () => {
    const { ports } = await open();
    const all = await insertTenants(ports, 120);
    const pages = await readPages((page) => ports.directoryList.list(tenantList, page), 50);
    expect(sizesOf(pages)).toEqual([50, 50, 20]);
    expect(pages.flatMap(({ items }) => items)).toEqual(all);
  });

  test('gives no cursor after the last item, also if the last page is full', async () => {
    const { ports } = await open();
    await insertTenants(ports, 4);
    expect(sizesOf(await readPages((page) => ports.directoryList.list(tenantList, page), 2))).toEqual([2, 2]);
  });

  test('lists all records if they are so large that DynamoDB ends a page early', async () => {
    const { ports } = await open();
    const permissions = Array.from({ length: 150 }, (_, index) => ({
      value: `p${index}`,
      description: 'x'.repeat(256),
    }));
    const apis = Array.from({ length: 30 }, (_, index) =>
      anApi({ id: `api_${index}`, permissions, createdAtSeconds: index }),
    );
    for (const api of apis) await ports.directory.insert(apiRecordKey(api.id), api);
    const pages = await readPages((page) => ports.directoryList.list(apiList, page), 100);
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.flatMap(({ items }) => items)).toEqual(apis);
  });

  test("T2: lists the tenant's own members only, also for a cursor of another tenant's list", async () => {
    const { ports } = await open();
    const members = ['usr_ada', 'usr_bob'].map((userId) => aMembership({ id: `mem_${userId}`, userId }));
    const elsewhere = aMembership({ id: 'mem_3', tenantId: 'ten_globex', userId: 'usr_zoe' });
    for (const member of [...members, elsewhere]) await ports.directory.insert(keyOfMembership(member), member);
    const { nextCursor } = await ports.directoryList.list(memberList('ten_acme'), { limit: 1 });
    expect(await ports.directoryList.list(memberList('ten_globex'), { limit: 10, cursor: nextCursor })).toEqual({
      items: [elsewhere],
    });
  });

  test('answers temporarily_unavailable, never an empty page, if DynamoDB fails', async () => {
    const { ports, dynamo } = await open();
    const list = () => outcomeOf(ports.directoryList.list(tenantList, everything));
    expect(await whileFailing(dynamo, denied, list)).toBe('temporarily_unavailable');
  });
}
