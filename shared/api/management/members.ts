import * as z from 'zod';
import { orderedQuery, roleIds } from '../fields/fields.ts';
import { commonExample, commonMembers, deleting, listing, showing } from '../fields/shapes.ts';
import type { Route } from '../table.ts';

const member = z.object({ tenantId: z.string(), userId: z.string(), roleIds: z.array(z.string()), ...commonMembers });

const memberExample = {
  tenantId: 'ten_9RkX3pWvYc7LmB2sQzFd4T',
  userId: 'usr_6TgBnH7yJuKmI8oLpQaZ3W',
  roleIds: ['rol_5cVbN8mQwErTyU1iOpAs2D'],
  ...commonExample,
};

/** The routes of memberships: which user belongs to which tenant, with which roles. */
export const memberRoutes = {
  setMember: {
    method: 'PUT',
    path: '/v1/tenants/{tenantId}/members/{userId}',
    summary: 'Make a user a member of a tenant, or change the roles of a member',
    caller: { permission: 'write:members' },
    errors: 'problem',
    body: {
      encoding: 'json',
      schema: z.strictObject({ roleIds: roleIds.optional() }),
      example: { roleIds: memberExample.roleIds },
    },
    reply: { status: 200, description: 'The membership', schema: member, example: memberExample },
    audit: 'member.set',
  },
  listMembers: {
    ...listing(member, memberExample, orderedQuery),
    path: '/v1/tenants/{tenantId}/members',
    summary: 'List the members of a tenant',
    caller: { permission: 'read:members' },
  },
  listMembershipsOfUser: {
    ...listing(member, memberExample, orderedQuery),
    path: '/v1/users/{userId}/memberships',
    summary: 'List the tenants that a user is a member of',
    caller: { permission: 'read:users' },
  },
  getMember: {
    ...showing(member, memberExample),
    path: '/v1/tenants/{tenantId}/members/{userId}',
    summary: 'Show a membership',
    caller: { permission: 'read:members' },
  },
  deleteMember: {
    ...deleting,
    path: '/v1/tenants/{tenantId}/members/{userId}',
    summary: "Remove a user from a tenant; the user's API tokens for this tenant become invalid at once",
    caller: { permission: 'write:members' },
    audit: 'member.deleted',
  },
} as const satisfies Record<string, Route>;
