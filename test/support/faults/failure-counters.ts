import { sharedFailureCounter } from '#shared/adapters/dynamo/tokens/failure-counter.ts';
import type { FailureCounter } from '#shared/domain/authentication/ports.ts';
import type { Environment } from '#shared/ports.ts';

/** Counts no failure, for tests that fail in a second as often as a caller does in a day. */
export const uncounted: FailureCounter = {
  count: () => 0,
  takeUntold: () => 0,
  begin: () => ({ withdraw: () => undefined, fail: async () => undefined }),
};

/** The product's counter with so many failures already counted in every bucket whose name begins with the prefix. */
export function headStart(bucketPrefix: string, failures: number) {
  return (environment: Environment): FailureCounter => {
    const counter = sharedFailureCounter(environment);
    const ahead = (bucket: string) => (bucket.startsWith(bucketPrefix) ? failures : 0);
    return { ...counter, count: (bucket, nowSeconds) => counter.count(bucket, nowSeconds) + ahead(bucket) };
  };
}
