import type { Route } from '../../table.ts';

/** What the routes of service users, their secrets, keys and federated credentials have in common. */

export const serviceUsersPath = '/v1/tenants/{tenantId}/service-users';

export const serviceUserPath = `${serviceUsersPath}/{serviceUserId}` as const;

export const reading = {
  errors: 'problem',
  caller: { permission: 'read:service-users' },
} as const satisfies Partial<Route>;

export const writing = {
  errors: 'problem',
  caller: { permission: 'write:service-users' },
} as const satisfies Partial<Route>;
