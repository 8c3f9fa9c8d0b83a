import { expect, test } from 'vitest';
import type { RedeemedAssertion } from '#shared/domain/authentication/ports.ts';
import { countEach, outcomeOf, race } from '#test/support/ask/concurrent-calls.ts';
import { denied, loseFirstReplyTo, whileFailing } from '#test/support/faults/while-failing.ts';
import type { Ports, Workspace } from '#test/support/world/workspace.ts';

const NOW = 1_800_000_000;

const ENDS_AT = NOW + 90;

const assertion = { clientId: 'cli_1', jti: 'a', endsAtSeconds: ENDS_AT };

const redeem = ({ assertionMemory }: Ports, change: Partial<RedeemedAssertion> = {}, atSeconds = NOW) =>
  assertionMemory.redeem({ ...assertion, ...change }, atSeconds);

/** An assertion is redeemed once. */
export function assertionMemoryContract(open: () => Promise<Workspace>): void {
  test('D8: takes an assertion once, in whichever process', async () => {
    const { ports, openAgain } = await open();
    expect([await redeem(ports), await redeem(ports), await redeem(openAgain())]).toEqual([true, false, false]);
  });

  test('D8: has one winner among 32', async () => {
    const { ports, openAgain } = await open();
    const other = openAgain();
    const outcomes = await Promise.all(race(32, (runner) => redeem(runner % 2 === 0 ? ports : other)));
    expect(countEach(outcomes.map(String))).toEqual({ true: 1, false: 31 });
  });

  test('D9: keeps clients and spellings apart', async () => {
    const { ports } = await open();
    await redeem(ports);
    const others = [
      { clientId: 'cli_2' },
      { jti: 'A' },
      { jti: 'a ' },
      { clientId: 'cli_1#a' },
      { jti: 'é'.repeat(4_096) },
    ];
    expect(await Promise.all(others.map((other) => redeem(ports, other)))).toEqual(others.map(() => true));
  });

  test('D9, D12: remembers to the very end, whether DynamoDB removes it then or not', async () => {
    const { ports } = await open();
    await redeem(ports);
    const later = { endsAtSeconds: ENDS_AT + 90 };
    expect(await redeem(ports, later, ENDS_AT - 1)).toBe(false);
    expect(await redeem(ports, later, ENDS_AT)).toBe(true);
    expect(await redeem(ports, later, ENDS_AT + 1)).toBe(false);
  });

  test('lets DynamoDB remove it only when it is refused for its age, and keeps nothing that it said', async () => {
    const { ports, scan } = await open();
    await redeem(ports, { jti: 'what the client said' });
    const items = await scan('TOKENS');
    expect(items).toEqual([
      {
        key: expect.stringMatching(/^assertion#cli_1#[\w-]{43}$/),
        freeAt: ENDS_AT,
        removeAt: ENDS_AT,
        nonce: expect.any(String),
      },
    ]);
  });

  test('D11: takes its own redemption for its own when the reply to it is lost', async () => {
    const { ports, dynamo } = await open();
    expect(await whileFailing(dynamo, loseFirstReplyTo('PutItem'), () => redeem(ports))).toBe(true);
    expect(await redeem(ports)).toBe(false);
  });

  test('I6: is unavailable, and neither first nor second, where DynamoDB is', async () => {
    const { ports, dynamo } = await open();
    expect(await whileFailing(dynamo, denied, () => outcomeOf(redeem(ports)))).toBe('temporarily_unavailable');
    expect(await redeem(ports)).toBe(true);
  });
}
