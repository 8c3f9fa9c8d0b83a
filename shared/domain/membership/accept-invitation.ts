import { enterFullMember } from '../access/full-members.ts';
import type { LiveSession } from '../access/live-session.ts';
import type { Clock, Random } from '../ambient.ts';
import { ignoreConflict } from '../errors.ts';
import { firstVersion, isMadeId, newId } from '../ids.ts';
import { type Invitation, invitationKey, isInvitationOpen } from '../people-records/invitation.ts';
import { type WorkspaceMember, workspaceMemberKey } from '../people-records/workspace-member.ts';
import { changeRecord, type DirectoryWriter, type RecordWriter } from '../records/change-record.ts';
import type { Look, RecordReader } from '../records/look.ts';
import { type Membership, membershipKey, tenantKey, type User, userKey } from '../records/principals.ts';
import { rolesStillAsInvited } from './invited-roles.ts';

/** How long before it the person must have logged in by a code, to become a workspace member. */
const FRESH_SECONDS = 600;

/** The ports that answer invitations. */
export interface AnswerPorts {
  readonly records: RecordReader;
  readonly invitations: DirectoryWriter<'invitation'>;
  readonly joining: RecordWriter<'membership' | 'workspaceMember' | 'fullMembers'>;
  readonly users: RecordWriter<'user'>;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Finds an invitation that can be accepted. Undefined for one that was accepted, declined or withdrawn, that has expired,
 * or whose tenant is not active, and for every other text.
 */
export async function findOpenInvitation(
  id: string,
  look: Look,
  { clock }: { readonly clock: Clock },
): Promise<Invitation | undefined> {
  if (!isMadeId('inv', id)) return undefined;
  const invitation = await look.find(invitationKey(id));
  if (invitation === undefined || !isInvitationOpen(invitation, clock.nowSeconds())) return undefined;
  const { tenantId } = invitation;
  if (tenantId === undefined) return invitation;
  return (await look.find(tenantKey(tenantId)))?.status === 'active' ? invitation : undefined;
}

/**
 * Whether a person may answer an invitation in this session: the person has proved to own exactly the invited address. A
 * workspace member must have proved it by a code, just now.
 */
export function mayAnswer({ user, session }: LiveSession, invitation: Invitation, nowSeconds: number): boolean {
  if (user.isEmailVerified !== true || user.email !== invitation.email) return false;
  if (invitation.tenantId !== undefined) return true;
  return session.methods.includes('otp') && (session.authenticatedAtSeconds ?? 0) + FRESH_SECONDS > nowSeconds;
}

/**
 * Makes the person of a session a member, with the roles that the inviter could still hand on. Of many acceptances at the
 * same time one makes the member. A person who is a member already keeps the roles. The sessions of a new workspace member
 * that began before this one end, so that no older session gets the authority of a member.
 * @returns false if another acceptance was faster, or the invitation has ended
 */
export async function acceptInvitation(
  { user, session }: LiveSession,
  { id }: Pick<Invitation, 'id'>,
  ports: AnswerPorts,
): Promise<boolean> {
  const taken = await take(id, ports);
  if (taken === undefined) return false;
  if (taken.tenantId === undefined) {
    await endSessionsBefore(session.startedAtSeconds, user, ports);
    await joinWorkspace(taken, user.id, ports);
  } else {
    await joinTenant({ ...taken, tenantId: taken.tenantId }, user.id, ports);
  }
  await ports.invitations.remove(invitationKey(id), taken.version);
  return true;
}

/** Declines an invitation, which then is gone. Resolves with false if it changed meanwhile. */
export function declineInvitation(
  { id, version }: Invitation,
  { invitations }: Pick<AnswerPorts, 'invitations'>,
): Promise<boolean> {
  return invitations.remove(invitationKey(id), version);
}

/** Notes that somebody accepts, by one conditional write: of many requests one makes the member. */
async function take(
  id: string,
  { records, invitations, clock }: Pick<AnswerPorts, 'records' | 'invitations' | 'clock'>,
): Promise<Invitation | undefined> {
  const invitation = await records.open(`acceptance of ${id}`).find(invitationKey(id));
  const acceptedAtSeconds = clock.nowSeconds();
  if (invitation === undefined || !isInvitationOpen(invitation, acceptedAtSeconds)) return undefined;
  const taken = { ...invitation, acceptedAtSeconds, version: invitation.version + 1 };
  return (await invitations.replace(invitationKey(id), taken)) ? taken : undefined;
}

async function joinTenant(
  invitation: Invitation & { readonly tenantId: string },
  userId: string,
  { records, joining, clock, random }: AnswerPorts,
): Promise<void> {
  const { tenantId, roles } = invitation;
  const noted = roles === 'all' ? [] : roles;
  const given = await rolesStillAsInvited({ ...invitation, roles: noted }, records.open(`roles of ${invitation.id}`));
  const membership: Membership = {
    id: newId('mem', random),
    tenantId,
    userId,
    roleIds: given.map((role) => role.id),
    createdAtSeconds: clock.nowSeconds(),
    version: firstVersion(random),
  };
  await joining.insert(membershipKey(tenantId, userId), membership).catch(ignoreConflict);
}

async function joinWorkspace(
  invitation: Invitation,
  userId: string,
  { records, joining, clock, random }: AnswerPorts,
): Promise<void> {
  const { roles } = invitation;
  const look = records.open(`roles of ${invitation.id}`);
  const given =
    roles === 'all' ? roles : (await rolesStillAsInvited({ ...invitation, roles }, look)).map(({ id }) => id);
  const member: WorkspaceMember = {
    id: newId('mem', random),
    userId,
    roleIds: given,
    createdAtSeconds: clock.nowSeconds(),
    version: firstVersion(random),
  };
  await joining.insert(workspaceMemberKey(userId), member).catch(ignoreConflict);
  if (roles === 'all') await enterFullMember(userId, { records, directory: joining, clock, random });
}

async function endSessionsBefore(
  startedAtSeconds: number,
  { id }: Pick<User, 'id'>,
  { records, users }: AnswerPorts,
): Promise<void> {
  const change = (user: User): User => ({
    ...user,
    signedOutBeforeSeconds: Math.max(user.signedOutBeforeSeconds ?? 0, startedAtSeconds),
  });
  await changeRecord({ key: userKey(id), change }, { records, directory: users });
}
