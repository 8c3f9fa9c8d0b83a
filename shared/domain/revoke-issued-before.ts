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
