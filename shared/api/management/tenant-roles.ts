import { searchQuery } from '../fields/fields.ts';
import { creating, deleting, listing, showing, updating } from '../fields/shapes.ts';
import type { Route } from '../table.ts';
import { newRole, role, roleChange, roleExample, roleRequest } from './roles.ts';

const COLLECTION = '/v1/tenants/{tenantId}/roles';

const ITEM = `${COLLECTION}/{roleId}` as const;

const reading = { caller: { permission: 'read:tenant-roles' } } as const;

const writing = { caller: { permission: 'write:tenant-roles' } } as const;

const example = { ...roleExample, tenantId: 'ten_9RkX3pWvYc7LmB2sQzFd4T' };

/** The routes of a tenant's own roles, which can be assigned in this tenant only. */
export const tenantRoleRoutes = {
  createTenantRole: {
    ...creating(role, example),
    ...writing,
    path: COLLECTION,
    summary: "Create a tenant's own role; its key must differ from those of the workspace's roles",
    body: { encoding: 'json', schema: newRole, example: roleRequest },
    audit: 'role.created',
  },
  listTenantRoles: {
    ...listing(role, example, searchQuery),
    ...reading,
    path: COLLECTION,
    summary: "List a tenant's own roles; those of the workspace are at /v1/roles",
  },
  getTenantRole: { ...showing(role, example), ...reading, path: ITEM, summary: "Show a tenant's own role" },
  updateTenantRole: {
    ...updating(role, { ...example, level: 90, version: 2 }),
    ...writing,
    path: ITEM,
    summary: "Change a tenant's own role",
    body: { encoding: 'merge-patch', schema: roleChange, example: { level: 90 } },
    audit: 'role.updated',
  },
  deleteTenantRole: {
    ...deleting,
    ...writing,
    path: ITEM,
    summary: "Delete a tenant's own role; its holders lose its permissions at once",
    audit: 'role.deleted',
  },
} as const satisfies Record<string, Route>;
