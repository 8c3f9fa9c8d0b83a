import * as z from 'zod';
import {
  id,
  metadata,
  metadataPatch,
  NAME_CHARACTERS,
  statusQuery,
  text,
  timestamp,
  tokensRevokedUntil,
} from '../fields/fields.ts';
import {
  commonExample,
  commonMembers,
  creating,
  deleting,
  listing,
  showing,
  shownMetadata,
  status,
  updating,
} from '../fields/shapes.ts';
import type { Route } from '../table.ts';

const tenant = z.object({
  id: z.string(),
  name: z.string(),
  status,
  tokensRevokedUntil: timestamp.optional(),
  metadata: shownMetadata,
  ...commonMembers,
});

const tenantExample = { id: 'ten_9RkX3pWvYc7LmB2sQzFd4T', name: 'Acme', status: 'active', ...commonExample };

/** The routes of tenants, which are the customers of the workspace. */
export const tenantRoutes = {
  createTenant: {
    ...creating(tenant, tenantExample),
    path: '/v1/tenants',
    summary: 'Create a tenant',
    caller: { permission: 'write:tenants' },
    body: {
      encoding: 'json',
      schema: z.strictObject({ name: text(NAME_CHARACTERS), id: id.optional(), metadata: metadata.optional() }),
      example: { name: 'Acme' },
    },
    audit: 'tenant.created',
  },
  listTenants: {
    ...listing(tenant, tenantExample, statusQuery),
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
    ...updating(tenant, { ...tenantExample, status: 'disabled', version: 2 }),
    path: '/v1/tenants/{tenantId}',
    summary: 'Change a tenant',
    caller: { permission: 'write:tenants' },
    body: {
      encoding: 'merge-patch',
      schema: z.strictObject({
        name: text(NAME_CHARACTERS).optional(),
        status: status.optional(),
        metadata: metadataPatch,
        tokensRevokedUntil: tokensRevokedUntil.optional(),
      }),
      example: { status: 'disabled' },
    },
    audit: 'tenant.updated',
  },
  deleteTenant: {
    ...deleting,
    path: '/v1/tenants/{tenantId}',
    summary: 'Delete a tenant; its credentials and tokens become invalid at once',
    caller: { permission: 'write:tenants' },
    audit: 'tenant.deleted',
  },
} as const satisfies Record<string, Route>;
