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

/**
 * What a token says of its sender (RFC 7800 §3): whoever uses it has to prove each member that is there. At least one
 * is.
 */
export interface Confirmation {
  /** Thumbprint (RFC 7638) of the key that signs proofs (RFC 9449 §6.1). */
  readonly jkt?: string | undefined;
  /** Thumbprint of the certificate in the TLS handshake (RFC 8705 §3.1). */
  readonly 'x5t#S256'?: string | undefined;
}
