import QuickLRU from 'quick-lru';
import { ATTEMPT_WINDOW_SECONDS } from '#shared/domain/authentication/attempt-limits.ts';
import type { FailureCounter } from '#shared/domain/authentication/ports.ts';
import type { Environment } from '#shared/ports.ts';
import { type AddFailures, dynamoFailureSums } from './failure-sums.ts';
import { Tally } from './failure-tally.ts';

const REMEMBERED_BUCKETS_MAX = 10_000;

/** A client whose request is refused waits for DynamoDB at most this long. */
const SHARE_MILLISECONDS_MAX = 1_000;

/** A table in trouble is left alone for so long. */
const PAUSE_SECONDS = 5;

/**
 * Counts in memory, and lets processes know of each other by adding to one sum in DynamoDB, whose answer is the only
 * thing they read: an attempt that succeeds costs nothing, and a process that knows of no failure allows one at most
 * before it learns of those elsewhere. While DynamoDB does not answer, each process counts alone (R6).
 */
export function sharedFailureCounter(environment: Environment): FailureCounter {
  const tallies = new QuickLRU<string, Tally>({ maxSize: REMEMBERED_BUCKETS_MAX });
  const { share, takeUntold } = tallySharing(dynamoFailureSums(environment));
  const find = (bucket: string, nowSeconds: number) => {
    const tally = tallies.get(bucket);
    return tally !== undefined && isCurrent(tally, nowSeconds) ? tally : undefined;
  };
  const open = (bucket: string, nowSeconds: number) => {
    const fresh = new Tally(windowOf(nowSeconds));
    tallies.set(bucket, fresh);
    return fresh;
  };
  return {
    takeUntold,
    count: (bucket, nowSeconds) => find(bucket, nowSeconds)?.failures ?? 0,
    begin: ({ bucket, sharedEvery = Number.POSITIVE_INFINITY }, nowSeconds) => {
      const tally = find(bucket, nowSeconds) ?? open(bucket, nowSeconds);
      tally.begin();
      return {
        withdraw: () => tally.withdraw(),
        fail: async () => {
          tally.fail();
          if (tally.unshared >= sharedEvery) await share(bucket, tally, nowSeconds);
        },
      };
    },
  };
}

/** Shares tallies with other processes, and counts how often that was not possible. Never rejects. */
function tallySharing(addFailures: AddFailures) {
  let pausedUntilSeconds = 0;
  let untold = 0;
  return {
    share: async (bucket: string, tally: Tally, nowSeconds: number): Promise<void> => {
      if (nowSeconds < pausedUntilSeconds) {
        untold += 1;
        return;
      }
      const sum = { bucket, window: tally.window };
      try {
        await tally.share((count) => addFailures(sum, count, AbortSignal.timeout(SHARE_MILLISECONDS_MAX)));
      } catch {
        pausedUntilSeconds = nowSeconds + PAUSE_SECONDS;
        untold += 1;
      }
    },
    takeUntold: () => {
      const taken = untold;
      untold = 0;
      return taken;
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
