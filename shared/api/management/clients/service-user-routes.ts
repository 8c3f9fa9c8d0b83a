import type { Route } from '../../table.ts';

/** The collection of a tenant's service users. */
export const serviceUsersPath = '/v1/tenants/{tenantId}/service-users';

/** One service user. Its secrets, keys and federated credentials are below this path. */
export const serviceUserPath = `${serviceUsersPath}/{serviceUserId}` as const;

/** The members of every route that shows service users or their credentials. */
export const reading = {
  errors: 'problem',
  caller: { permission: 'read:service-users' },
} as const satisfies Partial<Route>;

/** The members of every route that changes service users or their credentials. */
export const writing = {
  errors: 'problem',
  caller: { permission: 'write:service-users' },
} as const satisfies Partial<Route>;
