const ITERATIONS = 10_000_000;
const RUNS = 5;

/**
 * Measures the CPU time of a fixed loop on this machine, in microseconds. Other CPU times are divided by it, so that
 * results of different machines can be compared.
 */
export function referenceLoopMicroseconds(): number {
  const runs = Array.from({ length: RUNS }, timeOneRun);
  return Math.min(...runs);
}

function timeOneRun(): number {
  const before = process.cpuUsage();
  let state = 1;
  for (let iteration = 0; iteration < ITERATIONS; iteration += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
  }
  const { user, system } = process.cpuUsage(before);
  if (state === 0) throw new Error('A xorshift never reaches zero.');
  return user + system;
}
