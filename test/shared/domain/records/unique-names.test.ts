import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ManagementCaller } from '#shared/domain/access/authority.ts';
import { createApi, deleteApi } from '#shared/domain/directory/apis.ts';
import { createRole, deleteRole } from '#shared/domain/directory/roles.ts';
import { createTenant } from '#shared/domain/directory/tenants.ts';
import { createUser, deleteUser } from '#shared/domain/directory/users.ts';
import { countEach, outcomeOf, outcomesOf, race } from '#test/support/ask/concurrent-calls.ts';
import { denied, whileFailing } from '#test/support/faults/while-failing.ts';
import { type Engines, startEngines } from '#test/support/world/engines.ts';
import { openWorkspace, type Ports, type Workspace } from '#test/support/world/workspace.ts';

let engines: Engines;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());

/** Longer than an unfinished creation keeps its name. */
const GRACE_SECONDS = 61;

interface NamedKind {
  readonly kind: 'user' | 'role' | 'api';
  readonly name: string;
  create(ports: Ports): Promise<{ readonly id: string }>;
  remove(id: string, ports: Ports): Promise<void>;
  /** Which write of a deletion releases the name: 3 is the third write. */
  readonly releasingWrite: number;
}

const administrator: ManagementCaller = {
  clientId: 'cli_admin',
  subject: 'cli_admin',
  scope: { type: 'workspace' },
  userId: undefined,
  permissions: [],
  heldPermissions: [],
  roles: [],
};

const namedKinds: readonly NamedKind[] = [
  {
    kind: 'user',
    name: 'e-mail address',
    create: (ports) => createUser({ email: 'ada@example.com' }, ports),
    remove: deleteUser,
    releasingWrite: 3,
  },
  {
    kind: 'role',
    name: 'role key',
    create: (ports) =>
      createRole(administrator, undefined, { key: 'reader', name: 'Reader', level: 100, permissions: [] }, ports),
    remove: (roleId, ports) => deleteRole(administrator, { roleId }, ports),
    releasingWrite: 2,
  },
  {
    kind: 'api',
    name: 'API identifier',
    create: (ports) => createApi({ identifier: 'https://api.example.com', name: 'API', permissions: [] }, ports),
    remove: deleteApi,
    releasingWrite: 3,
  },
];

interface Item {
  readonly key: string;
  readonly record: { readonly id: string; readonly ownerId: string; readonly status?: string };
}

/** Reads the ids of all records of a kind, and the owner of each claimed name. Every record must own its name. */
async function survey({ kind }: NamedKind, { scan }: Workspace) {
  const items = (await scan('DIRECTORY')) as unknown as readonly Item[];
  const existing = items.filter(({ record }) => record.status !== 'deleted');
  const recordsOf = (prefix: string) =>
    existing.filter(({ key }) => key.startsWith(`${prefix}#`)).map(({ record }) => record);
  return { records: recordsOf(kind).map(({ id }) => id), owners: recordsOf('name').map(({ ownerId }) => ownerId) };
}

/** Fails the n-th write of a process and every call after it. */
function failingFromWrite(n: number) {
  let writes = 0;
  return (operation: string) => {
    if (operation === 'PutItem' || operation === 'DeleteItem') writes += 1;
    return writes >= n ? denied() : undefined;
  };
}

describe.each(namedKinds)('the $name', (named) => {
  const { create, remove, releasingWrite } = named;

  test('belongs to exactly one of 32 creations that run at once in several processes', async () => {
    const workspace = await openWorkspace(engines);
    const processes = [workspace.openAgain(), workspace.openAgain(), workspace.openAgain(), workspace.openAgain()];
    const creations = race(32, (runner) => create(processes[runner % 4] ?? workspace.ports));
    expect(await outcomesOf(creations)).toEqual({ done: 1, conflict: 31 });
    const { records, owners } = await survey(named, workspace);
    expect(records).toEqual(owners);
    expect(records).toHaveLength(1);
  });

  test('stays taken by a creation that failed, until no request can still be running', async () => {
    const workspace = await openWorkspace(engines);
    const { ports, dynamo } = workspace;
    const creation = () => outcomeOf(create(ports));
    expect(await whileFailing(dynamo, failingFromWrite(2), creation)).toBe('temporarily_unavailable');
    expect((await survey(named, workspace)).records).toEqual([]);
    expect(await creation()).toBe('conflict');
    ports.clock.advance(GRACE_SECONDS);
    expect(await creation()).toBe('done');
    const { records, owners } = await survey(named, workspace);
    expect(records).toEqual(owners);
  });

  test('belongs to exactly one of 32 creations after a creation that failed', async () => {
    const workspace = await openWorkspace(engines);
    const { ports, dynamo } = workspace;
    await whileFailing(dynamo, failingFromWrite(2), () => outcomeOf(create(ports)));
    ports.clock.advance(GRACE_SECONDS);
    expect(await outcomesOf(race(32, () => create(ports)))).toEqual({ done: 1, conflict: 31 });
    const { records, owners } = await survey(named, workspace);
    expect(records).toEqual(owners);
  });

  test('still belongs to its owner when the claim is old', async () => {
    const { ports } = await openWorkspace(engines);
    await create(ports);
    ports.clock.advance(GRACE_SECONDS * 1_000);
    await expect(create(ports)).rejects.toMatchObject({ code: 'conflict', field: /email|key|identifier/ });
  });

  test('is free immediately after its owner is deleted', async () => {
    const workspace = await openWorkspace(engines);
    const { ports } = workspace;
    await remove((await create(ports)).id, ports);
    expect(await survey(named, workspace)).toEqual({ records: [], owners: [] });
    const successor = await create(ports);
    expect(await survey(named, workspace)).toEqual({ records: [successor.id], owners: [successor.id] });
  });

  test('becomes free after a while if the deletion of its owner failed', async () => {
    const { ports, dynamo } = await openWorkspace(engines);
    const { id } = await create(ports);
    const deletion = () => outcomeOf(remove(id, ports));
    expect(await whileFailing(dynamo, failingFromWrite(releasingWrite), deletion)).toBe('temporarily_unavailable');
    expect(await deletion()).toBe('not_found');
    ports.clock.advance(GRACE_SECONDS);
    expect(await outcomeOf(create(ports))).toBe('done');
  });

  test('is free after 32 deletions of its owner at once, and none of them fails', async () => {
    const workspace = await openWorkspace(engines);
    const { ports } = workspace;
    const { id } = await create(ports);
    const outcomes = await Promise.all(race(32, () => outcomeOf(remove(id, ports))));
    const { done = 0, not_found = 0, ...others } = countEach(outcomes);
    expect({ all: done + not_found, others }).toEqual({ all: 32, others: {} });
    expect(done).toBeGreaterThan(0);
    expect(await survey(named, workspace)).toEqual({ records: [], owners: [] });
  });

  test.each(['the same process', 'another process'])(
    'still belongs to its new owner when a second deletion of the old owner ends later in %s',
    async (place) => {
      const workspace = await openWorkspace(engines);
      const { ports } = workspace;
      const { id } = await create(ports);
      const second = place === 'another process' ? workspace.openAgain() : ports;
      let successor: { readonly id: string } | undefined;
      const overtaken: Ports['directory'] = {
        ...second.directory,
        remove: async (...removal) => {
          if (successor === undefined) {
            await outcomeOf(remove(id, ports));
            ports.clock.advance(GRACE_SECONDS);
            successor = await create(ports);
          }
          return second.directory.remove(...removal);
        },
      };
      await remove(id, { ...second, directory: overtaken });
      expect(await survey(named, workspace)).toEqual({ records: [successor?.id], owners: [successor?.id] });
    },
  );

  test('never loses its owner when a deletion and the next creation run at once', async () => {
    const workspace = await openWorkspace(engines);
    const { ports, openAgain } = workspace;
    for (let round = 0; round < 5; round += 1) {
      const [before = (await create(ports)).id] = (await survey(named, workspace)).records;
      ports.clock.advance(GRACE_SECONDS);
      await outcomesOf([remove(before, ports), create(openAgain()), create(openAgain())]);
      const { records, owners } = await survey(named, workspace);
      expect(records.filter((id) => !owners.includes(id))).toEqual([]);
      expect(records.length).toBeLessThanOrEqual(1);
    }
  });
});

describe('the chosen id of a tenant', () => {
  test('belongs to exactly one of 32 creations that run at once', async () => {
    const { ports, scan } = await openWorkspace(engines);
    const creations = race(32, (runner) => createTenant({ id: 'acme', name: `runner ${runner}` }, ports));
    expect(await outcomesOf(creations)).toEqual({ done: 1, conflict: 31 });
    expect(await scan('DIRECTORY')).toHaveLength(1);
  });

  test('is free after its creation failed', async () => {
    const { ports, dynamo } = await openWorkspace(engines);
    const creation = () => outcomeOf(createTenant({ id: 'acme', name: 'Acme' }, ports));
    expect(await whileFailing(dynamo, denied, creation)).toBe('temporarily_unavailable');
    expect(await creation()).toBe('done');
  });
});
