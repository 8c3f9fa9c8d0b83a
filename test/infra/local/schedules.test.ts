import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { schedules, startClockwork } from '#infra/local/schedules.ts';
import { tables } from '#shared/api/tables.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const [first] = schedules;
const periodMilliseconds = (first?.everyMinutes ?? 0) * 60_000;

/** How often the first of the schedules ran. */
const runsOf = (run: { readonly mock: { readonly calls: readonly (readonly unknown[])[] } }) =>
  run.mock.calls.filter(([name]) => name === first?.name).length;

test('every table with a schedule has one on this machine too', () => {
  const names = tables.flatMap((table) => ('schedule' in table ? [table.name] : []));
  expect(schedules.map(({ name }) => name)).toEqual(names);
  expect(names).toContain('remove-deleted');
});

describe('a scheduled function', () => {
  test('runs once in each period, and not before the first is over', async () => {
    const run = vi.fn(async (_name: string) => undefined);
    const clockwork = startClockwork(run);
    await vi.advanceTimersByTimeAsync(periodMilliseconds - 1);
    expect(run).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2 * periodMilliseconds + 1);
    expect(runsOf(run)).toBe(3);
    await clockwork.close();
  });

  test('does not begin while it runs', async () => {
    const slow = Promise.withResolvers<void>();
    const run = vi.fn((_name: string) => slow.promise);
    const clockwork = startClockwork(run);
    await vi.advanceTimersByTimeAsync(3 * periodMilliseconds);
    expect(runsOf(run)).toBe(1);
    slow.resolve();
    await vi.advanceTimersByTimeAsync(periodMilliseconds);
    expect(runsOf(run)).toBe(2);
    await clockwork.close();
  });

  test('runs again after a run that failed', async () => {
    const run = vi.fn((_name: string) => Promise.reject(new Error('DynamoDB is away')));
    const clockwork = startClockwork(run);
    await vi.advanceTimersByTimeAsync(2 * periodMilliseconds);
    expect(runsOf(run)).toBe(2);
    await clockwork.close();
  });

  test('runs no more once the clockwork is closed, which waits for the run under way to end', async () => {
    const last = Promise.withResolvers<void>();
    const run = vi.fn((_name: string) => last.promise);
    const clockwork = startClockwork(run);
    await vi.advanceTimersByTimeAsync(periodMilliseconds);
    let isClosed = false;
    const closing = clockwork.close().then(() => {
      isClosed = true;
    });
    await vi.advanceTimersByTimeAsync(0);
    expect([isClosed, runsOf(run)]).toEqual([false, 1]);
    last.resolve();
    await closing;
    await vi.advanceTimersByTimeAsync(5 * periodMilliseconds);
    expect(runsOf(run)).toBe(1);
  });

  test('is not waited for longer than a second', async () => {
    const clockwork = startClockwork(() => new Promise(() => {}));
    await vi.advanceTimersByTimeAsync(periodMilliseconds);
    vi.useRealTimers();
    const startedAt = performance.now();
    await clockwork.close();
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });
});
