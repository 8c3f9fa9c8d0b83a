/** Counts the failures of one bucket in one window, as far as one process knows them. */
export class Tally {
  /** The number of the window since 1970. */
  readonly window: number;
  /** The last known sum of all processes, plus the failures that are being added to it. */
  #shared = 0;
  #unshared = 0;
  #running = 0;

  constructor(window: number) {
    this.window = window;
  }

  /** All failures that this process knows. A running attempt counts as a failure until it ends. */
  get failures(): number {
    return this.#shared + this.#unshared + this.#running;
  }

  /** Failures that other processes do not know yet. */
  get unshared(): number {
    return this.#unshared;
  }

  /** An attempt begins. */
  begin(): void {
    this.#running += 1;
  }

  /** A running attempt ends and was not a failure. */
  withdraw(): void {
    this.#running -= 1;
  }

  /** A running attempt ends and was a failure. */
  fail(): void {
    this.#running -= 1;
    this.#unshared += 1;
  }

  /**
   * Adds the unshared failures to the sum of all processes. `add` resolves with the new sum. If `add` rejects, the
   * failures are unshared again, and `share` rejects with the same error.
   */
  async share(add: (count: number) => Promise<number>): Promise<void> {
    const count = this.#unshared;
    this.#unshared = 0;
    this.#shared += count;
    try {
      const sum = await add(count);
      this.#shared = Math.max(this.#shared, sum);
    } catch (error) {
      this.#shared -= count;
      this.#unshared += count;
      throw error;
    }
  }
}
