/** The failures of one bucket in one window, as one process knows them. */
export class Tally {
  /** Which window since 1970 is counted. */
  readonly window: number;
  /** The sum of all processes, as DynamoDB last gave it, with the failures that are being added to it. */
  #shared = 0;
  #unshared = 0;
  #underWay = 0;

  constructor(window: number) {
    this.window = window;
  }

  /** All failures that this process knows. An attempt under way counts as one until it ends. */
  get failures(): number {
    return this.#shared + this.#unshared + this.#underWay;
  }

  /** Failures that other processes do not know yet. */
  get unshared(): number {
    return this.#unshared;
  }

  begin(): void {
    this.#underWay += 1;
  }

  /** The attempt under way was not a failure. */
  withdraw(): void {
    this.#underWay -= 1;
  }

  /** The attempt under way was a failure. */
  fail(): void {
    this.#underWay -= 1;
    this.#unshared += 1;
  }

  /**
   * Adds the unshared failures to the sum of all processes. `add` resolves with the new sum; if it rejects, the
   * failures are unshared again, and so does this.
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
