/** Which operations were asked for, in order. */
export class CallLog {
  readonly #operations: string[] = [];
  readonly #counts = new Map<string, number>();

  /** A live view: the same array for the life of the log. */
  get operations(): readonly string[] {
    return this.#operations;
  }

  /** Notes a call and answers how many of this operation there have been, this one included. */
  record(operation: string): number {
    const count = (this.#counts.get(operation) ?? 0) + 1;
    this.#counts.set(operation, count);
    this.#operations.push(operation);
    return count;
  }

  /** Forgets every call; counting starts again at one. */
  clear(): void {
    this.#operations.length = 0;
    this.#counts.clear();
  }
}
