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
import { aMembership, anApi, aRole, aTenant, aUser, keyOf } from '#test/support/ports/records.ts';
import type { Ports, Workspace } from '#test/support/world/workspace.ts';

const find = (ports: Ports) => ports.records.open('any').find(tenantKey('ten_acme'));

/** The directory changes record by record, and shows lists of them. */
export function directoryContracts(open: () => Promise<Workspace>): void {
  describe('DirectoryWriter inserts', () => insertContract(open));
  describe('DirectoryWriter replaces', () => replaceContract(open));
  describe('DirectoryWriter removes', () => removeContract(open));
  describe('DirectoryLister', () => listerContract(open));
}

function insertContract(open: () => Promise<Workspace>): void {
  test('nothing under a key that is taken', async () => {
    const { ports } = await open();
    await ports.directory.insert(tenantKey('ten_acme'), aTenant());
    const intruder = aTenant({ name: 'intruder' });
    expect(await outcomeOf(ports.directory.insert(tenantKey('ten_acme'), intruder))).toBe('conflict');
    expect(await find(ports)).toEqual(aTenant());
  });

  test('the record of one of 32', async () => {
    const { ports } = await open();
    const insert = (runner: number) => ports.directory.insert(tenantKey('ten_acme'), aTenant({ name: `${runner}` }));
    expect(await outcomesOf(race(32, insert))).toEqual({ done: 1, conflict: 31 });
  });

  test('once when the reply is lost', async () => {
    const { ports, dynamo } = await open();
    const insert = () => outcomeOf(ports.directory.insert(tenantKey('ten_acme'), aTenant()));
    expect(await whileFailing(dynamo, loseFirstReplyTo('PutItem'), insert)).toBe('done');
    expect(await find(ports)).toEqual(aTenant());
  });

  test('nothing, and says so, where DynamoDB is unavailable', async () => {
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

  test('the version before by the next one', async () => {
    const { ports } = await openWithTenant();
    expect(await ports.directory.replace(tenantKey('ten_acme'), second)).toBe(true);
    expect(await find(ports)).toEqual(second);
  });

  test.each([1, 3])('nothing by version %i where version 1 stands', async (version) => {
    const { ports } = await openWithTenant();
    const lost = ports.directory.replace(tenantKey('ten_acme'), aTenant({ name: 'lost', version }));
    expect(await lost).toBe(false);
    expect(await find(ports)).toEqual(aTenant());
  });

  test('nothing where there is no record', async () => {
    const { ports } = await open();
    expect(await ports.directory.replace(tenantKey('ten_acme'), second)).toBe(false);
    expect(await find(ports)).toBeUndefined();
  });

  test('for one of 32 that saw the same version', async () => {
    const { ports } = await openWithTenant();
    const replace = (runner: number) =>
      ports.directory.replace(tenantKey('ten_acme'), aTenant({ name: `runner ${runner}`, version: 2 }));
    expect(countEach((await Promise.all(race(32, replace))).map(String))).toEqual({ true: 1, false: 31 });
  });

  test('once when the reply is lost', async () => {
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

  test('the version it is told', async () => {
    const { ports } = await openWithTenant();
    expect(await ports.directory.remove(tenantKey('ten_acme'), 2)).toBe(true);
    expect(await find(ports)).toBeUndefined();
  });

  test('no other version', async () => {
    const { ports } = await openWithTenant();
    expect(await ports.directory.remove(tenantKey('ten_acme'), 1)).toBe(false);
    expect(await find(ports)).toEqual(aTenant({ version: 2 }));
  });

  test('what is gone already, and is content', async () => {
    const { ports } = await openWithTenant();
    const removals = await Promise.all(race(8, () => ports.directory.remove(tenantKey('ten_acme'), 2)));
    expect(removals).toEqual(Array(8).fill(true));
  });

  test('once when the reply is lost', async () => {
    const { ports, dynamo } = await openWithTenant();
    const remove = () => ports.directory.remove(tenantKey('ten_acme'), 2);
    expect(await whileFailing(dynamo, loseFirstReplyTo('DeleteItem'), remove)).toBe(true);
    expect(await find(ports)).toBeUndefined();
  });

  test('I6: nothing, and says so, where DynamoDB is unavailable', async () => {
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

  test('shows each kind in a list of its own, and claims in none', async () => {
    const { ports, scan } = await open();
    const { directory, directoryList } = ports;
    const { version, createdAtSeconds } = aTenant();
    const grant = {
      id: 'grn_1',
      clientId: 'cli_1',
      apiId: 'api_reports',
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

  test('shows the memberships of one user, and not those of another', async () => {
    const { ports, scan } = await open();
    const here = aMembership({ createdAtSeconds: 1_000 });
    const elsewhere = aMembership({ id: 'mem_2', tenantId: 'ten_globex' });
    const bob = aMembership({ id: 'mem_3', userId: 'usr_bob' });
    for (const member of [elsewhere, bob, here]) await ports.directory.insert(keyOf(member), member);
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

  test('shows the members of one tenant, and not those of another', async () => {
    const { ports } = await open();
    const ada = aMembership();
    const bob = aMembership({ id: 'mem_2', userId: 'usr_bob' });
    const elsewhere = aMembership({ id: 'mem_3', tenantId: 'ten_globex' });
    for (const member of [ada, bob, elsewhere]) await ports.directory.insert(keyOf(member), member);
    const membersOf = (tenantId: string) => ports.directoryList.list(memberList(tenantId), everything);
    expect(await membersOf('ten_acme')).toEqual({ items: [ada, bob] });
    expect(await membersOf('ten_globex')).toEqual({ items: [elsewhere] });
    expect(await membersOf('ten_initech')).toEqual({ items: [] });
  });

  test('drops users that are marked as deleted', async () => {
    const { ports } = await open();
    await ports.directory.insert(userKey('usr_ada'), aUser());
    await ports.directory.replace(userKey('usr_ada'), aUser({ status: 'deleted', version: 2 }));
    expect(await ports.directoryList.list(userList, everything)).toEqual({ items: [] });
  });

  test('drops what was removed and tenants that are marked as deleted', async () => {
    const { ports } = await open();
    await insertTenants(ports, 3);
    await ports.directory.remove(tenantKey('ten_000'), 1);
    await ports.directory.replace(tenantKey('ten_001'), aTenant({ id: 'ten_001', status: 'deleted', version: 2 }));
    expect(await ports.directoryList.list(tenantList, everything)).toEqual({ items: [aTenant({ id: 'ten_002' })] });
  });

  test('shows a changed record at its old place', async () => {
    const { ports } = await open();
    await insertTenants(ports, 2);
    await ports.directory.replace(tenantKey('ten_000'), aTenant({ id: 'ten_000', name: 'renamed', version: 2 }));
    const { items } = await ports.directoryList.list(tenantList, everything);
    expect(items.map(({ name }) => name)).toEqual(['renamed', 'Acme']);
  });

  test('shows 120 records once each, 50 to a page', async () => {
    const { ports } = await open();
    const all = await insertTenants(ports, 120);
    const pages = await readPages((page) => ports.directoryList.list(tenantList, page), 50);
    expect(sizesOf(pages)).toEqual([50, 50, 20]);
    expect(pages.flatMap(({ items }) => items)).toEqual(all);
  });

  test('ends with the last item, also where that fills its page', async () => {
    const { ports } = await open();
    await insertTenants(ports, 4);
    expect(sizesOf(await readPages((page) => ports.directoryList.list(tenantList, page), 2))).toEqual([2, 2]);
  });

  test('loses nothing where records are so large that DynamoDB ends a page early', async () => {
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

  test("T2: answers a cursor of another tenant's members from the own list only", async () => {
    const { ports } = await open();
    const members = ['usr_ada', 'usr_bob'].map((userId) => aMembership({ id: `mem_${userId}`, userId }));
    const elsewhere = aMembership({ id: 'mem_3', tenantId: 'ten_globex', userId: 'usr_zoe' });
    for (const member of [...members, elsewhere]) await ports.directory.insert(keyOf(member), member);
    const { nextCursor } = await ports.directoryList.list(memberList('ten_acme'), { limit: 1 });
    expect(await ports.directoryList.list(memberList('ten_globex'), { limit: 10, cursor: nextCursor })).toEqual({
      items: [elsewhere],
    });
  });

  test('is unavailable, never empty, where DynamoDB is', async () => {
    const { ports, dynamo } = await open();
    const list = () => outcomeOf(ports.directoryList.list(tenantList, everything));
    expect(await whileFailing(dynamo, denied, list)).toBe('temporarily_unavailable');
  });
}
