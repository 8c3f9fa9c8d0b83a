/** Requests that arrive later than this after a read began do not wait for it: the engine may have fallen silent. */
const SHARED_MILLISECONDS_MAX = 500;

/**
 * Lets simultaneous calls share one read. A read that has been under way for half a second is no longer shared, so
 * that a silence of an engine holds up no request that arrives after its end.
 */
export function sharedRead<Result>(): (read: () => Promise<Result>) => Promise<Result> {
  let underWay: { readonly startedAt: number; readonly result: Promise<Result> } | undefined;
  return (read) => {
    const now = performance.now();
    if (underWay !== undefined && now - underWay.startedAt < SHARED_MILLISECONDS_MAX) return underWay.result;
    const current = { startedAt: now, result: read() };
    underWay = current;
    const forget = () => {
      if (underWay === current) underWay = undefined;
    };
    current.result.then(forget, forget);
    return current.result;
  };
}
