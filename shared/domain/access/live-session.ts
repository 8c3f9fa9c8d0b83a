import type { Clock } from '../ambient.ts';
import { type Identity, identityKey } from '../people-records/identity.ts';
import { isSessionLive, type Session, sessionKey } from '../people-records/session.ts';
import { workspaceMemberKey } from '../people-records/workspace-member.ts';
import type { Look } from '../records/look.ts';
import { type Existing, exists, type User, userKey } from '../records/principals.ts';
import { SETTINGS_KEY, settingsIn } from '../records/settings.ts';

/** A session that is live now, with its user. */
export interface LiveSession {
  readonly session: Session;
  readonly user: Existing<User>;
}

/** Finds a live session by its public id. A session that began by an identity is live while its user has the identity. */
export async function findSessionById(
  id: string,
  look: Look,
  { clock }: { readonly clock: Clock },
): Promise<LiveSession | undefined> {
  look.expect(SETTINGS_KEY);
  const session = await look.findShortLived(sessionKey(id));
  if (session === undefined) return undefined;
  const { userId, identityId } = session;
  const [user, member, settings, identity] = await Promise.all([
    look.find(userKey(userId)),
    look.find(workspaceMemberKey(userId)),
    settingsIn(look),
    identityId === undefined ? undefined : look.find(identityKey(identityId)),
  ]);
  if (!exists(user)) return undefined;
  if (identityId !== undefined && !isIdentityOf(session, identity)) return undefined;
  const owner = { ...user, isMember: member !== undefined };
  if (!isSessionLive(session, owner, settings, clock.nowSeconds())) return undefined;
  return { session, user };
}

/** Whether the identity that began a session is still there. One that was removed and linked again is another one. */
function isIdentityOf({ userId, startedAtSeconds }: Session, identity: Identity | undefined): boolean {
  return identity?.userId === userId && identity.createdAtSeconds <= startedAtSeconds;
}
