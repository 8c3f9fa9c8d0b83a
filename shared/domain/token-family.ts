import type { Confirmation } from './confirmation.ts';

/** What is kept of refresh tokens. Times are seconds since 1970, UTC. */

/** What every short-lived record carries; once it has ended it decides nothing, whether it is still there or not. */
interface ShortLived {
  readonly version: number;
  readonly expiresAtSeconds: number;
}

/** A refresh token and all its successors, of which one works at a time (RFC 9700 §4.14.2). None of them is kept. */
export interface TokenFamily extends ShortLived {
  readonly id: string;
  readonly clientId: string;
  readonly audience: string;
  /** What was allowed when the family began; it is never more. */
  readonly scope: string;
  /** The digest of the token that works. */
  readonly current: string;
  readonly rotation?: FamilyRotation | undefined;
  /** The key that is asked for with every use. Such a token need not rotate, because by itself it is no use to a thief. */
  readonly confirmation?: Confirmation | undefined;
  readonly createdAtSeconds: number;
  /** When it ends unless it is used before. */
  readonly idleUntilSeconds: number;
}

/** The last rotation: enough to hand out the same successor again, to whoever has the token before it. */
export interface FamilyRotation {
  /** The digest of the token before. */
  readonly previous: string;
  /** What the successor was derived from, together with the token before. */
  readonly salt: string;
  readonly atSeconds: number;
}

/** The families that one client began, the oldest first. */
export interface FamilyRoster extends ShortLived {
  readonly families: readonly Pick<TokenFamily, 'id' | 'expiresAtSeconds'>[];
}

/** Records that end by themselves, by kind. */
export interface ShortLivedRecords {
  readonly family: TokenFamily;
  readonly familyRoster: FamilyRoster;
}
export type ShortLivedKind = keyof ShortLivedRecords;

/** What a presented token is to its family. */
export type Generation =
  | { readonly is: 'current' }
  | { readonly is: 'previous'; readonly rotation: FamilyRotation }
  | { readonly is: 'replayed' };

/**
 * Which of the family's tokens has this digest. The one before the current is good for `graceSeconds` after the rotation,
 * because the answer with its successor may have been lost; later it can only be a replay, as every older one.
 */
export function generationOf(
  { current, rotation }: TokenFamily,
  digest: string,
  { graceSeconds, nowSeconds }: { readonly graceSeconds: number; readonly nowSeconds: number },
): Generation {
  if (digest === current) return { is: 'current' };
  if (rotation === undefined || digest !== rotation.previous) return { is: 'replayed' };
  return nowSeconds < rotation.atSeconds + graceSeconds ? { is: 'previous', rotation } : { is: 'replayed' };
}
