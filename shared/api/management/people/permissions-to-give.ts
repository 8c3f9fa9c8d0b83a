import * as z from 'zod';
import { pageQuery } from '../../fields/fields.ts';
import { listing } from '../../fields/shapes.ts';
import type { Route } from '../../table.ts';

/** The permissions of one API that a caller may give to others. */
export const permissionsToGive = z.object({
  api: z.string().meta({ description: 'The identifier of the API' }),
  apiName: z.string(),
  permissions: z.array(z.object({ value: z.string(), description: z.string().optional() })),
});

/** An example of these permissions. */
export const permissionsToGiveExample = {
  api: 'https://api.example.com/reports',
  apiName: 'Reports',
  permissions: [{ value: 'read:reports', description: 'Read reports' }],
};

/** What a caller may give in a tenant, so that a form can offer it. */
export const permissionsToGiveRoutes = {
  listPermissionsToGive: {
    ...listing(permissionsToGive, permissionsToGiveExample, pageQuery),
    path: '/v1/tenants/{tenantId}/permissions',
    summary: 'List the permissions that the caller may give in a tenant, API by API',
    caller: { permission: 'read:permissions' },
  },
} as const satisfies Record<string, Route>;
