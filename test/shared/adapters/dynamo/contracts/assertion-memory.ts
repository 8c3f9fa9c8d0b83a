import { expect, test } from 'vitest';
import type { RedeemedAssertion } from '#shared/domain/authentication/ports.ts';
import { countEach, outcomeOf, race } from '#test/support/ask/concurrent-calls.ts';
import { denied, loseFirstReplyTo, whileFailing } from '#test/support/faults/while-failing.ts';
import type { Ports, Workspace } from '#test/support/world/workspace.ts';

const NOW = 1_800_000_000;

const ENDS_AT = NOW + 90;

const assertion = { signer: 'cli_1', jti: 'a', endsAtSeconds: ENDS_AT };

const redeem = ({ assertionMemory }: Ports, change: Partial<RedeemedAssertion> = {}, atSeconds = NOW) =>
  assertionMemory.redeem({ ...assertion, ...change }, atSeconds);

/** The contract of `AssertionMemory`: a client assertion is redeemed once. */
export function assertionMemoryContract(open: () => Promise<Workspace>): void {
  test('D8: accepts an assertion once, in all processes together', async () => {
    const { ports, openAgain } = await open();
    expect([await redeem(ports), await redeem(ports), await redeem(openAgain())]).toEqual([true, false, false]);
  });

  test('D8: accepts an assertion once if 32 requests redeem it at once', async () => {
    const { ports, openAgain } = await open();
    const other = openAgain();
    const outcomes = await Promise.all(race(32, (runner) => redeem(runner % 2 === 0 ? ports : other)));
    expect(countEach(outcomes.map(String))).toEqual({ true: 1, false: 31 });
  });

  test('D9: distinguishes signers and spellings', async () => {
    const { ports } = await open();
    await redeem(ports);
    const others = [
      { signer: 'cli_2' },
      { jti: 'A' },
      { jti: 'a ' },
      { signer: 'cli_1#a' },
      { jti: 'é'.repeat(4_096) },
    ];
    expect(await Promise.all(others.map((other) => redeem(ports, other)))).toEqual(others.map(() => true));
  });

  test('D9, D12: remembers an assertion until its last second, and does not depend on removal by DynamoDB', async () => {
    const { ports } = await open();
    await redeem(ports);
    const later = { endsAtSeconds: ENDS_AT + 90 };
    expect(await redeem(ports, later, ENDS_AT - 1)).toBe(false);
    expect(await redeem(ports, later, ENDS_AT)).toBe(true);
    expect(await redeem(ports, later, ENDS_AT + 1)).toBe(false);
  });

  test('lets DynamoDB remove an assertion only after its end, and stores no claim of it', async () => {
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

  test('D11: succeeds if the reply of its own write is lost', async () => {
    const { ports, dynamo } = await open();
    expect(await whileFailing(dynamo, loseFirstReplyTo('PutItem'), () => redeem(ports))).toBe(true);
    expect(await redeem(ports)).toBe(false);
  });

  test('I6: answers temporarily_unavailable if DynamoDB fails, and does not redeem the assertion', async () => {
    const { ports, dynamo } = await open();
    expect(await whileFailing(dynamo, denied, () => outcomeOf(redeem(ports)))).toBe('temporarily_unavailable');
    expect(await redeem(ports)).toBe(true);
  });
}
