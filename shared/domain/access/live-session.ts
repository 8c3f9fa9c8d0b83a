import type { Clock } from '../ambient.ts';
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

/** Finds a live session by its public id. */
export async function findSessionById(
  id: string,
  look: Look,
  { clock }: { readonly clock: Clock },
): Promise<LiveSession | undefined> {
  look.expect(SETTINGS_KEY);
  const session = await look.findShortLived(sessionKey(id));
  if (session === undefined) return undefined;
  const { userId } = session;
  const [user, member, settings] = await Promise.all([
    look.find(userKey(userId)),
    look.find(workspaceMemberKey(userId)),
    settingsIn(look),
  ]);
  if (!exists(user)) return undefined;
  const owner = { ...user, isMember: member !== undefined };
  if (!isSessionLive(session, owner, settings, clock.nowSeconds())) return undefined;
  return { session, user };
}
