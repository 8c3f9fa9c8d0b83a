import { expect, test } from 'vitest';
import { countEach, outcomeOf, repeat } from '#test/support/ask/concurrent-calls.ts';
import { denied, loseFirstReplyTo, whileFailing } from '#test/support/faults/while-failing.ts';
import type { Workspace } from '#test/support/world/workspace.ts';

const NOON = 1_800_014_400;
const HOUR = 3_600;
const enforced = { perHour: 40, perDay: 60, enforce: true };

/** The contract of `IssuanceCounter`: it counts as many tokens as the quota allows. */
export function issuanceCounterContract(open: () => Promise<Workspace>): void {
  test('R4: counts exactly as many of 100 tokens in two processes as the hour and then the day allow', async () => {
    const { ports, openAgain } = await open();
    const processes = [ports.issuance, openAgain().issuance];
    const countAt = async (nowSeconds: number) => {
      const inBoth = () => Promise.all(processes.map((issuance) => issuance.count('cli_a', enforced, nowSeconds)));
      const counted = await repeat(50, inBoth, 16);
      return countEach(counted.flat().map(({ isCounted }) => String(isCounted)));
    };
    expect([await countAt(NOON), await countAt(NOON + HOUR)]).toEqual([
      { true: 40, false: 60 },
      { true: 20, false: 80 },
    ]);
  });

  test('returns the counts of hour and day, including the token if it is counted', async () => {
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

  test('counts above the quota if it is not enforced', async () => {
    const { issuance } = (await open()).ports;
    const quota = { perHour: 1, perDay: 1, enforce: false };
    await issuance.count('cli_a', quota, NOON);
    expect(await issuance.count('cli_a', quota, NOON)).toEqual({ isCounted: true, inHour: 2, inDay: 2 });
  });

  test('counts each client alone, and lets DynamoDB remove a day only after its end', async () => {
    const { ports, scan } = await open();
    await ports.issuance.count('cli_a', enforced, NOON);
    expect(await ports.issuance.count('cli_b', enforced, NOON)).toMatchObject({ inDay: 1 });
    for (const { removeAt } of await scan('TOKENS')) expect(removeAt).toBeGreaterThan(NOON + 12 * HOUR);
  });

  test('counts a token twice, never zero times, if the reply is lost', async () => {
    const { ports, dynamo } = await open();
    const count = () => ports.issuance.count('cli_a', enforced, NOON);
    expect(await whileFailing(dynamo, loseFirstReplyTo('UpdateItem'), count)).toMatchObject({
      isCounted: true,
      inDay: 2,
    });
  });

  test('answers temporarily_unavailable if DynamoDB fails', async () => {
    const { ports, dynamo } = await open();
    const count = () => outcomeOf(ports.issuance.count('cli_a', enforced, NOON));
    expect(await whileFailing(dynamo, denied, count)).toBe('temporarily_unavailable');
  });
}
