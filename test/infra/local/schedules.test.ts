import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { schedules, startSchedules } from '#infra/local/schedules.ts';
import { tables } from '#shared/api/tables.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const [first] = schedules;
const periodMilliseconds = (first?.everyMinutes ?? 0) * 60_000;

/** Returns how often the first scheduled function ran. */
const runsOf = (run: { readonly mock: { readonly calls: readonly (readonly unknown[])[] } }) =>
  run.mock.calls.filter(([name]) => name === first?.name).length;

test('every table with a schedule also has a schedule on this machine', () => {
  const names = tables.flatMap((table) => ('schedule' in table ? [table.name] : []));
  expect(schedules.map(({ name }) => name)).toEqual(names);
  expect(names).toContain('remove-deleted');
});

describe('a scheduled function', () => {
  test('runs once in each period, for the first time at the end of the first period', async () => {
    const run = vi.fn(async (_name: string) => undefined);
    const runningSchedules = startSchedules(run);
    await vi.advanceTimersByTimeAsync(periodMilliseconds - 1);
    expect(run).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2 * periodMilliseconds + 1);
    expect(runsOf(run)).toBe(3);
    await runningSchedules.close();
  });

  test('does not begin again while it runs', async () => {
    const slow = Promise.withResolvers<void>();
    const run = vi.fn((_name: string) => slow.promise);
    const runningSchedules = startSchedules(run);
    await vi.advanceTimersByTimeAsync(3 * periodMilliseconds);
    expect(runsOf(run)).toBe(1);
    slow.resolve();
    await vi.advanceTimersByTimeAsync(periodMilliseconds);
    expect(runsOf(run)).toBe(2);
    await runningSchedules.close();
  });

  test('runs again after a run that failed', async () => {
    const run = vi.fn((_name: string) => Promise.reject(new Error('DynamoDB does not answer')));
    const runningSchedules = startSchedules(run);
    await vi.advanceTimersByTimeAsync(2 * periodMilliseconds);
    expect(runsOf(run)).toBe(2);
    await runningSchedules.close();
  });

  test('does not run again after the schedules are closed, and closing waits for the current run', async () => {
    const last = Promise.withResolvers<void>();
    const run = vi.fn((_name: string) => last.promise);
    const runningSchedules = startSchedules(run);
    await vi.advanceTimersByTimeAsync(periodMilliseconds);
    let isClosed = false;
    const closing = runningSchedules.close().then(() => {
      isClosed = true;
    });
    await vi.advanceTimersByTimeAsync(0);
    expect([isClosed, runsOf(run)]).toEqual([false, 1]);
    last.resolve();
    await closing;
    await vi.advanceTimersByTimeAsync(5 * periodMilliseconds);
    expect(runsOf(run)).toBe(1);
  });

  test('delays closing by a second at most', async () => {
    const runningSchedules = startSchedules(() => new Promise(() => {}));
    await vi.advanceTimersByTimeAsync(periodMilliseconds);
    let isClosed = false;
    const closing = runningSchedules.close().then(() => {
      isClosed = true;
    });
    await vi.advanceTimersByTimeAsync(999);
    expect(isClosed).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await closing;
  });
});
