import type { Clock } from './ambient.ts';

/** How long a run works at most. The rest of the function's time is for the last page or batch. */
const RUN_SECONDS = 40;

/** A scheduled run that stops before its function is stopped. The next run does the rest. */
export interface BoundedRun {
  readonly startedAtSeconds: number;
  /** Whether the time is used up: nothing new may begin. */
  isOver(): boolean;
}

/** Begins a run now. */
export function beginRun(clock: Clock): BoundedRun {
  const startedAtSeconds = clock.nowSeconds();
  return { startedAtSeconds, isOver: () => clock.nowSeconds() >= startedAtSeconds + RUN_SECONDS };
}
