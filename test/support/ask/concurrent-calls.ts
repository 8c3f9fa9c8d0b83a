import { DomainError } from '#shared/domain/errors.ts';

/** `done`, or the code of the domain error that a call ended with. Anything else that is thrown is a defect. */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'done';
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}

/** How often each outcome occurs among calls that race each other. */
export async function outcomesOf(calls: readonly Promise<unknown>[]): Promise<Readonly<Record<string, number>>> {
  return countEach(await Promise.all(calls.map(outcomeOf)));
}

/** How often each value occurs. */
export function countEach(values: readonly PropertyKey[]): Readonly<Record<string, number>> {
  const groups = Map.groupBy(values, (value) => value);
  return Object.fromEntries([...groups].map(([value, all]) => [value, all.length]));
}

/** Starts the same call so many times at once. */
export function race<Result>(runners: number, run: (runner: number) => Promise<Result>): readonly Promise<Result>[] {
  return Array.from({ length: runners }, (_, runner) => run(runner));
}

/** Makes so many calls, a few at a time. It is for volume; `race` is for calls at once. */
export async function repeat<Result>(
  times: number,
  run: (serial: number) => Promise<Result>,
  atOnce = 8,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  while (results.length < times) {
    const started = results.length;
    results.push(...(await Promise.all(race(Math.min(atOnce, times - started), (runner) => run(started + runner)))));
  }
  return results;
}
