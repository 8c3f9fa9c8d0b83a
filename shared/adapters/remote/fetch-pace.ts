import { AsyncLocalStorage } from 'node:async_hooks';
import QuickLRU from 'quick-lru';
import { unavailable } from '#shared/domain/errors.ts';

/** How many fetches a process makes in a minute for one owner, at all issuers together. */
const FETCHES_MAX = 20;

const WINDOW_MILLISECONDS = 60_000;

const OWNERS_MAX = 10_000;

/**
 * Counts fetches for their owner: the tenant or the application whose registration names the URL. One owner can name any
 * number of URLs at the same issuer, so a pace for each URL does not protect the issuer. A pace for each issuer would let
 * one owner use up the fetches of the others.
 */
export interface FetchPace {
  /** Acts for an owner. All fetches that begin inside, also later, are counted for this owner. */
  actFor<Result>(owner: string, act: () => Result): Result;
  /** Counts a fetch. Throws `temporarily_unavailable` if the owner may not cause another fetch in this minute. */
  countFetch(nowMilliseconds: number): void;
}

/** Keeps the pace of all fetches that one process makes. */
export function fetchPace(): FetchPace {
  const owners = new AsyncLocalStorage<string>();
  const fetches = new QuickLRU<string, number>({ maxSize: OWNERS_MAX });
  let window = 0;
  const startWindow = (nowMilliseconds: number) => {
    const current = Math.floor(nowMilliseconds / WINDOW_MILLISECONDS);
    if (current !== window) fetches.clear();
    window = current;
  };
  return {
    actFor: (owner, act) => owners.run(owner, act),
    countFetch: (nowMilliseconds) => {
      startWindow(nowMilliseconds);
      const owner = owners.getStore() ?? '';
      const made = fetches.get(owner) ?? 0;
      if (made >= FETCHES_MAX) throw unavailable(new Error('Too many fetches for this owner in this minute.'));
      fetches.set(owner, made + 1);
    },
  };
}
