import type { Clock } from '#shared/domain/ambient.ts';
import { type Invitation, isInvitationOpen } from '#shared/domain/people-records/invitation.ts';
import type { WorkspaceMember } from '#shared/domain/people-records/workspace-member.ts';
import { nothingLeft, timestamp } from './representations.ts';

/** Invitations and workspace members, as the management API shows them. */

interface Ports {
  readonly clock: Clock;
}

/** Shows an invitation into a tenant. @throws Error for an invitation into the workspace */
export function tenantInvitationRepresentation(invitation: Invitation, ports: Ports) {
  const { tenantId, roles, ...others } = invitation;
  if (tenantId === undefined || roles === 'all') throw new Error('This is no invitation into a tenant.');
  return { ...common(others, invitation, ports), tenantId, roleIds: roles.map(({ id }) => id) };
}

/** Shows an invitation into the workspace. @throws Error for an invitation into a tenant */
export function memberInvitationRepresentation(invitation: Invitation, ports: Ports) {
  const { tenantId, roles, ...others } = invitation;
  if (tenantId !== undefined) throw new Error('This is no invitation into the workspace.');
  const roleIds = roles === 'all' ? roles : roles.map(({ id }) => id);
  return { ...common(others, invitation, ports), roleIds };
}

function common(record: Omit<Invitation, 'tenantId' | 'roles'>, invitation: Invitation, { clock }: Ports) {
  const {
    id,
    email,
    invitedBy,
    expiresAtSeconds,
    createdAtSeconds,
    version,
    acceptedAtSeconds: _hidden,
    ...rest
  } = record;
  nothingLeft(rest);
  return {
    id,
    email,
    status: isInvitationOpen(invitation, clock.nowSeconds()) ? ('open' as const) : ('expired' as const),
    createdBy: invitedBy.subject,
    expiresAt: timestamp(expiresAtSeconds),
    createdAt: timestamp(createdAtSeconds),
    version,
  };
}

/** Shows a workspace member by the user. The id of the membership stays internal. */
export function workspaceMemberRepresentation({ id: _internal, ...record }: WorkspaceMember) {
  const { userId, roleIds, createdAtSeconds, version, ...rest } = record;
  nothingLeft(rest);
  return { userId, roleIds, createdAt: timestamp(createdAtSeconds), version };
}
