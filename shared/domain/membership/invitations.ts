import { assertHolds, isWithinLevel, type ManagementCaller } from '../access/authority.ts';
import type { Clock, Digests, Random } from '../ambient.ts';
import { assertVersion, changedMeanwhile, DomainError, notFound } from '../errors.ts';
import { newId } from '../ids.ts';
import { isMailAddress } from '../login/mail-address.ts';
import { countInvitationOfTenant, type MailLimitPorts, mayMail } from '../login/mail-limits.ts';
import type { MailQueue, WaitingInvitation } from '../login/mail-queue.ts';
import {
  INVITATION_LIFETIME_SECONDS,
  type Invitation,
  invitationKey,
  invitationList,
  isBeingAccepted,
} from '../people-records/invitation.ts';
import { changeRecord, type DirectoryWriter } from '../records/change-record.ts';
import type { DirectoryLister, Page, PageRequest } from '../records/lists.ts';
import type { Look, RecordReader } from '../records/look.ts';
import { assertExists, tenantKey } from '../records/principals.ts';
import { describeInvitation } from './describe-invitation.ts';
import { noteRole, type RequestedRoles, rolesToInvite } from './invited-roles.ts';

/** How many expired invitations are removed when somebody sends a new one. */
const EXPIRED_REMOVED_MAX = 25;

/** Names an invitation to become a member of a tenant, or without a tenant a workspace member. */
export interface InvitationPath {
  readonly tenantId?: string | undefined;
  readonly invitationId: string;
}

/** Whom to invite. Without roles, an invitation of a tenant has the default roles. */
export interface InvitationRequest {
  readonly email: string;
  readonly roleIds?: RequestedRoles;
}

interface ReadingPorts {
  readonly records: RecordReader;
  readonly directoryList: DirectoryLister;
}

/** The ports that write invitations and send them. */
export interface InvitationPorts extends ReadingPorts, MailLimitPorts {
  readonly invitations: DirectoryWriter<'invitation'>;
  readonly mailQueue: MailQueue;
  readonly digests: Digests;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Invites the owner of an address, by a mail. Answer and work are the same for an address that a user has and for one
 * that nobody has, and for a member, who keeps the roles. The caller must be allowed to assign the roles now; they are
 * noted as they are, so that a role that grows stronger meanwhile is not given.
 * @throws DomainError `not_found` for the tenant; `invalid_request` for an unknown role or an address that mails do not
 * reach; `forbidden` for roles stronger than the caller; `conflict` in a deployment that sends no mails; `rate_limited`
 * for a tenant that sends too many; `temporarily_unavailable`
 */
export async function invite(
  caller: ManagementCaller,
  tenantId: string | undefined,
  request: InvitationRequest,
  ports: InvitationPorts,
): Promise<Invitation> {
  const id = newId('inv', ports.random);
  const look = ports.records.open(id);
  if (tenantId !== undefined) assertExists(await look.find(tenantKey(tenantId)));
  const email = request.email.toLowerCase();
  assertReachable(email, ports.mailQueue);
  const roles = await rolesToInvite(caller, { tenantId, roleIds: request.roleIds }, look);
  await countInvitation(caller, ports);
  await removeExpired(tenantId, ports);
  const nowSeconds = ports.clock.nowSeconds();
  const invitation: Invitation = {
    id,
    tenantId,
    email,
    roles: roles === 'all' ? 'all' : roles.map(noteRole),
    invitedBy: { clientId: caller.clientId, subject: caller.subject },
    expiresAtSeconds: nowSeconds + INVITATION_LIFETIME_SECONDS,
    createdAtSeconds: nowSeconds,
    version: 1,
  };
  // What can fail before the invitation is stored leaves nothing to remove.
  const mail = await writeMail(invitation, look, ports);
  await ports.invitations.insert(invitationKey(id), invitation);
  await ports.mailQueue.enqueue(mail).catch(async (error: unknown) => {
    // Nobody would ever open it, and the caller is told to repeat the request.
    await ports.invitations.remove(invitationKey(id), 1);
    throw error;
  });
  return invitation;
}

/**
 * Sends an invitation again. It is good for seven days from now, also if it had expired, and the caller must be allowed to
 * assign its roles as they are now.
 * @throws DomainError as `invite` and `changeRecord` do; `not_found` for an invitation that is accepted at the same time
 */
export async function renewInvitation(
  caller: ManagementCaller,
  path: InvitationPath,
  expectedVersion: number | undefined,
  ports: InvitationPorts,
): Promise<Invitation> {
  const look = ports.records.open(path.invitationId);
  const { email } = await requireInvitation(path, look);
  assertReachable(email, ports.mailQueue);
  await countInvitation(caller, ports);
  const change = async (before: Invitation): Promise<Invitation | undefined> => {
    if (isBeingAccepted(before, ports.clock.nowSeconds())) return undefined;
    const ids = before.roles === 'all' ? undefined : before.roles.map(({ id }) => id);
    const wanted = { tenantId: path.tenantId, roleIds: ids ?? ('all' as const), before: ids };
    const roles = await rolesToInvite(caller, wanted, look);
    return {
      ...before,
      roles: roles === 'all' ? 'all' : roles.map(noteRole),
      invitedBy: { clientId: caller.clientId, subject: caller.subject },
      expiresAtSeconds: ports.clock.nowSeconds() + INVITATION_LIFETIME_SECONDS,
    };
  };
  const key = invitationKey(path.invitationId);
  const renewed = await changeRecord({ key, expectedVersion, change }, { ...ports, directory: ports.invitations });
  await ports.mailQueue.enqueue(await writeMail(renewed, look, ports));
  return renewed;
}

/** Reads an invitation. @throws DomainError `not_found`, also for one of another tenant */
export async function getInvitation(
  path: InvitationPath,
  { records }: Pick<ReadingPorts, 'records'>,
): Promise<Invitation> {
  return requireInvitation(path, records.open(path.invitationId));
}

/**
 * Lists the invitations of a tenant, or those to become a workspace member, a page at a time. Expired ones are among them
 * until somebody invites again.
 * @throws DomainError `not_found` for the tenant; `invalid_request` if the cursor is malformed
 */
export async function listInvitations(
  tenantId: string | undefined,
  page: PageRequest,
  { records, directoryList }: ReadingPorts,
): Promise<Page<Invitation>> {
  if (tenantId !== undefined) assertExists(await records.open(tenantId).find(tenantKey(tenantId)));
  return directoryList.list(invitationList(tenantId), page);
}

/**
 * Withdraws an invitation. Its link shows from now on what an unknown link shows.
 * @throws DomainError `not_found`; `conflict` if somebody accepts it at the same time; `precondition_failed` for another
 * version than expected; `forbidden` for an invitation with roles stronger than the caller
 */
export async function withdrawInvitation(
  caller: ManagementCaller,
  path: InvitationPath,
  expectedVersion: number | undefined,
  { records, invitations }: Pick<InvitationPorts, 'records' | 'invitations'>,
): Promise<void> {
  const look = records.open(path.invitationId);
  const invitation = await requireInvitation(path, look);
  assertMayWithdraw(caller, invitation);
  assertVersion(invitation, expectedVersion);
  if (!(await invitations.remove(invitationKey(invitation.id), invitation.version))) throw changedMeanwhile();
}

/**
 * Checks that an invitation is in the caller's hands, as the member would be.
 * @throws DomainError `forbidden`
 */
function assertMayWithdraw(caller: ManagementCaller, { tenantId, roles }: Invitation): void {
  if (tenantId === undefined || roles === 'all') {
    assertHolds(caller, roles === 'all' ? roles : roles.flatMap(({ permissions }) => permissions));
    return;
  }
  if (roles.every((role) => isWithinLevel(caller, role))) return;
  throw new DomainError('forbidden', 'You may only withdraw invitations with roles as strong as your own or weaker.');
}

async function requireInvitation({ tenantId, invitationId }: InvitationPath, look: Look): Promise<Invitation> {
  const [tenant, invitation] = await Promise.all([
    tenantId === undefined ? undefined : look.find(tenantKey(tenantId)),
    look.find(invitationKey(invitationId)),
  ]);
  if (tenantId !== undefined) assertExists(tenant);
  if (invitation === undefined || invitation.tenantId !== tenantId) throw notFound();
  return invitation;
}

function assertReachable(email: string, { isAvailable }: MailQueue): void {
  if (!isMailAddress(email)) {
    throw new DomainError('invalid_request', 'This is not an address that mails can be sent to.', { field: 'email' });
  }
  if (isAvailable) return;
  throw new DomainError('conflict', "This deployment sends no mails. Set 'mailFrom' in the deployment first.");
}

/** Counts an invitation of a tenant's caller. Callers of the workspace have the limit of the day alone. */
async function countInvitation({ scope }: ManagementCaller, ports: MailLimitPorts): Promise<void> {
  if (scope.type === 'tenant') await countInvitationOfTenant(scope.tenantId, ports);
}

/** Writes the mail of an invitation and counts it. The result is undefined if the address gets no mail now. */
async function writeMail(
  invitation: Invitation,
  look: Look,
  ports: MailLimitPorts,
): Promise<WaitingInvitation | undefined> {
  const { id, email, expiresAtSeconds } = invitation;
  const { tenant, invitedBy, roles } = await describeInvitation(invitation, look);
  const isSent = await mayMail({ email, reader: 'known' }, ports);
  const facts = { invitationId: id, tenant, invitedBy, roles };
  return isSent ? { type: 'invitation', to: email, expiresAtSeconds, ...facts } : undefined;
}

/** Removes some expired invitations, so that addresses of people who never came are not kept. */
async function removeExpired(
  tenantId: string | undefined,
  { directoryList, invitations, clock }: Pick<InvitationPorts, 'directoryList' | 'invitations' | 'clock'>,
): Promise<void> {
  const { items } = await directoryList.list(invitationList(tenantId), { limit: EXPIRED_REMOVED_MAX });
  const expired = items.filter(({ expiresAtSeconds }) => expiresAtSeconds <= clock.nowSeconds());
  await Promise.all(expired.map(({ id, version }) => invitations.remove(invitationKey(id), version)));
}
