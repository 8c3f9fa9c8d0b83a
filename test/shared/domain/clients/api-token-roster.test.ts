import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { enterRoster, leaveRoster } from '#shared/domain/clients/api-token-roster.ts';
import { type Client, rosterKey } from '#shared/domain/records/client.ts';
import { countEach, outcomeOf, race } from '#test/support/ask/concurrent-calls.ts';
import { memoryRecords } from '#test/support/ports/memory-records.ts';
import { aClient } from '#test/support/ports/records.ts';
import { standingClock } from '#test/support/world/clock.ts';

const owner = { tenantId: 'ten_acme' };

interface Situation {
  /** Tokens that exist. */
  readonly clients?: readonly Client[];
  /** Ids that the index has. It may lag behind. */
  readonly listed?: readonly string[];
}

/** Ports with the tokens of an owner. `turn` decides the order of reads and writes. */
function open({ clients = [], listed = [] }: Situation = {}, turn?: () => Promise<void>) {
  const kept = memoryRecords({ clients }, turn);
  const clock = standingClock();
  const clientList = { list: async () => ({ items: listed.map((id) => aClient({ id })) }) };
  return { ...kept, rosters: kept.directory, clock, clientList };
}

const enter = (ports: ReturnType<typeof open>, clientId: string, maxLive: number) =>
  outcomeOf(enterRoster({ owner, clientId, maxLive }, ports));

describe('the roster of an owner', () => {
  test('RACE: admits 5 of 32 tokens if the maximum is 5, while the index has no token', async () => {
    const property = fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const ports = open(
        {},
        scheduler.scheduleFunction(async () => {}),
      );
      const entering = race(32, (runner) => enter(ports, `cli_${runner}`, 5));
      const outcomes = countEach(await scheduler.waitFor(Promise.all(entering)));
      expect(outcomes).toEqual({ done: 5, conflict: 27 });
      expect(ports.find(rosterKey({ tenantId: 'ten_acme' }))?.entries.length).toBe(5);
    });
    await fc.assert(property, { numRuns: 50 });
  });

  test('counts the tokens of the index and of the roster, each token once', async () => {
    const clients = ['a', 'b'].map((id) => aClient({ id }));
    const ports = open({ clients, listed: ['a', 'b'] });
    expect([await enter(ports, 'c', 3), await enter(ports, 'd', 3)]).toEqual(['done', 'conflict']);
    expect(await enter(ports, 'd', 4)).toBe('done');
  });

  test('does not count deleted and expired tokens that the index still has', async () => {
    const ports = open({ listed: ['deleted', 'expired'] });
    expect([await enter(ports, 'a', 1), await enter(ports, 'b', 1)]).toEqual(['done', 'conflict']);
    const { nowSeconds } = ports.clock;
    const expired = open({
      clients: [aClient({ id: 'expired', expiresAtSeconds: nowSeconds() })],
      listed: ['expired'],
    });
    expect(await enter(expired, 'a', 1)).toBe('done');
  });

  test('counts a disabled token, which may be enabled again', async () => {
    const ports = open({ clients: [aClient({ id: 'a', status: 'disabled' })], listed: ['a'] });
    expect(await enter(ports, 'b', 1)).toBe('conflict');
  });

  test('keeps a place for a token that is being created; an interrupted creation keeps it for a minute', async () => {
    const ports = open();
    await enter(ports, 'broken-off', 1);
    ports.clock.advance(59);
    expect(await enter(ports, 'a', 1)).toBe('conflict');
    ports.clock.advance(1);
    expect(await enter(ports, 'a', 1)).toBe('done');
    expect(ports.find(rosterKey({ tenantId: 'ten_acme' }))?.entries).toEqual([
      { clientId: 'a', addedAtSeconds: ports.clock.nowSeconds() },
    ]);
  });

  test('frees the place of a deleted token immediately', async () => {
    const ports = open();
    await enter(ports, 'a', 1);
    await leaveRoster(owner, 'a', ports);
    expect([await enter(ports, 'b', 1), await enter(ports, 'c', 1)]).toEqual(['done', 'conflict']);
  });

  test('does not change when a token is deleted that it does not have', async () => {
    const ports = open();
    await leaveRoster(owner, 'a', ports);
    await enter(ports, 'b', 1);
    const writes = ports.writes();
    await leaveRoster(owner, 'a', ports);
    await leaveRoster({ ...owner, userId: 'usr_ada' }, 'b', ports);
    expect(ports.writes()).toBe(writes);
  });

  test('refuses a token if the index has too many rows to count', async () => {
    const endless = { list: async () => ({ items: [aClient({ id: 'a' })], nextCursor: 'next' }) };
    expect(await enter({ ...open(), clientList: endless }, 'b', 1)).toBe('conflict');
  });
});
