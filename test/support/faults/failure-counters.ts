import { sharedFailureCounter } from '#shared/adapters/dynamo/tokens/failure-counter.ts';
import type { FailureCounter } from '#shared/domain/authentication/ports.ts';
import type { Environment } from '#shared/ports.ts';

/** Counts nothing, for tests that fail in a second as often as others do in a day. */
export const uncounted: FailureCounter = {
  count: () => 0,
  takeUntold: () => 0,
  begin: () => ({ withdraw: () => undefined, fail: async () => undefined }),
};

/** The product's counter, to which so many failures have happened already in every bucket whose name begins like this. */
export function headStart(bucketPrefix: string, failures: number) {
  return (environment: Environment): FailureCounter => {
    const counter = sharedFailureCounter(environment);
    const ahead = (bucket: string) => (bucket.startsWith(bucketPrefix) ? failures : 0);
    return { ...counter, count: (bucket, nowSeconds) => counter.count(bucket, nowSeconds) + ahead(bucket) };
  };
}
