import QuickLRU from 'quick-lru';
import type { StatusListMemory } from '#shared/domain/tokens/ports.ts';

const LISTS_MAX = 1_000;

/**
 * Remembers up to 1,000 status lists in this process. Simultaneous requests for one list wait for the same `make`. A
 * list that is missing, or whose `make` fails, is not remembered, so that the next request tries again.
 */
export function statusListMemory<List>(): StatusListMemory<List> {
  const known = new QuickLRU<number, Promise<List | undefined>>({ maxSize: LISTS_MAX });
  const begin = (list: number, make: () => Promise<List | undefined>) => {
    const making = make();
    const forget = () => {
      if (known.get(list) === making) known.delete(list);
    };
    known.set(list, making);
    making.then((made) => made === undefined && forget(), forget);
    return making;
  };
  return {
    recall: async (list, isFresh, make) => {
      const before = known.get(list);
      const found = await before;
      if (found !== undefined && isFresh(found)) return found;
      const current = known.get(list);
      return current === undefined || current === before ? begin(list, make) : current;
    },
  };
}
