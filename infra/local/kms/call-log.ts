/** The log of requested operations, in order. */
export class CallLog {
  readonly #operations: string[] = [];
  readonly #counts = new Map<string, number>();

  /** All operations so far. The array grows with new calls. */
  get operations(): readonly string[] {
    return this.#operations;
  }

  /** Logs a call and returns how often this operation was called, including this call. */
  record(operation: string): number {
    const count = (this.#counts.get(operation) ?? 0) + 1;
    this.#counts.set(operation, count);
    this.#operations.push(operation);
    return count;
  }

  /** Forgets all calls. Counting begins at one again. */
  clear(): void {
    this.#operations.length = 0;
    this.#counts.clear();
  }
}
