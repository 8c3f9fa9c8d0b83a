import { expect, test } from 'vitest';
import { outcomeOf, outcomesOf, race } from '#test/support/ask/concurrent-calls.ts';
import { denied, loseFirstReplyTo, whileFailing } from '#test/support/faults/while-failing.ts';
import type { Workspace } from '#test/support/world/workspace.ts';

const EXPIRES_AT_SECONDS = 1_900_000_000;

/** The contract of `Revocations`: a revoked token stays revoked until its expiry. */
export function revocationsContract(open: () => Promise<Workspace>): void {
  test('I8: marks one token as revoked for every later look', async () => {
    const { ports, openAgain } = await open();
    await ports.revocations.revoke('tok_1', EXPIRES_AT_SECONDS);
    for (const { records } of [ports, openAgain()]) {
      const look = records.open('any');
      expect(await Promise.all([look.isRevoked('tok_1'), look.isRevoked('tok_2')])).toEqual([true, false]);
    }
  });

  test('I8: is idempotent, also for 8 simultaneous calls', async () => {
    const { ports, scan } = await open();
    const revoke = () => ports.revocations.revoke('tok_1', EXPIRES_AT_SECONDS);
    expect(await outcomesOf([revoke(), ...race(8, revoke)])).toEqual({ done: 9 });
    expect(await scan('TOKENS')).toHaveLength(1);
  });

  test('lets DynamoDB remove the mark only after the token has expired', async () => {
    const { ports, scan } = await open();
    await ports.revocations.revoke('tok_1', EXPIRES_AT_SECONDS);
    const [mark] = await scan('TOKENS');
    expect(mark?.removeAt).toBeGreaterThan(EXPIRES_AT_SECONDS);
  });

  test('keeps the mark for the longest of the requested times', async () => {
    const { ports, scan } = await open();
    const kept = [];
    for (const seconds of [0, -600, 600]) {
      await ports.revocations.revoke('tok_1', EXPIRES_AT_SECONDS + seconds);
      const [mark] = await scan('TOKENS');
      kept.push(Number(mark?.removeAt) - EXPIRES_AT_SECONDS);
    }
    const [first = 0] = kept;
    expect(kept).toEqual([first, first, first + 600]);
  });

  test('succeeds if the reply of its own write is lost', async () => {
    const { ports, dynamo } = await open();
    const revoke = () => outcomeOf(ports.revocations.revoke('tok_1', EXPIRES_AT_SECONDS));
    expect(await whileFailing(dynamo, loseFirstReplyTo('PutItem'), revoke)).toBe('done');
    expect(await ports.records.open('any').isRevoked('tok_1')).toBe(true);
  });

  test('I6: answers temporarily_unavailable, never success, if DynamoDB fails', async () => {
    const { ports, dynamo } = await open();
    const revoke = () => outcomeOf(ports.revocations.revoke('tok_1', EXPIRES_AT_SECONDS));
    expect(await whileFailing(dynamo, denied, revoke)).toBe('temporarily_unavailable');
  });
}
