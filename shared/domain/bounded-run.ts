import type { Clock } from './ambient.ts';

/** The longest time in which a run begins new work. The last page or batch needs the rest of the function's time. */
const RUN_SECONDS = 40;

/** A scheduled run that stops before AWS Lambda stops its function. The next run does the rest. */
export interface BoundedRun {
  readonly startedAtSeconds: number;
  /** Whether the time is used up. The run then begins no new work. */
  isOver(): boolean;
}

/** Begins a run that ends in 40 seconds. */
export function beginRun(clock: Clock): BoundedRun {
  const startedAtSeconds = clock.nowSeconds();
  return { startedAtSeconds, isOver: () => clock.nowSeconds() >= startedAtSeconds + RUN_SECONDS };
}
