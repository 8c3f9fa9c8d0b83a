import QuickLRU from 'quick-lru';
import { ATTEMPT_WINDOW_SECONDS } from '#shared/domain/authentication/attempt-limits.ts';
import type { FailureBucket, FailureCounter } from '#shared/domain/authentication/ports.ts';
import type { Environment } from '#shared/ports.ts';
import { type AddFailures, dynamoFailureSums } from './failure-sums.ts';

const REMEMBERED_BUCKETS_MAX = 10_000;

/** Whoever waits to be refused waits for DynamoDB at most this long. */
const SHARE_MILLISECONDS_MAX = 1_000;

/** A table in trouble is left alone for so long. */
const PAUSE_SECONDS = 5;

/** The failures of one bucket in one window. */
interface Tally {
  readonly window: number;
  /** As DynamoDB has them from all processes, and what it is being told. */
  shared: number;
  unshared: number;
  underWay: number;
}

/**
 * Counts in memory, and lets processes know of each other by adding to one sum in DynamoDB, whose answer is the only
 * thing they read: an attempt that succeeds costs nothing, and a process that knows of no failure allows one at most
 * before it learns of those elsewhere. While DynamoDB does not answer, each process counts alone (R6).
 */
export function sharedFailureCounter(environment: Environment): FailureCounter {
  return failureCounter(dynamoFailureSums(environment));
}

function failureCounter(addFailures: AddFailures): FailureCounter {
  const tallies = new QuickLRU<string, Tally>({ maxSize: REMEMBERED_BUCKETS_MAX });
  let pausedUntilSeconds = 0;
  let untold = 0;
  const find = (bucket: string, nowSeconds: number) => {
    const tally = tallies.get(bucket);
    return tally !== undefined && isCurrent(tally, nowSeconds) ? tally : undefined;
  };
  const open = (bucket: string, nowSeconds: number) => {
    const fresh = { window: windowOf(nowSeconds), shared: 0, unshared: 0, underWay: 0 };
    tallies.set(bucket, fresh);
    return fresh;
  };
  const share = async (bucket: string, tally: Tally, nowSeconds: number) => {
    const count = tally.unshared;
    tally.unshared = 0;
    tally.shared += count;
    try {
      const sum = await addFailures(
        { bucket, window: tally.window },
        count,
        AbortSignal.timeout(SHARE_MILLISECONDS_MAX),
      );
      tally.shared = Math.max(tally.shared, sum);
    } catch {
      tally.shared -= count;
      tally.unshared += count;
      pausedUntilSeconds = nowSeconds + PAUSE_SECONDS;
      untold += 1;
    }
  };
  return {
    takeUntold: () => {
      const taken = untold;
      untold = 0;
      return taken;
    },
    count: (bucket, nowSeconds) => {
      const { shared, unshared, underWay } = find(bucket, nowSeconds) ?? { shared: 0, unshared: 0, underWay: 0 };
      return shared + unshared + underWay;
    },
    begin: ({ bucket, sharedEvery = Number.POSITIVE_INFINITY }: FailureBucket, nowSeconds) => {
      const tally = find(bucket, nowSeconds) ?? open(bucket, nowSeconds);
      tally.underWay += 1;
      return {
        withdraw: () => {
          tally.underWay -= 1;
        },
        fail: async () => {
          tally.underWay -= 1;
          tally.unshared += 1;
          const isPaused = nowSeconds < pausedUntilSeconds;
          if (tally.unshared < sharedEvery) return;
          if (isPaused) untold += 1;
          else await share(bucket, tally, nowSeconds);
        },
      };
    },
  };
}

function windowOf(nowSeconds: number): number {
  return Math.floor(nowSeconds / ATTEMPT_WINDOW_SECONDS);
}

/** A clock that is set back a little does not forget what was counted, and one that was far ahead locks nobody out. */
function isCurrent({ window }: Tally, nowSeconds: number): boolean {
  const now = windowOf(nowSeconds);
  return window === now || window === now + 1;
}
