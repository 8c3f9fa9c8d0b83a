import * as z from 'zod';
import type { RoleKind } from '#shared/domain/records/permissions.ts';
import {
  DESCRIPTION_CHARACTERS,
  NAME_CHARACTERS,
  namedPermission,
  PERMISSIONS_MAX,
  searchQuery,
  text,
  unique,
} from '../fields/fields.ts';
import { commonExample, commonMembers, creating, deleting, listing, showing, updating } from '../fields/shapes.ts';
import type { Route } from '../table.ts';

/** The largest signed number of 16 bits, because roles of other products can have such levels. */
const LEVEL_MAX = 32_767;

const rolePermission = z.object({ api: z.string(), value: z.string() });

const kind = z.enum(['tenant', 'workspace'] as const satisfies RoleKind[]).meta({
  description: 'tenant: members, service users and API tokens of tenants can have it; workspace: no tenant assigns it',
});

/** A role as answers show it. Only a role of one tenant has a tenantId. */
export const role = z.object({
  id: z.string(),
  kind,
  tenantId: z.string().optional(),
  key: z.string(),
  name: z.string(),
  description: z.string().optional(),
  level: z.int(),
  permissions: z.array(rolePermission),
  isDefault: z.boolean(),
  ...commonMembers,
});

/** The body that creates the role of the examples. */
export const roleRequest = {
  key: 'reports-reader',
  name: 'Reports reader',
  level: 100,
  permissions: [{ api: 'https://api.example.com/reports', value: 'read:reports' }],
};

/** A role in an answer, as an example. */
export const roleExample = {
  id: 'rol_5cVbN8mQwErTyU1iOpAs2D',
  kind: 'tenant',
  ...roleRequest,
  isDefault: false,
  ...commonExample,
};

const rolePermissions = unique(
  z.array(namedPermission).max(PERMISSIONS_MAX),
  ({ api: identifier, value }) => `${identifier} ${value}`,
);

const level = z.int().min(0).max(LEVEL_MAX);

/** The body of a creation. */
export const newRole = z.strictObject({
  key: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/, 'must be 1 to 64 of A-Z a-z 0-9 . _ : -')
    .min(1)
    .max(64),
  name: text(NAME_CHARACTERS),
  description: text(DESCRIPTION_CHARACTERS).optional(),
  level,
  permissions: rolePermissions,
  isDefault: z.boolean().optional(),
});

/** The body of a change. */
export const roleChange = z.strictObject({
  name: text(NAME_CHARACTERS).optional(),
  description: text(DESCRIPTION_CHARACTERS).nullish(),
  level: level.optional(),
  permissions: rolePermissions.optional(),
  isDefault: z.boolean().optional(),
});

/** The routes of the workspace's roles, which are named sets of permissions and can be assigned in every tenant. */
export const roleRoutes = {
  createRole: {
    ...creating(role, roleExample),
    path: '/v1/roles',
    summary: 'Create a role; a lower level is stronger',
    caller: { permission: 'write:roles' },
    body: { encoding: 'json', schema: newRole.extend({ kind: kind.optional() }), example: roleRequest },
    audit: 'role.created',
  },
  listRoles: {
    ...listing(role, roleExample, searchQuery),
    path: '/v1/roles',
    summary: 'List roles',
    caller: { permission: 'read:roles' },
  },
  getRole: {
    ...showing(role, roleExample),
    path: '/v1/roles/{roleId}',
    summary: 'Show a role',
    caller: { permission: 'read:roles' },
  },
  updateRole: {
    ...updating(role, { ...roleExample, level: 90, version: 2 }),
    path: '/v1/roles/{roleId}',
    summary: 'Change a role',
    caller: { permission: 'write:roles' },
    body: { encoding: 'merge-patch', schema: roleChange, example: { level: 90 } },
    audit: 'role.updated',
  },
  deleteRole: {
    ...deleting,
    path: '/v1/roles/{roleId}',
    summary: 'Delete a role; its holders lose its permissions at once',
    caller: { permission: 'write:roles' },
    audit: 'role.deleted',
  },
} as const satisfies Record<string, Route>;
