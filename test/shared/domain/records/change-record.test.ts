import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unavailable } from '#shared/domain/errors.ts';
import { changeClient, changeRecord } from '#shared/domain/records/change-record.ts';
import type { Client } from '#shared/domain/records/client.ts';
import { type Tenant, tenantKey } from '#shared/domain/records/principals.ts';
import { outcomeOf, outcomesOf, race } from '#test/support/ask/concurrent-calls.ts';
import { type MemoryRecords, memoryRecords } from '#test/support/ports/memory-records.ts';
import { aClient, aTenant } from '#test/support/ports/records.ts';

/** One of the two functions that change records. Each case changes a name and reads it back. */
interface Way {
  readonly of: string;
  readonly hold: (turn?: () => Promise<void>) => MemoryRecords;
  readonly rename: (
    name: (before: string) => string | undefined,
    kept: MemoryRecords,
    expectedVersion?: number,
  ) => Promise<{ readonly id: string; readonly version: number }>;
  readonly shown: (kept: MemoryRecords) => { readonly name: string; readonly version: number };
  readonly first: string;
}

const ways: readonly Way[] = [
  {
    of: 'a record of the directory',
    hold: (turn) => memoryRecords({ records: { tenant: { ten_acme: aTenant({ version: 7 }) } } }, turn),
    rename: (name, kept, expectedVersion) => {
      const change = (before: Tenant) => {
        const renamed = name(before.name);
        return renamed === undefined ? undefined : { ...before, name: renamed };
      };
      return changeRecord({ key: tenantKey('ten_acme'), expectedVersion, change }, kept);
    },
    shown: (kept) => {
      const { name = '', version = 0 } = kept.find(tenantKey('ten_acme')) ?? {};
      return { name, version };
    },
    first: 'Acme',
  },
  {
    of: 'a client',
    hold: (turn) => memoryRecords({ clients: [aClient({ version: 7 })] }, turn),
    rename: (name, kept, expectedVersion) => {
      const change = (before: Client) => {
        const description = name(before.description);
        return description === undefined ? undefined : { ...before, description };
      };
      return changeClient({ clientId: 'cli_export', expectedVersion, change }, kept);
    },
    shown: (kept) => {
      const { description: name = '', version = 0 } = kept.client('cli_export') ?? {};
      return { name, version };
    },
    first: 'nightly export',
  },
];

describe.each(ways)('a change of $of', ({ hold, rename, shown, first }) => {
  test('is made on the stored record and gives it the next version', async () => {
    const kept = hold();
    const changed = await rename((before) => `${before}!`, kept);
    expect(shown(kept)).toEqual({ name: `${first}!`, version: 8 });
    expect(changed).toMatchObject({ version: 8, id: expect.stringMatching(/_/) });
  });

  test('is made again on the change of another request that won', async () => {
    const kept = hold();
    const seen: string[] = [];
    const overtaken: MemoryRecords = {
      ...kept,
      ...replacingWith(kept, async () => {
        if (seen.length === 1) await rename(() => 'winner', kept);
      }),
    };
    await rename((before) => {
      seen.push(before);
      return `${before} and loser`;
    }, overtaken);
    expect([seen, shown(kept)]).toEqual([[first, 'winner'], { name: 'winner and loser', version: 9 }]);
  });

  test('gives up after other requests have won 40 times', async () => {
    const kept = hold();
    let attempts = 0;
    const hopeless: MemoryRecords = { ...kept, ...replacingWith(kept, () => rename((name) => `${name}.`, kept)) };
    const change = rename((before) => {
      attempts += 1;
      return `${before} and loser`;
    }, hopeless);
    expect([await outcomeOf(change), attempts]).toEqual(['conflict', 40]);
    expect(shown(kept)).toEqual({ name: `${first}${'.'.repeat(40)}`, version: 47 });
  });

  test('is not_found for a missing record, or if the change returns undefined', async () => {
    expect(await outcomeOf(rename((name) => name, memoryRecords({})))).toBe('not_found');
    const kept = hold();
    expect([await outcomeOf(rename(() => undefined, kept)), kept.writes()]).toEqual(['not_found', 0]);
  });

  test.each([6, 8, 0])('is not made on another version than the expected version %i', async (expectedVersion) => {
    const kept = hold();
    const change = rename(() => 'changed', kept, expectedVersion);
    expect([await outcomeOf(change), kept.writes()]).toEqual(['precondition_failed', 0]);
  });

  test('is made on the expected version', async () => {
    const kept = hold();
    await rename(() => 'changed', kept, 7);
    expect(shown(kept)).toEqual({ name: 'changed', version: 8 });
  });

  test('with an expected version is not made again after another request won', async () => {
    const kept = hold();
    const overtaken = { ...kept, ...replacingWith(kept, () => rename(() => 'winner', kept)) };
    expect(await outcomeOf(rename(() => 'loser', overtaken, 7))).toBe('precondition_failed');
    expect(shown(kept)).toEqual({ name: 'winner', version: 8 });
  });

  test('INV5: is not made if its write fails, and the caller learns of the failure', async () => {
    const kept = hold();
    const failing = {
      ...kept,
      ...replacingWith(kept, async () => {
        throw unavailable(new Error('down'));
      }),
    };
    expect(await outcomeOf(rename(() => 'changed', failing))).toBe('temporarily_unavailable');
    expect(shown(kept)).toEqual({ name: first, version: 7 });
  });

  test('RACE: is made and never lost when 32 changes read and write in any order', async () => {
    const everyOrder = fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const kept = hold(scheduler.scheduleFunction(async () => {}));
      const runs = race(32, (runner) => rename((name) => `${name},${runner}`, kept));
      expect(await scheduler.waitFor(outcomesOf(runs))).toEqual({ done: 32 });
      const { name, version } = shown(kept);
      const runners = runs.map((_, runner) => String(runner));
      expect([name.split(',').slice(1).sort(), version]).toEqual([runners.sort(), 7 + 32]);
    });
    await fc.assert(everyOrder, { numRuns: 100 });
  });

  test('RACE: with an expected version is made by exactly one of 32 requests', async () => {
    const everyOrder = fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const kept = hold(scheduler.scheduleFunction(async () => {}));
      const runs = race(32, (runner) => rename(() => `runner ${runner}`, kept, 7));
      expect(await scheduler.waitFor(outcomesOf(runs))).toEqual({ done: 1, precondition_failed: 31 });
      expect([kept.writes(), shown(kept).version]).toEqual([1, 8]);
    });
    await fc.assert(everyOrder, { numRuns: 100 });
  });
});

/** Runs `meanwhile` before each write, which is after the change has read the record. */
function replacingWith(kept: MemoryRecords, meanwhile: () => Promise<unknown>) {
  return {
    clientChanger: {
      replace: async (client: Client) => {
        await meanwhile();
        return kept.clientChanger.replace(client);
      },
    },
    directory: {
      ...kept.directory,
      replace: async (...written: Parameters<MemoryRecords['directory']['replace']>) => {
        await meanwhile();
        return kept.directory.replace(...written);
      },
    },
  };
}
