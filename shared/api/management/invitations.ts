import * as z from 'zod';
import { orderedQuery, roleIds, timestamp } from '../fields/fields.ts';
import { commonExample, commonMembers, creating, deleting, listing, showing } from '../fields/shapes.ts';
import type { Route } from '../table.ts';

const OF_TENANT = '/v1/tenants/{tenantId}/invitations';

const OF_WORKSPACE = '/v1/members/invitations';

const everyInvitation = {
  id: z.string(),
  email: z.string(),
  status: z.enum(['open', 'expired']),
  createdBy: z.string().meta({ description: 'The subject that invited: a user, a service user or a client' }),
  expiresAt: timestamp,
  ...commonMembers,
};

const ofTenant = z.object({ ...everyInvitation, tenantId: z.string(), roleIds: z.array(z.string()) });

/** The roles of a workspace member. */
export const workspaceRoleIds = z.union([z.literal('all'), roleIds]).meta({
  description: 'Roles of the workspace, or `all` for a member who may do everything',
});

const ofWorkspace = z.object({ ...everyInvitation, roleIds: z.union([z.literal('all'), z.array(z.string())]) });

const example = {
  id: 'inv_4fYbV9sWq2XcL0kJmN7hTe',
  email: 'ada@example.com',
  status: 'open',
  createdBy: 'usr_6TgBnH7yJuKmI8oLpQaZ3W',
  expiresAt: '2027-01-22T08:00:00.000Z',
  roleIds: ['rol_5cVbN8mQwErTyU1iOpAs2D'],
  ...commonExample,
};

const tenantExample = { ...example, tenantId: 'ten_9RkX3pWvYc7LmB2sQzFd4T' };

const email = z.email().max(254);

const reading = { caller: { permission: 'read:members' } } as const;

const writing = { caller: { permission: 'write:members' } } as const;

const readingWorkspace = { caller: { permission: 'read:workspace-members' } } as const;

const writingWorkspace = { caller: { permission: 'write:workspace-members' } } as const;

const sendingAgain = { method: 'POST', errors: 'problem', audit: 'invitation.sent_again' } as const;

/** The routes of invitations: who may become a member of a tenant, or of the workspace. */
export const invitationRoutes = {
  createTenantInvitation: {
    ...creating(ofTenant, tenantExample),
    ...writing,
    path: OF_TENANT,
    summary: 'Invite the owner of an e-mail address into a tenant; the answer never tells whether the address is known',
    body: {
      encoding: 'json',
      schema: z.strictObject({ email, roleIds: roleIds.optional() }),
      example: { email: example.email, roleIds: example.roleIds },
    },
    audit: 'invitation.created',
  },
  listTenantInvitations: {
    ...listing(ofTenant, tenantExample, orderedQuery),
    ...reading,
    path: OF_TENANT,
    summary: 'List the invitations of a tenant that nobody has answered',
  },
  getTenantInvitation: {
    ...showing(ofTenant, tenantExample),
    ...reading,
    path: `${OF_TENANT}/{invitationId}`,
    summary: 'Show an invitation of a tenant',
  },
  deleteTenantInvitation: {
    ...deleting,
    ...writing,
    path: `${OF_TENANT}/{invitationId}`,
    summary: 'Withdraw an invitation of a tenant',
    audit: 'invitation.withdrawn',
  },
  resendTenantInvitation: {
    ...sendingAgain,
    ...writing,
    path: `${OF_TENANT}/{invitationId}/resend`,
    summary: 'Send an invitation of a tenant again; it is good for seven days from now',
    reply: { status: 200, description: 'The invitation', schema: ofTenant, example: { ...tenantExample, version: 2 } },
  },
  createMemberInvitation: {
    ...creating(ofWorkspace, example),
    ...writingWorkspace,
    path: OF_WORKSPACE,
    summary: 'Invite the owner of an e-mail address to administer the workspace',
    body: {
      encoding: 'json',
      schema: z.strictObject({ email, roleIds: workspaceRoleIds }),
      example: { email: example.email, roleIds: example.roleIds },
    },
    audit: 'invitation.created',
  },
  listMemberInvitations: {
    ...listing(ofWorkspace, example, orderedQuery),
    ...readingWorkspace,
    path: OF_WORKSPACE,
    summary: 'List the invitations to administer the workspace that nobody has answered',
  },
  getMemberInvitation: {
    ...showing(ofWorkspace, example),
    ...readingWorkspace,
    path: `${OF_WORKSPACE}/{invitationId}`,
    summary: 'Show an invitation to administer the workspace',
  },
  deleteMemberInvitation: {
    ...deleting,
    ...writingWorkspace,
    path: `${OF_WORKSPACE}/{invitationId}`,
    summary: 'Withdraw an invitation to administer the workspace',
    audit: 'invitation.withdrawn',
  },
  resendMemberInvitation: {
    ...sendingAgain,
    ...writingWorkspace,
    path: `${OF_WORKSPACE}/{invitationId}/resend`,
    summary: 'Send an invitation to administer the workspace again; it is good for seven days from now',
    reply: { status: 200, description: 'The invitation', schema: ofWorkspace, example: { ...example, version: 2 } },
  },
} as const satisfies Record<string, Route>;
