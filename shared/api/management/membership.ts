import * as z from 'zod';
import { orderedQuery } from '../fields/fields.ts';
import { commonExample, commonMembers, deleting, listing, showing, updating } from '../fields/shapes.ts';
import { lambdaTable, type Route } from '../table.ts';
import { invitationRoutes, workspaceRoleIds } from './invitations.ts';

const member = z.object({
  userId: z.string(),
  roleIds: z.union([z.literal('all'), z.array(z.string())]),
  ...commonMembers,
});

const example = { userId: 'usr_6TgBnH7yJuKmI8oLpQaZ3W', roleIds: ['rol_5cVbN8mQwErTyU1iOpAs2D'], ...commonExample };

const reading = { caller: { permission: 'read:workspace-members' } } as const;

const writing = { caller: { permission: 'write:workspace-members' } } as const;

/** The routes of workspace members, who become members by an invitation. */
const workspaceMemberRoutes = {
  listWorkspaceMembers: {
    ...listing(member, example, orderedQuery),
    ...reading,
    path: '/v1/members',
    summary: 'List the people who administer the workspace',
  },
  getWorkspaceMember: {
    ...showing(member, example),
    ...reading,
    path: '/v1/members/{userId}',
    summary: 'Show a workspace member',
  },
  updateWorkspaceMember: {
    ...updating(member, { ...example, roleIds: 'all', version: 2 }),
    ...writing,
    path: '/v1/members/{userId}',
    summary: 'Give a workspace member other roles',
    body: {
      encoding: 'merge-patch',
      schema: z.strictObject({ roleIds: workspaceRoleIds.optional() }),
      example: { roleIds: 'all' },
    },
    audit: 'workspace_member.updated',
  },
  deleteWorkspaceMember: {
    ...deleting,
    ...writing,
    path: '/v1/members/{userId}',
    summary: 'Remove a workspace member, who stays a user; the last one who may do everything cannot be removed',
    audit: 'workspace_member.deleted',
  },
} as const satisfies Record<string, Route>;

/** The routes of invitations and of workspace members. They lie in a Lambda of their own, which sends mails. */
export const membership = lambdaTable({
  name: 'membership',
  greedyBelow: ['/v1/members', '/v1/tenants/{tenantId}/invitations'],
  purpose: 'Manages invitations into tenants and into the workspace, and workspace members.',
  grants: [
    'records:read',
    'tokens:verify',
    'proofs:verify',
    'invitations:write',
    'workspace-members:write',
    'directory:list',
    'mails:enqueue',
    'issuance:count',
    'pepper:use',
    'requests:remember',
    'audit:append',
  ],
  routes: { ...invitationRoutes, ...workspaceMemberRoutes },
});
