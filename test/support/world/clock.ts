import type { Clock } from '#shared/domain/ambient.ts';

/** A clock that only a test moves. */
export interface TestClock extends Clock {
  advance(seconds: number): void;
}

/** A clock that stands at this second until a test moves it. */
export function standingClock(): TestClock {
  let now = Math.floor(Date.now() / 1_000);
  return {
    nowSeconds: () => now,
    advance: (seconds) => {
      now += seconds;
    },
  };
}
