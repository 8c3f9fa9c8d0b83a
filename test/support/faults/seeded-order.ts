/** The same items in a random order. The same seed always gives the same order. */
export function seededOrder<Item>(items: readonly Item[], seed: number): readonly Item[] {
  const next = generator(seed);
  return items
    .map((item) => ({ item, place: next() }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ item }) => item);
}

/** Pseudo-random numbers: the multiply-with-carry generator of Marsaglia. */
function generator(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (state & 0xffff) * 36_969 + (state >>> 16);
    return state >>> 0;
  };
}
