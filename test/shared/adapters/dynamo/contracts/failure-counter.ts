import { expect, test } from 'vitest';
import { dynamoFailureSums } from '#shared/adapters/dynamo/tokens/failure-sums.ts';
import { race, repeat } from '#test/support/ask/concurrent-calls.ts';
import { denied, whileFailing } from '#test/support/faults/while-failing.ts';
import { environmentOf } from '#test/support/world/engines.ts';
import type { Ports, Workspace } from '#test/support/world/workspace.ts';

const BUCKET = 'cli_a 192.0.2.1';

const MINUTE = 60;

const NOW = 1_800_000_000;

/** No failure is lost, none is counted for longer than its minute, and processes hear of each other. */
export function failureCounterContract(open: () => Promise<Workspace>): void {
  const fail = ({ failures }: Ports, nowSeconds = NOW, sharedEvery: number | undefined = 1) =>
    failures.begin({ bucket: BUCKET, sharedEvery }, nowSeconds).fail();
  const count = ({ failures }: Ports, nowSeconds = NOW) => failures.count(BUCKET, nowSeconds);

  test('R4: adds up 200 failures at once, and tells each what it came to with it', async () => {
    const { settings, ports } = await open();
    const add = dynamoFailureSums(environmentOf(settings));
    const sums = await repeat(200, () => add({ bucket: BUCKET, window: NOW / MINUTE }, 1), 50);
    expect([...sums].sort((one, other) => one - other)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    await fail(ports);
    expect(count(ports)).toBe(201);
  });

  test('R4: counts each of 200 failures at once in one process', async () => {
    const { ports } = await open();
    await Promise.all(race(200, () => fail(ports)));
    expect(count(ports)).toBe(200);
  });

  test('counts attempts under way, until they are withdrawn', async () => {
    const { ports } = await open();
    const attempts = race(3, async () => ports.failures.begin({ bucket: BUCKET }, NOW));
    const [first, second] = await Promise.all(attempts);
    expect(count(ports)).toBe(3);
    first?.withdraw();
    await second?.fail();
    expect(count(ports)).toBe(2);
  });

  test('tells others after so many failures, in one write', async () => {
    const { ports, openAgain, dynamo, scan } = await open();
    dynamo.forget();
    for (let failures = 0; failures < 7; failures += 1) await fail(ports, NOW, 3);
    expect([dynamo.calls, count(ports)]).toEqual([['UpdateItem', 'UpdateItem'], 7]);
    expect(await scan('TOKENS')).toMatchObject([{ failures: 6 }]);
    const other = openAgain();
    await fail(other);
    expect(count(other)).toBe(7);
  });

  test('tells nobody where nothing says how often', async () => {
    const { ports, scan } = await open();
    await Promise.all(race(50, () => ports.failures.begin({ bucket: BUCKET }, NOW).fail()));
    expect([count(ports), await scan('TOKENS')]).toEqual([50, []]);
  });

  test('R5: forgets with the minute, and lets DynamoDB remove what it kept', async () => {
    const { ports, scan } = await open();
    await fail(ports);
    expect([count(ports, NOW + MINUTE - 1), count(ports, NOW + MINUTE)]).toEqual([1, 0]);
    await fail(ports, NOW + MINUTE);
    expect(count(ports, NOW + MINUTE)).toBe(1);
    for (const { removeAt } of await scan('TOKENS')) expect(removeAt).toBeGreaterThan(NOW + MINUTE);
  });

  test('R5: a clock that is set back forgets nothing, and one that was years ahead locks nobody out', async () => {
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
  ])('R6: goes on counting alone while DynamoDB %s, and tells the rest afterwards', async (_how, fault) => {
    const { ports, dynamo, scan } = await open();
    dynamo.forget();
    await whileFailing(dynamo, fault, async () => {
      for (let failures = 0; failures < 4; failures += 1) await fail(ports);
    });
    expect(count(ports)).toBe(4);
    // A table in trouble is asked by the first of them only.
    expect(new Set(dynamo.bodies).size).toBe(1);
    await fail(ports, NOW + 5);
    expect(await scan('TOKENS')).toMatchObject([{ failures: expect.toBeOneOf([5, 9]) }]);
  });

  test('B21: keeps no text that a caller sent', async () => {
    const { ports, scan } = await open();
    await ports.failures.begin({ bucket: 'refused mms_secret', sharedEvery: 1 }, NOW).fail();
    expect(JSON.stringify(await scan('TOKENS'))).not.toContain('mms_secret');
  });
}
