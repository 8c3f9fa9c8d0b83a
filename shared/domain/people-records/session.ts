import type { ShortLived } from '../records/lifecycle.ts';
import type { User } from '../records/principals.ts';
import type { RecordKey } from '../records/record-key.ts';
import type { WorkspaceSettings } from '../records/settings.ts';

/**
 * How a person logged in, as values of the claim `amr` (RFC 8176 §2): `otp` a code or a link that was sent to the
 * person and works once, `fed` the login of another identity provider.
 */
export const loginMethods = ['otp', 'fed'] as const;

/** One way in which a person logged in. */
export type LoginMethod = (typeof loginMethods)[number];

/** A person's login in one browser. It belongs to a user, not to a tenant. */
export interface Session extends ShortLived {
  /** The public id, which tokens carry as `sid`. It is never the cookie. */
  readonly id: string;
  /** SHA-256 of the random part of the cookie. The cookie itself is not stored. */
  readonly secretDigest: string;
  readonly userId: string;
  readonly methods: readonly LoginMethod[];
  /** The identity by which the person logged in, for the method `fed`. The session ends with it. */
  readonly identityId?: string | undefined;
  /** Whether the user was a workspace member at the login. Sessions of workspace members end sooner. */
  readonly isOfMember: boolean;
  readonly startedAtSeconds: number;
  /** When the person last proved who they are; undefined if an identity provider did not say it. Then nothing is fresh. */
  readonly authenticatedAtSeconds?: number | undefined;
  /** When the session was last used, up to five minutes ago. */
  readonly lastSeenAtSeconds: number;
  /** The address from which the person logged in. */
  readonly source: string;
  readonly userAgent: string;
  /** When the person ended the session, or somebody ended it for the person. */
  readonly endedAtSeconds?: number | undefined;
}

/** The sessions of a user, so that they can be listed and ended. */
export interface SessionRoster extends ShortLived {
  readonly sessions: readonly Pick<Session, 'id' | 'expiresAtSeconds'>[];
}

/** Names a session among the short-lived records. */
export function sessionKey(id: string): RecordKey<'session', Session> {
  return { kind: 'session', id };
}

/** Names the roster of a user's sessions among the short-lived records. */
export function sessionRosterKey(userId: string): RecordKey<'sessionRoster', SessionRoster> {
  return { kind: 'sessionRoster', id: userId };
}

/**
 * Whether a session is live: nobody ended it, it was used lately enough, it is not too old, and its user is active and
 * did not sign out everywhere since. Both limits are settings, so that a shorter limit ends old sessions at once. The
 * limits of workspace members hold for a session if its user was one at the login, and if its user is one now.
 */
export function isSessionLive(
  session: Session,
  user: Pick<User, 'status' | 'signedOutBeforeSeconds'> & { readonly isMember: boolean },
  { sessions }: Pick<WorkspaceSettings, 'sessions'>,
  nowSeconds: number,
): boolean {
  if (session.endedAtSeconds !== undefined || user.status !== 'active') return false;
  if (session.startedAtSeconds < (user.signedOutBeforeSeconds ?? 0)) return false;
  const isOfMember = session.isOfMember || user.isMember;
  const { idleLifetimeSeconds, lifetimeSeconds } = isOfMember ? sessions.members : sessions.users;
  const isIdle = session.lastSeenAtSeconds + idleLifetimeSeconds <= nowSeconds;
  return !isIdle && session.startedAtSeconds + lifetimeSeconds > nowSeconds;
}
