/** What every record that can change carries: `version` grows by one with each change. */
export interface Versioned {
  readonly version: number;
  readonly createdAtSeconds: number;
}

/** What every record carries that ends by itself. After `expiresAtSeconds` it decides nothing, even while it is stored. */
export interface ShortLived {
  readonly version: number;
  readonly expiresAtSeconds: number;
}

/** Whether something with a status and an expiry is usable at this second. Deciding never waits for DynamoDB's TTL. */
export function isLive(
  item: { readonly status?: string | undefined; readonly expiresAtSeconds?: number | undefined },
  nowSeconds: number,
): boolean {
  if (item.status !== undefined && item.status !== 'active') return false;
  return item.expiresAtSeconds === undefined || item.expiresAtSeconds > nowSeconds;
}

/** When something ends that is made now; undefined for what does not expire. */
export function expiryOf(expiresInSeconds: number | null | undefined, nowSeconds: number): number | undefined {
  return expiresInSeconds == null ? undefined : nowSeconds + expiresInSeconds;
}

/**
 * Larger revocations move a mark: tokens that were issued before it are worth nothing, wherever they are. It lies on the
 * client, on the tenant and on the workspace, moves forward only, and survives in whatever is restored from a backup.
 */

/** The mark after a change that revokes everything issued up to this moment, which counts as now where it is to come. */
export function movedMark(
  before: number | undefined,
  issuedUntilSeconds: number | undefined,
  nowSeconds: number,
): number | undefined {
  if (issuedUntilSeconds === undefined) return before;
  return Math.max(before ?? 0, Math.min(issuedUntilSeconds, nowSeconds) + 1);
}

/** A record that can carry such a mark. */
interface Marked {
  readonly revokedBeforeSeconds?: number | undefined;
}

/** The mark that counts: the latest of those that there are. */
export function latestMark(...marked: readonly Marked[]): number {
  return Math.max(0, ...marked.map(({ revokedBeforeSeconds = 0 }) => revokedBeforeSeconds));
}
