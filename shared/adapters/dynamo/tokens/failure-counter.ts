import { hash } from 'node:crypto';
import QuickLRU from 'quick-lru';
import { ATTEMPT_WINDOW_SECONDS } from '#shared/domain/authentication/attempt-limits.ts';
import type { FailureCounter } from '#shared/domain/authentication/ports.ts';
import type { Environment } from '#shared/ports.ts';
import { type AddFailures, dynamoFailureSums } from './failure-sums.ts';
import { Tally } from './failure-tally.ts';

const TALLIES_MAX = 10_000;

/** A client whose request is refused waits for DynamoDB at most this long. */
const SHARE_MILLISECONDS_MAX = 1_000;

/** How long a process does not ask DynamoDB again after a failed call. */
const PAUSE_SECONDS = 5;

/**
 * Counts failed authentications in memory, and shares them with other processes through a sum in DynamoDB. A process
 * only reads the sum when it adds failures to it. So a successful authentication needs no call, and a new process
 * allows at most one failure before it knows the failures of the others. If DynamoDB fails, each process counts alone
 * (R6). A bucket may contain text of a caller, of any length, so the memory keeps only its digest.
 */
export function sharedFailureCounter(environment: Environment): FailureCounter {
  const tallies = new QuickLRU<string, Tally>({ maxSize: TALLIES_MAX });
  const { share, takeUntold } = tallySharing(dynamoFailureSums(environment));
  const find = (digest: string, nowSeconds: number) => {
    const tally = tallies.get(digest);
    return tally !== undefined && isCurrent(tally, nowSeconds) ? tally : undefined;
  };
  const open = (digest: string, nowSeconds: number) => {
    const fresh = new Tally(windowOf(nowSeconds));
    tallies.set(digest, fresh);
    return fresh;
  };
  return {
    takeUntold,
    count: (bucket, nowSeconds) => find(digestOf(bucket), nowSeconds)?.failures ?? 0,
    begin: ({ bucket, sharedEvery = Number.POSITIVE_INFINITY }, nowSeconds) => {
      const digest = digestOf(bucket);
      const tally = find(digest, nowSeconds) ?? open(digest, nowSeconds);
      tally.begin();
      return {
        withdraw: () => tally.withdraw(),
        fail: async () => {
          tally.fail();
          if (tally.unshared >= sharedEvery) await share(digest, tally, nowSeconds);
        },
      };
    },
  };
}

/** Shares tallies with other processes, and counts the tallies that it could not share. It never rejects. */
function tallySharing(addFailures: AddFailures) {
  let pausedUntilSeconds = 0;
  let untold = 0;
  return {
    share: async (digest: string, tally: Tally, nowSeconds: number): Promise<void> => {
      if (nowSeconds < pausedUntilSeconds) {
        untold += 1;
        return;
      }
      const sum = { digest, window: tally.window };
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

function digestOf(bucket: string): string {
  return hash('sha256', bucket, 'base64url');
}

function windowOf(nowSeconds: number): number {
  return Math.floor(nowSeconds / ATTEMPT_WINDOW_SECONDS);
}

/**
 * Whether a tally still counts. If the clock is set back a little, its tally is kept. If the clock was far ahead, its
 * tally is dropped, so that no client stays locked out.
 */
function isCurrent({ window }: Tally, nowSeconds: number): boolean {
  const now = windowOf(nowSeconds);
  return window === now || window === now + 1;
}
