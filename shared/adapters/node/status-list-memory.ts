import QuickLRU from 'quick-lru';
import type { StatusListMemory } from '#shared/domain/tokens/ports.ts';
import { sharedRead } from '../shared-read.ts';

const LISTS_MAX = 1_000;

/**
 * Remembers up to 1,000 status lists in this process. Simultaneous requests for one list share a `make` that has just
 * begun. A list that is missing, or whose `make` fails, is not remembered, so that the next request tries again.
 */
export function statusListMemory<List>(): StatusListMemory<List> {
  const known = new QuickLRU<number, List>({ maxSize: LISTS_MAX });
  const makers = new QuickLRU<number, ReturnType<typeof sharedRead<List | undefined>>>({ maxSize: LISTS_MAX });
  const makerOf = (list: number) => {
    const maker = makers.get(list) ?? sharedRead<List | undefined>();
    makers.set(list, maker);
    return maker;
  };
  return {
    recall: async (list, isFresh, make) => {
      const remembered = known.get(list);
      if (remembered !== undefined && isFresh(remembered)) return remembered;
      const shared = await makerOf(list)(make);
      const made = shared === undefined || isFresh(shared) ? shared : await make();
      if (made === undefined) known.delete(list);
      else known.set(list, made);
      return made;
    },
  };
}
