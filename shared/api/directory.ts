import * as z from 'zod';
import {
  apiIdentifier,
  id,
  metadata,
  metadataPatch,
  page,
  pageQuery,
  permissionValue,
  text,
  timestamp,
} from './fields.ts';
import { lambdaTable, type Route } from './table.ts';

const NAME_CHARACTERS = 128;
const DESCRIPTION_CHARACTERS = 256;
const PERMISSIONS_MAX = 200;
const ROLES_MAX = 50;
const LEVEL_MAX = 10_000;
const TOKEN_LIFETIME_SECONDS_MIN = 60;
const TOKEN_LIFETIME_SECONDS_MAX = 86_400;

const common = { createdAt: timestamp, version: z.int() };
const shownMetadata = z.record(z.string(), z.json()).optional();
const example = { createdAt: '2027-01-15T08:00:00.000Z', version: 1 };

const tenant = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(['active', 'disabled']),
  metadata: shownMetadata,
  ...common,
});
const tenantExample = { id: 'ten_9RkX3pWvYc7LmB2sQzFd4T', name: 'Acme', status: 'active', ...example };

const user = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string().optional(),
  status: z.enum(['active', 'disabled']),
  metadata: shownMetadata,
  ...common,
});
const userExample = {
  id: 'usr_6TgBnH7yJuKmI8oLpQaZ3W',
  email: 'ada@example.com',
  name: 'Ada',
  status: 'active',
  ...example,
};

const member = z.object({ tenantId: z.string(), userId: z.string(), roleIds: z.array(z.string()), ...common });
const memberExample = {
  tenantId: tenantExample.id,
  userId: userExample.id,
  roleIds: ['rol_5cVbN8mQwErTyU1iOpAs2D'],
  ...example,
};

const rolePermission = z.object({ api: z.string(), value: z.string() });
const role = z.object({
  id: z.string(),
  key: z.string(),
  name: z.string(),
  description: z.string().optional(),
  level: z.int(),
  permissions: z.array(rolePermission),
  ...common,
});
const roleRequest = {
  key: 'reports-reader',
  name: 'Reports reader',
  level: 100,
  permissions: [{ api: 'https://api.example.com/reports', value: 'read:reports' }],
};
const roleExample = { id: 'rol_5cVbN8mQwErTyU1iOpAs2D', ...roleRequest, ...example };

const permission = z.object({ value: z.string(), description: z.string().optional() });
const api = z.object({
  id: z.string(),
  identifier: z.string(),
  name: z.string(),
  signingAlgorithm: z.enum(['RS256', 'ES256']),
  tokenLifetimeSeconds: z.int(),
  permissions: z.array(permission),
  ...common,
});
const apiRequest = {
  identifier: 'https://api.example.com/reports',
  name: 'Reports',
  permissions: [{ value: 'read:reports', description: 'Read reports' }],
};
const apiExample = {
  id: 'api_1QwErTyUiOpAsDfGhJkL2Z',
  ...apiRequest,
  signingAlgorithm: 'RS256',
  tokenLifetimeSeconds: 3600,
  ...example,
};

/** A list that names nothing twice. */
function unique<Items extends z.ZodType<readonly unknown[]>>(
  items: Items,
  key: (item: z.output<Items>[number]) => string,
) {
  return items.refine((values) => new Set(values.map(key)).size === values.length, 'must not name one thing twice');
}

const rolePermissions = unique(
  z.array(z.object({ api: apiIdentifier, value: permissionValue })).max(PERMISSIONS_MAX),
  ({ api: identifier, value }) => `${identifier} ${value}`,
);
const level = z.int().min(0).max(LEVEL_MAX);
const apiPermissions = unique(
  z
    .array(z.object({ value: permissionValue, description: text(DESCRIPTION_CHARACTERS).optional() }))
    .max(PERMISSIONS_MAX),
  ({ value }) => value,
);
const signingAlgorithm = z.enum(['RS256', 'ES256']);
const tokenLifetimeSeconds = z.int().min(TOKEN_LIFETIME_SECONDS_MIN).max(TOKEN_LIFETIME_SECONDS_MAX);
const email = z.email().max(254);
const status = z.enum(['active', 'disabled']).optional();

/** A list route less its path and permission. */
function listing<Item extends z.ZodType>(item: Item, example: unknown) {
  return {
    method: 'GET',
    errors: 'problem',
    query: pageQuery,
    reply: { status: 200, description: 'A page of the list', schema: page(item), example: { items: [example] } },
  } as const;
}

/** A route that shows one item, less its path and permission. */
function showing<Item extends z.ZodType>(item: Item, example: unknown) {
  return {
    method: 'GET',
    errors: 'problem',
    reply: { status: 200, description: 'What was asked for', schema: item, example },
  } as const;
}

/** A creation less its path, permission, body and audit event. */
function creating<Item extends z.ZodType>(item: Item, example: unknown) {
  return {
    method: 'POST',
    errors: 'problem',
    reply: { status: 201, description: 'What was created', schema: item, example },
  } as const;
}

/** A change less its path, permission, body and audit event. If-Match keeps it from overwriting what one has not seen. */
function updating<Item extends z.ZodType>(item: Item, example: unknown) {
  return {
    method: 'PATCH',
    errors: 'problem',
    reply: { status: 200, description: 'The resource after the change', schema: item, example },
  } as const;
}

const deleting = {
  method: 'DELETE',
  errors: 'problem',
  reply: { status: 204, description: 'Deleted, with everything that follows from it' },
} as const satisfies Partial<Route>;

/** Tenants, users, memberships, roles and APIs. */
export const directory = lambdaTable({
  name: 'directory',
  purpose: 'Keeps tenants, users, memberships, roles and APIs.',
  grants: ['standing:read', 'tokens:verify', 'directory:write', 'directory:list', 'requests:remember', 'audit:append'],
  routes: {
    createTenant: {
      ...creating(tenant, tenantExample),
      path: '/v1/tenants',
      summary: 'Create a tenant',
      caller: { permission: 'write:tenants' },
      body: {
        encoding: 'json',
        schema: z.object({ name: text(NAME_CHARACTERS), id: id.optional(), metadata: metadata.optional() }),
        example: { name: 'Acme' },
      },
      audit: 'tenant.created',
    },
    listTenants: {
      ...listing(tenant, tenantExample),
      path: '/v1/tenants',
      summary: 'List tenants',
      caller: { permission: 'read:tenants' },
    },
    getTenant: {
      ...showing(tenant, tenantExample),
      path: '/v1/tenants/{tenantId}',
      summary: 'Show a tenant',
      caller: { permission: 'read:tenants' },
    },
    updateTenant: {
      ...updating(tenant, tenantExample),
      path: '/v1/tenants/{tenantId}',
      summary: 'Change a tenant',
      caller: { permission: 'write:tenants' },
      body: {
        encoding: 'merge-patch',
        schema: z.object({ name: text(NAME_CHARACTERS).optional(), status, metadata: metadataPatch }),
        example: { status: 'disabled' },
      },
      audit: 'tenant.updated',
    },
    deleteTenant: {
      ...deleting,
      path: '/v1/tenants/{tenantId}',
      summary: 'Delete a tenant; its credentials and tokens are worth nothing from now on',
      caller: { permission: 'write:tenants' },
      audit: 'tenant.deleted',
    },

    createUser: {
      ...creating(user, userExample),
      path: '/v1/users',
      summary: 'Create a user',
      caller: { permission: 'write:users' },
      body: {
        encoding: 'json',
        schema: z.object({ email, name: text(NAME_CHARACTERS).optional(), metadata: metadata.optional() }),
        example: { email: 'ada@example.com', name: 'Ada' },
      },
      audit: 'user.created',
    },
    listUsers: {
      ...listing(user, userExample),
      path: '/v1/users',
      summary: 'List users',
      caller: { permission: 'read:users' },
    },
    getUser: {
      ...showing(user, userExample),
      path: '/v1/users/{userId}',
      summary: 'Show a user',
      caller: { permission: 'read:users' },
    },
    updateUser: {
      ...updating(user, userExample),
      path: '/v1/users/{userId}',
      summary: 'Change a user',
      caller: { permission: 'write:users' },
      body: {
        encoding: 'merge-patch',
        schema: z.object({
          email: email.optional(),
          name: text(NAME_CHARACTERS).nullish(),
          status,
          metadata: metadataPatch,
        }),
        example: { name: 'Ada L.' },
      },
      audit: 'user.updated',
    },
    deleteUser: {
      ...deleting,
      path: '/v1/users/{userId}',
      summary: 'Delete a user; the personal tokens are worth nothing from now on',
      caller: { permission: 'write:users' },
      audit: 'user.deleted',
    },

    setMember: {
      method: 'PUT',
      path: '/v1/tenants/{tenantId}/members/{userId}',
      summary: 'Make a user a member of a tenant, or give a member other roles',
      caller: { permission: 'write:members' },
      errors: 'problem',
      body: {
        encoding: 'json',
        schema: z.object({ roleIds: z.array(id).max(ROLES_MAX) }),
        example: { roleIds: memberExample.roleIds },
      },
      reply: { status: 200, description: 'The membership', schema: member, example: memberExample },
      audit: 'member.set',
    },
    listMembers: {
      ...listing(member, memberExample),
      path: '/v1/tenants/{tenantId}/members',
      summary: 'List the members of a tenant',
      caller: { permission: 'read:members' },
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
      summary: 'Take a user out of a tenant; the personal tokens for it are worth nothing from now on',
      caller: { permission: 'write:members' },
      audit: 'member.deleted',
    },

    createRole: {
      ...creating(role, roleExample),
      path: '/v1/roles',
      summary: 'Create a role; a smaller level is stronger',
      caller: { permission: 'write:roles' },
      body: {
        encoding: 'json',
        schema: z.object({
          key: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/, 'must be 1 to 64 of A-Z a-z 0-9 . _ : -'),
          name: text(NAME_CHARACTERS),
          description: text(DESCRIPTION_CHARACTERS).optional(),
          level,
          permissions: rolePermissions,
        }),
        example: roleRequest,
      },
      audit: 'role.created',
    },
    listRoles: {
      ...listing(role, roleExample),
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
      ...updating(role, roleExample),
      path: '/v1/roles/{roleId}',
      summary: 'Change a role',
      caller: { permission: 'write:roles' },
      body: {
        encoding: 'merge-patch',
        schema: z.object({
          name: text(NAME_CHARACTERS).optional(),
          description: text(DESCRIPTION_CHARACTERS).nullish(),
          level: level.optional(),
          permissions: rolePermissions.optional(),
        }),
        example: { level: 90 },
      },
      audit: 'role.updated',
    },
    deleteRole: {
      ...deleting,
      path: '/v1/roles/{roleId}',
      summary: 'Delete a role; whoever had it loses its permissions',
      caller: { permission: 'write:roles' },
      audit: 'role.deleted',
    },

    createApi: {
      ...creating(api, apiExample),
      path: '/v1/apis',
      summary: 'Register an API (resource server) with its permissions',
      caller: { permission: 'write:apis' },
      body: {
        encoding: 'json',
        schema: z.object({
          identifier: apiIdentifier,
          name: text(NAME_CHARACTERS),
          permissions: apiPermissions.default([]),
          signingAlgorithm: signingAlgorithm.optional(),
          tokenLifetimeSeconds: tokenLifetimeSeconds.optional(),
        }),
        example: apiRequest,
      },
      audit: 'api.created',
    },
    listApis: {
      ...listing(api, apiExample),
      path: '/v1/apis',
      summary: 'List APIs',
      caller: { permission: 'read:apis' },
    },
    getApi: {
      ...showing(api, apiExample),
      path: '/v1/apis/{apiId}',
      summary: 'Show an API',
      caller: { permission: 'read:apis' },
    },
    updateApi: {
      ...updating(api, apiExample),
      path: '/v1/apis/{apiId}',
      summary: 'Change an API',
      caller: { permission: 'write:apis' },
      body: {
        encoding: 'merge-patch',
        schema: z.object({
          name: text(NAME_CHARACTERS).optional(),
          signingAlgorithm: signingAlgorithm.optional(),
          tokenLifetimeSeconds: tokenLifetimeSeconds.optional(),
          permissions: apiPermissions.optional(),
        }),
        example: { tokenLifetimeSeconds: 900 },
      },
      audit: 'api.updated',
    },
    deleteApi: {
      ...deleting,
      path: '/v1/apis/{apiId}',
      summary: 'Delete an API; its tokens are worth nothing from now on',
      caller: { permission: 'write:apis' },
      audit: 'api.deleted',
    },
  },
});
