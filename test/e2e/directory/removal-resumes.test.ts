import { beforeEach, describe, expect, test } from 'vitest';
import { succeed } from '#test/support/arrange/manage.ts';
import { itemsNaming, storeTenant } from '#test/support/arrange/tenant-rows.ts';
import { denied, whileFailing } from '#test/support/faults/while-failing.ts';
import { useManage, useWorld } from '#test/support/world/use-world.ts';

const world = useWorld();
const manage = useManage(world);

const SMALL = { tenantTokens: 2, members: 1, serviceUsers: 1 };
/** More than a page of each kind of record. */
const LARGE = { tenantTokens: 40, members: 27, serviceUsers: 27 };
const rowsOf = ({ tenantTokens, members, serviceUsers }: typeof SMALL) => tenantTokens + 2 * (members + serviceUsers);

const run = () => world.run('remove-deleted');

async function deleteTenant(sizes: typeof SMALL): Promise<string> {
  const id = await storeTenant(world, sizes);
  await succeed(manage('DELETE', `/v1/tenants/${id}`));
  return id;
}

/** A tenant whose deletion is old enough. */
async function leaveRemains(sizes = SMALL): Promise<string> {
  const id = await deleteTenant(sizes);
  world.clock.advance(60);
  return id;
}

/** The rows that mention the tenant, with the note of its deletion and without its mark. */
const rowsLeft = async (id: string) => (await itemsNaming(id)).length - 1;

/** Removes the rows of each test, so that none are left for the next one. */
beforeEach(async () => {
  expect(await run()).toEqual({ rows: 0, finished: 0 });
});

describe('T8: a run that removes rows and ends early', () => {
  /** Runs fail at their first call, at their second, and so on, until a run makes fewer calls. */
  async function failAtEveryCall(fails: (call: number, n: number) => boolean): Promise<number> {
    for (let n = 1; ; n += 1) {
      const id = await leaveRemains();
      let calls = 0;
      const decide = () => {
        calls += 1;
        return fails(calls, n) ? denied() : undefined;
      };
      const isOver = await whileFailing(world.dynamo, decide, () =>
        run()
          .then(() => true)
          .catch(() => false),
      );
      expect(isOver).toBe(calls < n);
      if (!isOver) await run();
      expect([n, await rowsLeft(id)]).toEqual([n, 0]);
      if (isOver) return calls;
    }
  }

  test('at any of its calls to DynamoDB is taken up by the next run, which finishes', async () => {
    expect(await failAtEveryCall((call, n) => call >= n)).toBeGreaterThan(12);
  });

  test('because any one call failed is taken up by the next run, which finishes', async () => {
    expect(await failAtEveryCall((call, n) => call === n)).toBeGreaterThan(12);
  });

  test('because its time is over is continued by the next run', async () => {
    const id = await leaveRemains(LARGE);
    const slowly = () => {
      world.clock.advance(1);
      return undefined;
    };
    const progress: unknown[] = [];
    const left: number[] = [];
    while (left.at(-1) !== 0 && left.length < 10) {
      progress.push(await whileFailing(world.dynamo, slowly, run));
      left.push(await rowsLeft(id));
    }
    expect(progress.length).toBeGreaterThan(2);
    expect(left).toEqual(left.toSorted((one, other) => other - one));
    const rows = progress.map((of) => (of as { rows: number }).rows);
    expect(rows.reduce((sum, count) => sum + count, 0)).toBe(rowsOf(LARGE));
    await run();
  });
});

describe('T8: two runs at once that remove rows', () => {
  test('finish the same work that one run alone finishes', async () => {
    const id = await leaveRemains(LARGE);
    expect(await Promise.allSettled([run(), run()])).toMatchObject([{ status: 'fulfilled' }, { status: 'fulfilled' }]);
    expect(await rowsLeft(id)).toBe(0);
  });
});

describe('a removal that fails', () => {
  test('does not stop other removals, and makes its run fail', async () => {
    const [first, second] = [await deleteTenant(SMALL), await leaveRemains()];
    const failing = (operation: string, body: string) =>
      operation === 'DeleteItem' && body.includes(`cli_${first}`) ? denied() : undefined;
    await expect(whileFailing(world.dynamo, failing, run)).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    expect([(await rowsLeft(first)) > 0, await rowsLeft(second)]).toEqual([true, 0]);
    await run();
    expect(await rowsLeft(first)).toBe(0);
  });
});

describe('a run without rows to remove', () => {
  test('reads once and writes nothing', async () => {
    world.dynamo.forget();
    expect(await run()).toEqual({ rows: 0, finished: 0 });
    expect(world.dynamo.calls).toEqual(['Query']);
  });
});
