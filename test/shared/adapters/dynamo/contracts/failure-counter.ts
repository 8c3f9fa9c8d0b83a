import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { dynamoFailureSums } from '#shared/adapters/dynamo/tokens/failure-sums.ts';
import { race, repeat } from '#test/support/ask/concurrent-calls.ts';
import { denied, whileFailing } from '#test/support/faults/while-failing.ts';
import { environmentOf } from '#test/support/world/engines.ts';
import type { Ports, Workspace } from '#test/support/world/workspace.ts';

const BUCKET = 'cli_a 192.0.2.1';

const MINUTE = 60;

const NOW = 1_800_000_000;

/** The contract of `FailureCounter`: each failure counts in its minute, and processes share their failures. */
export function failureCounterContract(open: () => Promise<Workspace>): void {
  const fail = ({ failures }: Ports, nowSeconds = NOW, sharedEvery: number | undefined = 1) =>
    failures.begin({ bucket: BUCKET, sharedEvery }, nowSeconds).fail();
  const count = ({ failures }: Ports, nowSeconds = NOW) => failures.count(BUCKET, nowSeconds);

  test('R4: adds up 200 simultaneous failures, and returns to each caller its own sum', async () => {
    const { settings, ports } = await open();
    const add = dynamoFailureSums(environmentOf(settings));
    const sums = await repeat(
      200,
      () => add({ digest: hash('sha256', BUCKET, 'base64url'), window: NOW / MINUTE }, 1),
      50,
    );
    expect([...sums].sort((one, other) => one - other)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    await fail(ports);
    expect(count(ports)).toBe(201);
  });

  test('R4: counts each of 200 simultaneous failures in one process', async () => {
    const { ports } = await open();
    await Promise.all(race(200, () => fail(ports)));
    expect(count(ports)).toBe(200);
  });

  test('counts running attempts until they are withdrawn', async () => {
    const { ports } = await open();
    const attempts = race(3, async () => ports.failures.begin({ bucket: BUCKET }, NOW));
    const [first, second] = await Promise.all(attempts);
    expect(count(ports)).toBe(3);
    first?.withdraw();
    await second?.fail();
    expect(count(ports)).toBe(2);
  });

  test('shares failures after the given number, in one write', async () => {
    const { ports, openAgain, dynamo, scan } = await open();
    dynamo.forget();
    for (let failures = 0; failures < 7; failures += 1) await fail(ports, NOW, 3);
    expect([dynamo.calls, count(ports)]).toEqual([['UpdateItem', 'UpdateItem'], 7]);
    expect(await scan('TOKENS')).toMatchObject([{ failures: 6 }]);
    const other = openAgain();
    await fail(other);
    expect(count(other)).toBe(7);
  });

  test('shares no failures if no number is given', async () => {
    const { ports, scan } = await open();
    await Promise.all(race(50, () => ports.failures.begin({ bucket: BUCKET }, NOW).fail()));
    expect([count(ports), await scan('TOKENS')]).toEqual([50, []]);
  });

  test('R5: forgets failures after their minute, and lets DynamoDB remove their sums', async () => {
    const { ports, scan } = await open();
    await fail(ports);
    expect([count(ports, NOW + MINUTE - 1), count(ports, NOW + MINUTE)]).toEqual([1, 0]);
    await fail(ports, NOW + MINUTE);
    expect(count(ports, NOW + MINUTE)).toBe(1);
    for (const { removeAt } of await scan('TOKENS')) expect(removeAt).toBeGreaterThan(NOW + MINUTE);
  });

  test('R5: keeps failures if the clock is set back, and forgets failures of a clock that was far ahead', async () => {
    const { ports } = await open();
    await fail(ports);
    expect(count(ports, NOW - 1)).toBe(1);
    await fail(ports, NOW - 1);
    expect(count(ports)).toBe(2);
    await fail(ports, NOW + 1_000 * MINUTE);
    expect(count(ports)).toBe(0);
  });

  test.each([
    ['refuses', denied],
    ['does not answer', () => ({ kind: 'hang' }) as const],
  ])('R6: counts alone while DynamoDB %s, and shares these failures later', async (_how, fault) => {
    const { ports, dynamo, scan } = await open();
    dynamo.forget();
    await whileFailing(dynamo, fault, async () => {
      for (let failures = 0; failures < 4; failures += 1) await fail(ports);
    });
    expect(count(ports)).toBe(4);
    // Only the first failure calls a failing table.
    expect(new Set(dynamo.bodies).size).toBe(1);
    await fail(ports, NOW + 5);
    expect(await scan('TOKENS')).toMatchObject([{ failures: expect.toBeOneOf([5, 9]) }]);
  });

  test('B21: stores no text that a caller sent', async () => {
    const { ports, scan } = await open();
    await ports.failures.begin({ bucket: 'refused mms_secret', sharedEvery: 1 }, NOW).fail();
    expect(JSON.stringify(await scan('TOKENS'))).not.toContain('mms_secret');
  });
}
