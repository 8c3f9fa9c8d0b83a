/** The number of calls about one record that are under way at once. */
export const RUNNERS = 32;

/** The time of a round on a machine under load. */
export const ROUND_MILLISECONDS_MAX = 300_000;

const ATTEMPTS_MAX = 5;

/**
 * The number of rounds of each of several races. `MINTMARK_RACE_ROUNDS` sets the number of all rounds together; without
 * it a sample is made.
 */
export function roundsEach(races = 1, sample = 1): number {
  return Math.ceil(Number(process.env.MINTMARK_RACE_ROUNDS ?? races * sample) / races);
}

/**
 * The result of a round. A round without a result is run again: on an overloaded machine a call ends in a 503, which
 * says neither yes nor no.
 */
export async function decide<Result>(runRound: () => Promise<Result | undefined>): Promise<Result> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const result = await runRound();
    if (result !== undefined) return result;
  }
  throw new Error('This machine is too slow for a race.');
}
