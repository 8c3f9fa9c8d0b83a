import { expect, test } from 'vitest';
import { findSessionById } from '#shared/domain/access/live-session.ts';
import { isSessionLive, type Session } from '#shared/domain/people-records/session.ts';
import type { Look } from '#shared/domain/records/look.ts';
import { DEFAULT_SESSIONS } from '#shared/domain/records/settings.ts';
import { lookAt } from '#test/support/ports/look-at.ts';
import { aUser } from '#test/support/ports/records.ts';

const settings = { sessions: DEFAULT_SESSIONS };
const { members, users } = DEFAULT_SESSIONS;
const STARTED = 1_000_000;

const session: Session = {
  id: 'ses_1',
  secretDigest: 'digest',
  userId: 'usr_1',
  methods: ['otp'],
  isOfMember: false,
  startedAtSeconds: STARTED,
  authenticatedAtSeconds: STARTED,
  lastSeenAtSeconds: STARTED,
  source: '192.0.2.1',
  userAgent: 'Firefox',
  expiresAtSeconds: STARTED + users.lifetimeSeconds,
  version: 1,
};

/** Whether the session is live so many seconds after its beginning. */
const isLive = (seconds: number, isMember: boolean, changes: Partial<Session> = {}) =>
  isSessionLive({ ...session, ...changes }, { status: 'active', isMember }, settings, STARTED + seconds);

test.each([
  ['of a user', false, false, users],
  ['of a workspace member', true, true, members],
  ['of a user who became a workspace member', false, true, members],
  ['of a user who is no workspace member any more', true, false, members],
])('an unused session %s ends after the idle lifetime that holds now', (_who, isOfMember, isMember, limits) => {
  const { idleLifetimeSeconds: end } = limits;
  expect([end - 1, end].map((seconds) => isLive(seconds, isMember, { isOfMember }))).toEqual([true, false]);
});

test('a session in use ends after the whole lifetime of members, once its user is a workspace member', () => {
  const end = members.lifetimeSeconds;
  const inUse = (seconds: number) => ({ lastSeenAtSeconds: STARTED + seconds });
  const outcomes = [end - 1, end].map((seconds) =>
    [true, false].map((isMember) => isLive(seconds, isMember, inUse(seconds))),
  );
  expect(outcomes).toEqual([
    [true, true],
    [false, true],
  ]);
});

test('a session is found by the limits that hold for its user now', async () => {
  const user = { usr_1: aUser({ id: 'usr_1' }) };
  const member = { id: 'mem_1', userId: 'usr_1', roleIds: [], createdAtSeconds: STARTED, version: 1 };
  const findShortLived = (async () => session) as Look['findShortLived'];
  const clock = { nowSeconds: () => STARTED + members.idleLifetimeSeconds };
  const looks = [lookAt({ user }), lookAt({ user, workspaceMember: { usr_1: member } })];
  const found = looks.map((look) => findSessionById('ses_1', { ...look, findShortLived }, { clock }));
  expect(await Promise.all(found)).toEqual([{ session, user: user.usr_1 }, undefined]);
});
