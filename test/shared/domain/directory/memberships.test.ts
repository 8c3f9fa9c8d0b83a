import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ManagementCaller } from '#shared/domain/access/authority.ts';
import { deleteMember, getMember, listMembers, setMember } from '#shared/domain/directory/memberships.ts';
import { createRole } from '#shared/domain/directory/roles.ts';
import { createTenant, deleteTenant } from '#shared/domain/directory/tenants.ts';
import { createUser, deleteUser } from '#shared/domain/directory/users.ts';
import type { DirectoryWriter } from '#shared/domain/records/change-record.ts';
import { countEach, outcomeOf, outcomesOf, race } from '#test/support/ask/concurrent-calls.ts';
import { type Engines, startEngines } from '#test/support/world/engines.ts';
import { openWorkspace, type Ports } from '#test/support/world/workspace.ts';

let engines: Engines;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());

const administrator: ManagementCaller = {
  clientId: 'cli_admin',
  subject: 'cli_admin',
  scope: { type: 'workspace' },
  userId: undefined,
  permissions: [],
  roles: [],
  heldPermissions: [],
};

async function arrange() {
  const workspace = await openWorkspace(engines);
  const { ports } = workspace;
  const [tenant, user, reader, writer] = await Promise.all([
    createTenant({ name: 'Acme' }, ports),
    createUser({ email: 'ada@example.com' }, ports),
    createRole(administrator, undefined, { key: 'reader', name: 'Reader', level: 100, permissions: [] }, ports),
    createRole(administrator, undefined, { key: 'writer', name: 'Writer', level: 50, permissions: [] }, ports),
  ]);
  const path = { tenantId: tenant.id, userId: user.id };
  const set = (roleIds: readonly string[], changed: Ports = ports) => setMember(administrator, path, roleIds, changed);
  return { ...workspace, path, reader, writer, set };
}

describe('setMember', () => {
  test('makes a user a member, and the list shows this member', async () => {
    const { ports, path, reader, set } = await arrange();
    const joined = await set([reader.id]);
    expect(joined).toEqual({
      ...path,
      id: expect.stringMatching(/^mem_\w{22}$/),
      roleIds: [reader.id],
      createdAtSeconds: ports.clock.nowSeconds(),
      version: expect.any(Number),
    });
    expect(await getMember(path, ports)).toEqual(joined);
    expect(await listMembers(path.tenantId, { limit: 10 }, ports)).toEqual({ items: [joined] });
  });

  test('gives a member other roles, each role once, in the same membership', async () => {
    const { ports, path, reader, writer, set } = await arrange();
    const joined = await set([reader.id]);
    const changed = await set([writer.id, reader.id, writer.id]);
    expect(changed).toEqual({ ...joined, roleIds: [writer.id, reader.id], version: joined.version + 1 });
    expect(await getMember(path, ports)).toEqual(changed);
  });

  test('makes a new membership for a user who joins again', async () => {
    const { ports, path, set } = await arrange();
    const first = await set([]);
    await deleteMember(administrator, path, ports);
    expect((await set([])).id).not.toBe(first.id);
  });

  test('refuses an unknown role and does not change the membership', async () => {
    const { ports, path, reader, set } = await arrange();
    const joined = await set([reader.id]);
    await expect(set([reader.id, 'rol_unknown'])).rejects.toMatchObject({ code: 'invalid_request', field: 'roleIds' });
    expect(await getMember(path, ports)).toEqual(joined);
  });

  test('answers not_found for unknown tenants and for unknown or deleted users', async () => {
    const { ports, path, set } = await arrange();
    const elsewhere = (changes: object) => outcomeOf(setMember(administrator, { ...path, ...changes }, [], ports));
    expect(await elsewhere({ tenantId: 'ten_unknown' })).toBe('not_found');
    expect(await elsewhere({ userId: 'usr_unknown' })).toBe('not_found');
    await set([]);
    await deleteUser(path.userId, ports);
    expect([await outcomeOf(set([])), await outcomeOf(getMember(path, ports))]).toEqual(['not_found', 'not_found']);
  });

  test('answers not_found for members of a deleted tenant', async () => {
    const { ports, path, set } = await arrange();
    await set([]);
    await deleteTenant(path.tenantId, ports);
    const calls = [
      set([]),
      getMember(path, ports),
      deleteMember(administrator, path, ports),
      listMembers(path.tenantId, { limit: 1 }, ports),
    ];
    expect(await outcomesOf(calls)).toEqual({ not_found: 4 });
  });
});

describe('simultaneous calls for one membership', () => {
  test('32 additions make one membership', async () => {
    const { ports, path, openAgain, set } = await arrange();
    const processes = [openAgain(), openAgain(), openAgain(), openAgain()];
    const calls = await Promise.allSettled(race(32, (runner) => set([], processes[runner % 4])));
    const ids = calls.flatMap((call) => (call.status === 'fulfilled' ? [call.value.id] : []));
    const { id } = await getMember(path, ports);
    expect(new Set(ids)).toEqual(new Set([id]));
    expect((await listMembers(path.tenantId, { limit: 10 }, ports)).items).toHaveLength(1);
  });

  test('each of 32 changes succeeds or answers a conflict', async () => {
    const { ports, path, reader, writer, set } = await arrange();
    const joined = await set([]);
    const changes = await Promise.all(race(32, (runner) => outcomeOf(set([runner % 2 === 0 ? reader.id : writer.id]))));
    const { done = 0, conflict = 0, ...others } = countEach(changes);
    expect({ all: done + conflict, others }).toEqual({ all: 32, others: {} });
    const { id, version, roleIds } = await getMember(path, ports);
    expect({ id, version }).toEqual({ id: joined.id, version: joined.version + done });
    expect([reader.id, writer.id]).toContain(roleIds[0]);
  });

  test('each of 32 removals succeeds or finds the membership gone', async () => {
    const { ports, path, set } = await arrange();
    await set([]);
    const removals = await Promise.all(race(32, () => outcomeOf(deleteMember(administrator, path, ports))));
    const { done = 0, not_found = 0, ...others } = countEach(removals);
    expect({ all: done + not_found, others }).toEqual({ all: 32, others: {} });
    expect(await outcomeOf(getMember(path, ports))).toBe('not_found');
  });

  test('after changes and removals, the list and a read by another process agree', async () => {
    const { ports, path, openAgain, set } = await arrange();
    await set([]);
    const calls = race<unknown>(32, (runner) =>
      runner % 2 === 0 ? set([]) : deleteMember(administrator, path, ports),
    );
    const { done = 0, conflict = 0, not_found = 0, ...others } = await outcomesOf(calls);
    expect({ all: done + conflict + not_found, others }).toEqual({ all: 32, others: {} });
    const { items } = await listMembers(path.tenantId, { limit: 10 }, ports);
    const found = await getMember(path, openAgain()).catch(() => undefined);
    expect(items).toEqual(found === undefined ? [] : [found]);
  });

  test('a change that began before the user left and joined again does not restore the first membership', async () => {
    const { ports, path, set } = await arrange();
    const first = await set([]);
    const overtaken: DirectoryWriter = {
      ...ports.directory,
      replace: async (...replacement) => {
        await deleteMember(administrator, path, ports);
        await set([]);
        return ports.directory.replace(...replacement);
      },
    };
    expect(await outcomeOf(set([], { ...ports, directory: overtaken }))).toBe('conflict');
    expect((await getMember(path, ports)).id).not.toBe(first.id);
  });
});
