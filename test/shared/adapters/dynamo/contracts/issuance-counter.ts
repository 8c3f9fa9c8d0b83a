import { expect, test } from 'vitest';
import { countEach, outcomeOf, repeat } from '#test/support/ask/concurrent-calls.ts';
import { denied, loseFirstReplyTo, whileFailing } from '#test/support/faults/while-failing.ts';
import type { Workspace } from '#test/support/world/workspace.ts';

const NOON = 1_800_014_400;
const HOUR = 3_600;
const enforced = { perHour: 40, perDay: 60, enforce: true };

/** As many are counted as a quota allows, and no more. */
export function issuanceCounterContract(open: () => Promise<Workspace>): void {
  test('R4: counts exactly as many of 100, 32 at once, in two processes, as the hour and then the day allow', async () => {
    const { ports, openAgain } = await open();
    const processes = [ports.issuance, openAgain().issuance];
    const countAt = async (nowSeconds: number) => {
      const inBoth = () => Promise.all(processes.map((one) => one.count('cli_a', enforced, nowSeconds)));
      const counted = await repeat(50, inBoth, 16);
      return countEach(counted.flat().map(({ isCounted }) => String(isCounted)));
    };
    expect([await countAt(NOON), await countAt(NOON + HOUR)]).toEqual([
      { true: 40, false: 60 },
      { true: 20, false: 80 },
    ]);
  });

  test('says how many there were, with and without the one in question', async () => {
    const { issuance } = (await open()).ports;
    const quota = { ...enforced, perHour: 1 };
    const first = await issuance.count('cli_a', quota, NOON);
    const refused = await issuance.count('cli_a', quota, NOON);
    const nextHour = await issuance.count('cli_a', quota, NOON + HOUR);
    expect([first, refused, nextHour]).toEqual([
      { isCounted: true, inHour: 1, inDay: 1 },
      { isCounted: false, inHour: 1, inDay: 1 },
      { isCounted: true, inHour: 1, inDay: 2 },
    ]);
  });

  test('counts on where the quota is not enforced', async () => {
    const { issuance } = (await open()).ports;
    const quota = { perHour: 1, perDay: 1, enforce: false };
    await issuance.count('cli_a', quota, NOON);
    expect(await issuance.count('cli_a', quota, NOON)).toEqual({ isCounted: true, inHour: 2, inDay: 2 });
  });

  test('keeps clients apart, and lets DynamoDB remove a day that is over', async () => {
    const { ports, scan } = await open();
    await ports.issuance.count('cli_a', enforced, NOON);
    expect(await ports.issuance.count('cli_b', enforced, NOON)).toMatchObject({ inDay: 1 });
    for (const { removeAt } of await scan('TOKENS')) expect(removeAt).toBeGreaterThan(NOON + 12 * HOUR);
  });

  test('never counts less than there were: a lost reply may count twice', async () => {
    const { ports, dynamo } = await open();
    const count = () => ports.issuance.count('cli_a', enforced, NOON);
    expect(await whileFailing(dynamo, loseFirstReplyTo('UpdateItem'), count)).toMatchObject({
      isCounted: true,
      inDay: 2,
    });
  });

  test('is unavailable, neither counted nor refused, where DynamoDB is', async () => {
    const { ports, dynamo } = await open();
    const count = () => outcomeOf(ports.issuance.count('cli_a', enforced, NOON));
    expect(await whileFailing(dynamo, denied, count)).toBe('temporarily_unavailable');
  });
}
