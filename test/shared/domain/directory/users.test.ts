import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ManagementCaller } from '#shared/domain/access/authority.ts';
import { updateUser } from '#shared/domain/directory/users.ts';
import { nameKey } from '#shared/domain/records/permissions.ts';
import { type User, userKey } from '#shared/domain/records/principals.ts';
import { countEach, outcomeOf, race } from '#test/support/ask/concurrent-calls.ts';
import { memoryRecords } from '#test/support/ports/memory-records.ts';
import { aUser } from '#test/support/ports/records.ts';
import { standingClock } from '#test/support/world/clock.ts';

/** A caller of the workspace; the users of these tests have no roles. */
const administrator: ManagementCaller = {
  ...{ clientId: 'cli_admin', subject: 'cli_admin', scope: { type: 'workspace' }, userId: undefined },
  ...{ permissions: ['write:users'], roles: [], heldPermissions: [] },
};

const userIds = Array.from({ length: 32 }, (_, index) => `usr_${index}`);

const firstAddress = (id: string) => `${id}@example.com`;

/** Ports with 32 users, each with an address. `turn` decides the order of reads and writes. */
function open(turn: () => Promise<void>) {
  const clock = standingClock();
  const claim = (ownerId: string) => ({ ownerId, version: 1, createdAtSeconds: clock.nowSeconds() });
  const records = {
    user: Object.fromEntries(userIds.map((id) => [id, aUser({ id, email: firstAddress(id) })])),
    name: Object.fromEntries(userIds.map((id) => [nameKey('email', firstAddress(id)).id, claim(id)])),
  };
  const kept = memoryRecords({ records }, turn);
  const directoryList = { list: async () => ({ items: [] }) };
  return { ...kept, directoryList, clock, random: { bytes: (length: number) => randomBytes(length) } };
}

type Ports = ReturnType<typeof open>;

const change = (id: string, email: string, ports: Ports) => updateUser(administrator, id, { email }, undefined, ports);

const emailOf = (id: string, { find }: Ports) => find(userKey(id))?.email ?? '';

const ownerOf = (email: string, { find }: Ports) => find(nameKey('email', email))?.ownerId;

/** Runs calls in 200 orders of reads and writes. At the end, the claim on each user's address belongs to that user. */
async function inEveryOrder(
  calls: (ports: Ports) => readonly Promise<User>[],
  holds: (outcomes: readonly string[], ports: Ports) => void,
): Promise<void> {
  const property = fc.asyncProperty(fc.scheduler(), async (scheduler) => {
    const ports = open(scheduler.scheduleFunction(async () => {}));
    holds(await scheduler.waitFor(Promise.all(calls(ports).map(outcomeOf))), ports);
    expect(userIds.map((id) => ownerOf(emailOf(id, ports), ports))).toEqual(userIds);
  });
  await fc.assert(property, { numRuns: 200 });
}

describe('RACE: in any order of reads and writes', () => {
  test('of 32 users who want one address, exactly one gets it and the others keep their address', async () => {
    await inEveryOrder(
      (ports) => userIds.map((id) => change(id, 'ada@example.com', ports)),
      (outcomes, ports) => {
        expect(countEach(outcomes)).toEqual({ done: 1, conflict: 31 });
        expect(userIds.map((id) => emailOf(id, ports))).toEqual(
          userIds.map((id, index) => (outcomes[index] === 'done' ? 'ada@example.com' : firstAddress(id))),
        );
      },
    );
  });

  test('a user who takes many addresses at once keeps one, and all the others are free', async () => {
    const addresses = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${name}@example.com`);
    await inEveryOrder(
      (ports) => addresses.map((email) => change('usr_0', email, ports)),
      (outcomes, ports) => {
        expect(outcomes).toEqual(addresses.map(() => 'done'));
        const kept = emailOf('usr_0', ports);
        const all = [firstAddress('usr_0'), ...addresses];
        expect(all.filter((email) => ownerOf(email, ports) !== undefined)).toEqual([kept]);
      },
    );
  });

  test('a user who changes between two addresses has a claim on the current one', async () => {
    await inEveryOrder(
      (ports) => race(12, (runner) => change('usr_0', runner % 2 ? firstAddress('usr_0') : 'ada@example.com', ports)),
      (outcomes) => expect(outcomes.filter((outcome) => outcome !== 'done' && outcome !== 'conflict')).toEqual([]),
    );
  });

  test('users who exchange their addresses never have the same address', async () => {
    const [first = '', second = ''] = userIds;
    await inEveryOrder(
      (ports) => [
        ...race(4, (runner) => change(first, runner % 2 ? firstAddress(second) : 'ada@example.com', ports)),
        ...race(4, (runner) => change(second, runner % 2 ? firstAddress(first) : 'grace@example.com', ports)),
      ],
      (_outcomes, ports) => expect(emailOf(first, ports)).not.toBe(emailOf(second, ports)),
    );
  });
});
