import { findSessionById, type LiveSession } from '../access/live-session.ts';
import type { Clock, Digests, Random } from '../ambient.ts';
import { toBase62 } from '../base62.ts';
import { isMadeId, newId } from '../ids.ts';
import {
  type LoginMethod,
  type Session,
  type SessionRoster,
  sessionKey,
  sessionRosterKey,
} from '../people-records/session.ts';
import { workspaceMemberKey } from '../people-records/workspace-member.ts';
import { changeNewest, changeRecord, type RecordWriter, type ShortLivedWriter } from '../records/change-record.ts';
import type { Look, RecordReader } from '../records/look.ts';
import { type User, userKey } from '../records/principals.ts';
import { settingsIn } from '../records/settings.ts';

const SECRET_BYTES = 32;

/** 32 random bytes in base62, of which 43 characters hold all 256 bits. */
const SECRET_CHARACTERS = 43;

/** A session is noted as used at most once in this time, so that pages cost no write each. */
const LAST_SEEN_SECONDS = 300;

/** The most sessions of one user. A new login beyond it ends the oldest. */
const SESSIONS_MAX = 50;

/** The ports that read sessions. */
export interface SessionReaderPorts {
  readonly records: RecordReader;
  readonly digests: Digests;
  readonly clock: Clock;
}

/** The ports that begin, note and end sessions. */
export interface SessionPorts extends SessionReaderPorts {
  readonly sessions: ShortLivedWriter<'session' | 'sessionRoster'>;
  readonly random: Random;
}

/** A login: who, how, and from which browser. */
export interface Login {
  readonly userId: string;
  readonly methods: readonly LoginMethod[];
  /** The identity by which the person logged in, for the method `fed`. */
  readonly identityId?: string | undefined;
  /** When the person logged in at an identity provider, for the method `fed`; undefined if the provider did not say it. */
  readonly authenticatedAtSeconds?: number | undefined;
  readonly source: string;
  readonly userAgent: string;
}

/**
 * Begins a session with a new id. The cookie is the session's id, a dot, and 256 random bits, of which only the digest
 * is stored.
 */
export async function beginSession(
  { userId, methods, identityId, authenticatedAtSeconds, source, userAgent }: Login,
  ports: SessionPorts,
): Promise<{ readonly session: Session; readonly cookie: string }> {
  const { random, digests, clock } = ports;
  const look = ports.records.open(`login of ${userId}`);
  const [member, settings] = await Promise.all([look.find(workspaceMemberKey(userId)), settingsIn(look)]);
  const nowSeconds = clock.nowSeconds();
  const secret = toBase62(random.bytes(SECRET_BYTES), SECRET_CHARACTERS);
  const isOfMember = member !== undefined;
  const { lifetimeSeconds } = isOfMember ? settings.sessions.members : settings.sessions.users;
  const session: Session = {
    id: newId('ses', random),
    secretDigest: digests.digest(secret),
    userId,
    methods,
    identityId,
    isOfMember,
    startedAtSeconds: nowSeconds,
    authenticatedAtSeconds: methods.includes('fed') ? earlier(authenticatedAtSeconds, nowSeconds) : nowSeconds,
    lastSeenAtSeconds: nowSeconds,
    source,
    userAgent,
    expiresAtSeconds: nowSeconds + lifetimeSeconds,
    version: 1,
  };
  await enterRoster(session, ports);
  if (!(await ports.sessions.write(sessionKey(session.id), session)))
    throw new Error('The new session exists already.');
  return { session, cookie: `${session.id}.${secret}` };
}

/** A provider whose clock is ahead of ours makes no login of the future. */
function earlier(seconds: number | undefined, nowSeconds: number): number | undefined {
  return seconds === undefined ? undefined : Math.min(seconds, nowSeconds);
}

/** Finds the live session of a cookie; undefined for a cookie without one, and for every other text. */
export async function findSession(
  cookie: string | undefined,
  look: Look,
  ports: SessionReaderPorts,
): Promise<LiveSession | undefined> {
  const [id = '', secret = '', ...others] = (cookie ?? '').split('.');
  if (!isMadeId('ses', id) || secret.length !== SECRET_CHARACTERS || others.length > 0) return undefined;
  const live = await findSessionById(id, look, ports);
  return live?.session.secretDigest === ports.digests.digest(secret) ? live : undefined;
}

/** Notes that a session was used, if the last note is older than five minutes. A failure does not matter. */
export async function noteSessionUse(
  session: Session,
  { sessions, clock }: Pick<SessionPorts, 'sessions' | 'clock'>,
): Promise<void> {
  const lastSeenAtSeconds = clock.nowSeconds();
  if (lastSeenAtSeconds < session.lastSeenAtSeconds + LAST_SEEN_SECONDS) return;
  const used = { ...session, lastSeenAtSeconds, version: session.version + 1 };
  await sessions.write(sessionKey(session.id), used).catch(() => undefined);
}

/** Ends a session of a user. Resolves with false if the user has no such session. */
export async function endSession(
  { id, userId }: Pick<Session, 'id' | 'userId'>,
  ports: Pick<SessionPorts, 'records' | 'sessions' | 'clock'>,
): Promise<boolean> {
  const key = sessionKey(id);
  const read = () => ports.records.open(`end of ${id}`).findShortLived(key);
  if ((await read())?.userId !== userId) return false;
  const endedAtSeconds = ports.clock.nowSeconds();
  await changeNewest<Session>({
    read,
    change: async (before) => ({ ...before, endedAtSeconds: before.endedAtSeconds ?? endedAtSeconds }),
    write: (session) => ports.sessions.write(key, session),
  });
  return true;
}

/** Lists the live sessions of a user, the newest first. */
export async function listSessions(userId: string, ports: SessionReaderPorts): Promise<readonly Session[]> {
  const look = ports.records.open(`sessions of ${userId}`);
  const roster = await look.findShortLived(sessionRosterKey(userId));
  const found = await Promise.all((roster?.sessions ?? []).map(({ id }) => findSessionById(id, look, ports)));
  return found
    .filter((live) => live !== undefined)
    .map(({ session }) => session)
    .toSorted((one, other) => other.startedAtSeconds - one.startedAtSeconds);
}

/** Enters a session into the roster of its user, before the session itself is stored. */
async function enterRoster({ id, userId, expiresAtSeconds }: Session, ports: SessionPorts): Promise<void> {
  const key = sessionRosterKey(userId);
  const empty: SessionRoster = { sessions: [], expiresAtSeconds: 0, version: 0 };
  const nowSeconds = ports.clock.nowSeconds();
  await changeNewest<SessionRoster>({
    read: async () => (await ports.records.open(`roster of ${userId}`).findShortLived(key)) ?? empty,
    change: async (before) => {
      const lasting = before.sessions.filter((entry) => entry.expiresAtSeconds > nowSeconds);
      const surplus = lasting.slice(0, Math.max(0, lasting.length + 1 - SESSIONS_MAX));
      await Promise.all(surplus.map((entry) => endSession({ id: entry.id, userId }, ports)));
      const sessions = [...lasting.slice(surplus.length), { id, expiresAtSeconds }];
      return { ...before, sessions, expiresAtSeconds: Math.max(...sessions.map((entry) => entry.expiresAtSeconds)) };
    },
    write: (roster) => ports.sessions.write(key, roster),
  });
}

/** Ends all sessions of a user that began up to now, by one mark on the user. */
export async function signOutEverywhere(
  userId: string,
  {
    records,
    users,
    clock,
  }: { readonly records: RecordReader; readonly users: RecordWriter<'user'>; readonly clock: Clock },
): Promise<void> {
  const signedOutBeforeSeconds = clock.nowSeconds() + 1;
  const change = (user: User): User => ({ ...user, signedOutBeforeSeconds });
  await changeRecord({ key: userKey(userId), change }, { records, directory: users });
}
