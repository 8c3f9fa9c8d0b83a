import { searchQuery } from '../fields/fields.ts';
import { creating, deleting, listing, showing, updating } from '../fields/shapes.ts';
import type { Route } from '../table.ts';
import { newRole, role, roleChange, roleExample, roleRequest } from './roles.ts';

const COLLECTION = '/v1/tenants/{tenantId}/roles';

const ITEM = `${COLLECTION}/{roleId}` as const;

const reading = { caller: { permission: 'read:tenant-roles' } } as const;

const writing = { caller: { permission: 'write:tenant-roles' } } as const;

const example = { ...roleExample, tenantId: 'ten_9RkX3pWvYc7LmB2sQzFd4T' };

/** Roles of one tenant, which can be assigned in it only. */
export const tenantRoleRoutes = {
  createTenantRole: {
    ...creating(role, example),
    ...writing,
    path: COLLECTION,
    summary: "Create a role of a tenant's own; its key is none of the workspace's roles",
    body: { encoding: 'json', schema: newRole, example: roleRequest },
    audit: 'role.created',
  },
  listTenantRoles: {
    ...listing(role, example, searchQuery),
    ...reading,
    path: COLLECTION,
    summary: "List a tenant's own roles; those of the workspace are at /v1/roles",
  },
  getTenantRole: { ...showing(role, example), ...reading, path: ITEM, summary: "Show a role of a tenant's own" },
  updateTenantRole: {
    ...updating(role, { ...example, level: 90, version: 2 }),
    ...writing,
    path: ITEM,
    summary: "Change a role of a tenant's own",
    body: { encoding: 'merge-patch', schema: roleChange, example: { level: 90 } },
    audit: 'role.updated',
  },
  deleteTenantRole: {
    ...deleting,
    ...writing,
    path: ITEM,
    summary: "Delete a role of a tenant's own; whoever had it loses its permissions",
    audit: 'role.deleted',
  },
} as const satisfies Record<string, Route>;
