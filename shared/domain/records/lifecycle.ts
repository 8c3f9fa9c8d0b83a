/** The members of every record that can change. `version` grows by one with each change. */
export interface Versioned {
  readonly version: number;
  readonly createdAtSeconds: number;
}

/**
 * The members of every record that expires. From `expiresAtSeconds` on it has no effect, even while it is still stored.
 */
export interface ShortLived {
  readonly version: number;
  readonly expiresAtSeconds: number;
}

/** Whether an item is active and has not expired. DynamoDB removes expired items late, so rules always ask this. */
export function isLive(
  item: { readonly status?: string | undefined; readonly expiresAtSeconds?: number | undefined },
  nowSeconds: number,
): boolean {
  if (item.status !== undefined && item.status !== 'active') return false;
  return item.expiresAtSeconds === undefined || item.expiresAtSeconds > nowSeconds;
}

/** Returns the moment at which an item that is made now expires; undefined if it does not expire. */
export function expiryOf(expiresInSeconds: number | null | undefined, nowSeconds: number): number | undefined {
  return expiresInSeconds == null ? undefined : nowSeconds + expiresInSeconds;
}

/**
 * A record with a revocation mark: tokens that were issued before the mark are not valid. A client, a tenant and the
 * workspace can each have a mark. A mark only ever moves forward.
 */
interface Marked {
  readonly revokedBeforeSeconds?: number | undefined;
}

/**
 * Returns the mark after a revocation of all tokens that were issued up to a moment. A moment in the future counts as
 * now; undefined leaves the mark as it was.
 */
export function movedMark(
  before: number | undefined,
  issuedUntilSeconds: number | undefined,
  nowSeconds: number,
): number | undefined {
  if (issuedUntilSeconds === undefined) return before;
  return Math.max(before ?? 0, Math.min(issuedUntilSeconds, nowSeconds) + 1);
}

/** Returns the latest mark of some records, which is the mark that counts; 0 if no record has a mark. */
export function latestMark(...marked: readonly Marked[]): number {
  return Math.max(0, ...marked.map(({ revokedBeforeSeconds = 0 }) => revokedBeforeSeconds));
}
