import { dynamoDirectoryLister, dynamoDirectoryWriter } from '#shared/adapters/dynamo/directory/directory.ts';
import { dynamoIssuance } from '#shared/adapters/dynamo/tokens/issuance.ts';
import { dynamoRequestMemory } from '#shared/adapters/dynamo/tokens/request-memory.ts';
import { kmsPepper } from '#shared/adapters/kms/pepper.ts';
import { sqsMailQueue } from '#shared/adapters/mail/mail-queue.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { management } from '#shared/adapters/sets/management.ts';
import { membership } from '#shared/api/management/membership.ts';
import {
  getInvitation,
  invite,
  listInvitations,
  renewInvitation,
  withdrawInvitation,
} from '#shared/domain/membership/invitations.ts';
import {
  deleteWorkspaceMember,
  getWorkspaceMember,
  listWorkspaceMembers,
  updateWorkspaceMember,
} from '#shared/domain/membership/workspace-members.ts';
import { lambda } from '#shared/http/lambda.ts';
import {
  memberInvitationRepresentation,
  tenantInvitationRepresentation,
  workspaceMemberRepresentation,
} from '#shared/http/reply/membership-representations.ts';
import { created, done, ok } from '#shared/http/reply/replies.ts';
import { pageRepresentation } from '#shared/http/reply/representations.ts';

const adapters = {
  ...ambient,
  ...management,
  pepper: kmsPepper,
  invitations: dynamoDirectoryWriter,
  workspaceMembers: dynamoDirectoryWriter,
  directoryList: dynamoDirectoryLister,
  mailQueue: sqsMailQueue,
  issuance: dynamoIssuance,
  memory: dynamoRequestMemory,
};

/** Serves invitations and workspace members. Without a tenant in its path, an invitation is one into the workspace. */
export const handler = lambda(membership, adapters, {
  createTenantInvitation: async ({ caller, params, body }, ports) => {
    const invitation = await invite(caller, params.tenantId, body, ports);
    return created(tenantInvitationRepresentation(invitation, ports), { invitationId: invitation.id });
  },
  listTenantInvitations: async ({ params, query }, ports) => {
    const page = await listInvitations(params.tenantId, query, ports);
    return ok(pageRepresentation(page, (invitation) => tenantInvitationRepresentation(invitation, ports)));
  },
  getTenantInvitation: async ({ params }, ports) =>
    ok(tenantInvitationRepresentation(await getInvitation(params, ports), ports)),
  deleteTenantInvitation: async ({ caller, params, expectedVersion }, ports) => {
    await withdrawInvitation(caller, params, expectedVersion, ports);
    return done(204);
  },
  resendTenantInvitation: async ({ caller, params, expectedVersion }, ports) => {
    const invitation = await renewInvitation(caller, params, expectedVersion, ports);
    return ok(tenantInvitationRepresentation(invitation, ports));
  },

  createMemberInvitation: async ({ caller, body }, ports) => {
    const invitation = await invite(caller, undefined, body, ports);
    return created(memberInvitationRepresentation(invitation, ports), { invitationId: invitation.id });
  },
  listMemberInvitations: async ({ query }, ports) => {
    const page = await listInvitations(undefined, query, ports);
    return ok(pageRepresentation(page, (invitation) => memberInvitationRepresentation(invitation, ports)));
  },
  getMemberInvitation: async ({ params }, ports) =>
    ok(memberInvitationRepresentation(await getInvitation(params, ports), ports)),
  deleteMemberInvitation: async ({ caller, params, expectedVersion }, ports) => {
    await withdrawInvitation(caller, params, expectedVersion, ports);
    return done(204);
  },
  resendMemberInvitation: async ({ caller, params, expectedVersion }, ports) => {
    const invitation = await renewInvitation(caller, params, expectedVersion, ports);
    return ok(memberInvitationRepresentation(invitation, ports));
  },

  listWorkspaceMembers: async ({ query }, ports) =>
    ok(pageRepresentation(await listWorkspaceMembers(query, ports), workspaceMemberRepresentation)),
  getWorkspaceMember: async ({ params }, ports) =>
    ok(workspaceMemberRepresentation(await getWorkspaceMember(params.userId, ports))),
  updateWorkspaceMember: async ({ caller, params, body: { roleIds }, expectedVersion }, ports) => {
    const change = { roleIds, expectedVersion };
    return ok(workspaceMemberRepresentation(await updateWorkspaceMember(caller, params.userId, change, ports)));
  },
  deleteWorkspaceMember: async ({ caller, params, expectedVersion }, ports) => {
    await deleteWorkspaceMember(caller, params.userId, expectedVersion, ports);
    return done(204);
  },
});
