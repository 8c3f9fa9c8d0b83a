import type { Confirmation } from '../authentication/confirmation.ts';
import type { IdentityScope } from '../people-records/authorization-request.ts';
import type { LoginMethod } from '../people-records/session.ts';
import type { ShortLived } from '../records/lifecycle.ts';
import type { RecordKey } from '../records/record-key.ts';

/**
 * A refresh token and all its successors. Only the last one is current (RFC 9700 §4.14.2). The tokens themselves are
 * not stored, only their digests. Times are seconds since 1970, UTC.
 */
export interface TokenFamily extends ShortLived {
  readonly id: string;
  readonly clientId: string;
  readonly audience: string;
  /** The scope at the beginning of the family, which is the upper limit for all its tokens. */
  readonly scope: string;
  /** The digest of the current token. */
  readonly current: string;
  readonly rotation?: FamilyRotation | undefined;
  /** The key or certificate that every use must prove. A bound token need not rotate: a thief cannot use it alone. */
  readonly confirmation?: Confirmation | undefined;
  /** The id of the client grant or API that entitled the client; undefined in families of an earlier version. */
  readonly entitlementId?: string | undefined;
  /** What a user granted; undefined if the client acts for itself. */
  readonly granted?: FamilyGrant | undefined;
  readonly createdAtSeconds: number;
  /** When the family ends, if it is not used before. */
  readonly idleUntilSeconds: number;
}

/** What a user granted, as the user's families keep it. Such a family outlives the session. */
export interface FamilyGrant {
  readonly userId: string;
  readonly tenantId?: string | undefined;
  readonly dependsOn: readonly string[];
  readonly grantedAtSeconds: number;
  readonly permissions: readonly string[];
  readonly identityScopes: readonly IdentityScope[];
  readonly authenticatedAtSeconds?: number | undefined;
  readonly methods: readonly LoginMethod[];
}

/** The last rotation. With the previous token and the salt, Mintmark can derive the same successor again. */
export interface FamilyRotation {
  /** The digest of the previous token. */
  readonly previous: string;
  /** The random text that the successor was derived with. */
  readonly salt: string;
  readonly atSeconds: number;
}

/** The families of one client that acts for itself, or of one user at one application; the oldest first. */
export interface FamilyRoster extends ShortLived {
  readonly families: readonly Pick<TokenFamily, 'id' | 'expiresAtSeconds'>[];
}

/** Names a family among the short-lived records. */
export function familyKey(id: string): RecordKey<'family', TokenFamily> {
  return { kind: 'family', id };
}

/** Names the roster of a client's own families, or of its families for one user, among the short-lived records. */
export function familyRosterKey(clientId: string, userId?: string): RecordKey<'familyRoster', FamilyRoster> {
  return { kind: 'familyRoster', id: userId === undefined ? clientId : `${clientId}/${userId}` };
}
