import type { ShortLived } from '../records/lifecycle.ts';
import type { RecordKey } from '../records/record-key.ts';

/** The code that was sent to an address in one interaction. A new code replaces it. */
export interface LoginAttempt extends ShortLived {
  readonly interactionId: string;
  /** The address as the person typed it, in lower case. */
  readonly email: string;
  /** SHA-256 of interaction, address and code. */
  readonly codeDigest: string;
  /** The user whose address it is. Undefined if there is none: then a code is right only for an invited address. */
  readonly userId?: string | undefined;
  readonly triesLeft: number;
  readonly isUsed: boolean;
  readonly sentAtSeconds: number;
}

/** Names the attempt of an interaction among the short-lived records. */
export function loginAttemptKey(interactionId: string): RecordKey<'loginAttempt', LoginAttempt> {
  return { kind: 'loginAttempt', id: interactionId };
}

/** A link by which one user logs in once. */
export interface LoginLink extends ShortLived {
  readonly id: string;
  /** SHA-256 of the random part of the link. */
  readonly secretDigest: string;
  readonly userId: string;
  readonly isUsed: boolean;
}

/** Names a user's login link among the short-lived records. A new link replaces the old one. */
export function loginLinkKey(userId: string): RecordKey<'loginLink', LoginLink> {
  return { kind: 'loginLink', id: userId };
}
