import type { Confirmation } from '../authentication/confirmation.ts';
import type { ShortLived } from '../records/lifecycle.ts';
import type { RecordKey } from '../records/record-key.ts';

/** What is kept of refresh tokens. Times are seconds since 1970, UTC. */

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

/** Names a family among the short-lived records. */
export function familyKey(id: string): RecordKey<'family', TokenFamily> {
  return { kind: 'family', id };
}

/** Names the roster of the families that a client began among the short-lived records. */
export function familyRosterKey(clientId: string): RecordKey<'familyRoster', FamilyRoster> {
  return { kind: 'familyRoster', id: clientId };
}
