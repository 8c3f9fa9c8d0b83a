import { expect, test } from 'vitest';
import type { AttemptLimiter } from '#shared/domain/ports.ts';
import { outcomeOf, outcomesOf, race } from '#test/support/outcomes.ts';

interface Subject {
  readonly limiter: AttemptLimiter;
  readonly failuresMax: number;
  readonly windowSeconds: number;
  advance(seconds: number): void;
}

/** Whoever fails too often waits; nobody else does. */
export function attemptLimiterContract(open: () => Subject): void {
  const fail = async ({ limiter }: Subject, key: string, times: number) => {
    for (let attempt = 0; attempt < times; attempt += 1) await limiter.recordFailure(key);
  };

  test('lets whoever never failed try as often as they like', async () => {
    const { limiter, failuresMax } = open();
    expect(await outcomesOf(race(failuresMax * 2, () => limiter.assertMayTry('cli_a')))).toEqual({
      done: failuresMax * 2,
    });
  });

  test('H10: refuses after the last failure that is allowed, and not before', async () => {
    const subject = open();
    await fail(subject, 'cli_a', subject.failuresMax - 1);
    expect(await outcomeOf(subject.limiter.assertMayTry('cli_a'))).toBe('done');
    await fail(subject, 'cli_a', 1);
    expect(await outcomeOf(subject.limiter.assertMayTry('cli_a'))).toBe('rate_limited');
  });

  test('H10: says after how many seconds to come back, and lets one try then', async () => {
    const subject = open();
    await fail(subject, 'cli_a', subject.failuresMax);
    const refusal = await subject.limiter.assertMayTry('cli_a').catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'rate_limited', retryAfterSeconds: subject.windowSeconds });
    subject.advance(subject.windowSeconds + 1);
    expect(await outcomeOf(subject.limiter.assertMayTry('cli_a'))).toBe('done');
  });

  test('refuses nobody for what somebody else did', async () => {
    const subject = open();
    await fail(subject, 'cli_a', subject.failuresMax * 2);
    expect(await outcomeOf(subject.limiter.assertMayTry('cli_b'))).toBe('done');
  });

  test('R4: counts every one of the failures that happen at once', async () => {
    const { limiter, failuresMax } = open();
    await Promise.all(race(failuresMax, () => limiter.recordFailure('cli_a')));
    expect(await outcomeOf(limiter.assertMayTry('cli_a'))).toBe('rate_limited');
  });
}
