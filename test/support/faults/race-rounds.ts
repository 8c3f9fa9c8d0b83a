/** So many calls about one thing are under way at once. */
export const RUNNERS = 32;

/** What a round may take on a machine that has much else to do. */
export const ROUND_MILLISECONDS_MAX = 20_000;

const ATTEMPTS_MAX = 5;

/**
 * How many rounds each of so many races about one thing is run. `MINTMARK_RACE_ROUNDS` is how many they are together;
 * without it a sample is made.
 */
export function roundsEach(races = 1, sample = 1): number {
  return Math.ceil(Number(process.env.MINTMARK_RACE_ROUNDS ?? races * sample) / races);
}

/**
 * What a round came to. One that came to nothing is run again: a call that takes an overloaded machine too long is a
 * 503, which says neither yes nor no.
 */
export async function decide<Result>(runRound: () => Promise<Result | undefined>): Promise<Result> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const result = await runRound();
    if (result !== undefined) return result;
  }
  throw new Error('This machine is too slow for a race.');
}
