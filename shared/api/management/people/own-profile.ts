import * as z from 'zod';
import { showing } from '../../fields/shapes.ts';
import type { Route } from '../../table.ts';
import { apiTokens, apiTokensExample } from '../settings.ts';
import { user, userExample } from '../users.ts';
import { permissionsToGive, permissionsToGiveExample } from './permissions-to-give.ts';

const heldRole = z.object({
  id: z.string(),
  name: z.string(),
  level: z.int().meta({ description: 'A smaller level is stronger' }),
});

const membership = z.object({
  tenantId: z.string(),
  tenantName: z.string(),
  roles: z.array(heldRole),
  level: z.int().optional().meta({ description: 'The level of the strongest role; absent without roles' }),
});

const profile = user.extend({
  memberships: z.array(membership).meta({ description: 'The first 100' }),
  workspaceRoles: z
    .union([z.array(heldRole), z.literal('all')])
    .optional()
    .meta({ description: 'Only for a workspace member; `all` for one who may do everything' }),
  apiTokens,
});

const authority = membership.extend({
  permissions: z.array(permissionsToGive),
  assignableRoles: z.array(heldRole).meta({ description: 'Of the first 100 roles of the tenant and of all tenants' }),
});

const roleExample = { id: 'rol_5cVbN8mQwErTyU1iOpAs2D', name: 'Report reader', level: 100 };

const membershipExample = {
  tenantId: 'ten_9RkX3pWvYc7LmB2sQzFd4T',
  tenantName: 'Acme',
  roles: [roleExample],
  level: 100,
};

const profileExample = {
  ...userExample,
  memberships: [membershipExample],
  apiTokens: apiTokensExample,
};

/** The routes by which people see who they are, and what they may hand on. */
export const ownProfileRoutes = {
  getMe: {
    ...showing(profile, profileExample),
    path: '/v1/me',
    summary: "Show the caller's own account, memberships and kinds of API tokens",
    caller: { permission: 'read:me' },
  },
  getMyMembership: {
    ...showing(authority, {
      ...membershipExample,
      permissions: [permissionsToGiveExample],
      assignableRoles: [roleExample],
    }),
    path: '/v1/me/memberships/{tenantId}',
    summary: 'Show what the caller may hand on in one of their tenants, at most',
    caller: { permission: 'read:me' },
  },
} as const satisfies Record<string, Route>;
