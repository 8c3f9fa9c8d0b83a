import type { Clock } from '#shared/domain/ambient.ts';

/** A clock that moves only when told to. */
export interface TestClock extends Clock {
  advance(seconds: number): void;
}

/** Stands at this second until it is told to move. */
export function standingClock(): TestClock {
  let now = Math.floor(Date.now() / 1_000);
  return {
    nowSeconds: () => now,
    advance: (seconds) => {
      now += seconds;
    },
  };
}
