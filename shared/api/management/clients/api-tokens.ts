import * as z from 'zod';
import {
  apiIdentifier,
  apiTokenKind,
  clientQuery,
  DESCRIPTION_CHARACTERS,
  EXPIRY_SECONDS_MAX,
  expiresInSeconds,
  id,
  metadata,
  metadataPatch,
  namedPermission,
  PERMISSIONS_MAX,
  page,
  roleIds,
  text,
  unique,
} from '../../fields/fields.ts';
import { status } from '../../fields/shapes.ts';
import { lambdaTable, type Route } from '../../table.ts';
import { apiToken, apiTokenExample, newApiToken, personalExample, shownExample } from './api-token-shapes.ts';

/** The permissions of a tenant's API token, in the place of roles. */
const permissions = unique(
  z.array(namedPermission).max(PERMISSIONS_MAX),
  ({ api, value }) => `${api} ${value}`,
).optional();

/** The path of a tenant's API tokens. */
export const tenantTokens = '/v1/tenants/{tenantId}/api-tokens';

/** The path of a user's personal API tokens in a tenant. */
export const userTokens = '/v1/tenants/{tenantId}/members/{userId}/api-tokens';

/** The path of the personal API tokens of the caller, in all tenants. */
export const myTokens = '/v1/me/api-tokens';

const commonRequest = {
  kind: apiTokenKind.default('client_credentials'),
  audience: apiIdentifier.optional(),
  description: text(DESCRIPTION_CHARACTERS),
  metadata: metadata.optional(),
  expiresInSeconds,
};

const creation = { method: 'POST', errors: 'problem', audit: 'api_token.created' } as const satisfies Partial<Route>;

const created = {
  status: 201,
  description: 'The API token. Its secret or JWT is shown in this answer only',
  schema: newApiToken,
} as const;

/** What a person sends to create a personal API token for themselves, in one of their tenants or as a workspace member. */
const ownRequest = z.strictObject({
  ...commonRequest,
  tenantId: id.optional().meta({ description: 'Absent for a workspace member, outside of tenants' }),
});

/** The routes that create API tokens. Their answers show a new secret, or a long-lived JWT. */
export const createToken = lambdaTable({
  name: 'create-token',
  purpose: 'Creates API tokens of tenants and of users.',
  grants: [
    'records:read',
    'tokens:verify',
    'proofs:verify',
    'tokens:sign',
    'clients:create',
    'clients:list',
    'rosters:write',
    'pepper:use',
    'secrets:hash',
    'requests:remember',
    'audit:append',
  ],
  routes: {
    createTenantApiToken: {
      ...creation,
      path: tenantTokens,
      summary: 'Create an API token of a tenant',
      caller: { permission: 'write:tenant-tokens' },
      body: {
        encoding: 'json',
        schema: z.strictObject({ ...commonRequest, roleIds: roleIds.optional(), permissions }),
        example: { description: 'nightly export', roleIds: apiTokenExample.roleIds, expiresInSeconds: null },
      },
      reply: { ...created, example: { ...apiTokenExample, clientSecret: 'mms_…' } },
    },
    createMemberApiToken: {
      ...creation,
      path: userTokens,
      summary: "Create a user's personal API token; it always has the current roles of the user in this tenant",
      caller: { permission: 'write:user-tokens' },
      body: {
        encoding: 'json',
        schema: z.strictObject(commonRequest),
        example: {
          kind: 'access_token',
          description: 'my laptop',
          audience: personalExample.audience,
          expiresInSeconds: 7_776_000,
        },
      },
      reply: { ...created, example: { ...personalExample, accessToken: 'eyJ…' } },
    },
    createMyApiToken: {
      ...creation,
      path: myTokens,
      summary: "Create a personal API token of the caller; it always has the caller's current roles there",
      caller: { permission: 'write:my-tokens' },
      body: {
        encoding: 'json',
        schema: ownRequest,
        example: { description: 'my laptop', tenantId: personalExample.tenantId, expiresInSeconds: 7_776_000 },
      },
      reply: { ...created, example: { ...personalExample, accessToken: 'eyJ…' } },
      audited: ['tenantId'],
    },
  },
});

const list = { method: 'GET', errors: 'problem', query: clientQuery } as const satisfies Partial<Route>;

const listed = { status: 200, description: 'A page of API tokens', schema: page(apiToken) } as const;

const read = { method: 'GET', errors: 'problem' } as const satisfies Partial<Route>;

const shown = { status: 200, description: 'The API token, without its secret', schema: apiToken } as const;

const commonChange = {
  description: text(DESCRIPTION_CHARACTERS).optional(),
  metadata: metadataPatch,
  status: status.optional(),
  expiresInSeconds: z.int().min(1).max(EXPIRY_SECONDS_MAX).optional(),
};

const change = { method: 'PATCH', errors: 'problem', audit: 'api_token.updated' } as const satisfies Partial<Route>;

const changed = { status: 200, description: 'The API token after the change', schema: apiToken } as const;

const removal = {
  method: 'DELETE',
  errors: 'problem',
  reply: { status: 204, description: 'The API token and all access tokens that it obtained are invalid' },
  audit: 'api_token.revoked',
} as const satisfies Partial<Route>;

/** The routes that show, change and delete API tokens. */
export const manageTokens = lambdaTable({
  name: 'manage-tokens',
  greedyBelow: [tenantTokens, userTokens, myTokens],
  // The function `create-token` has routes and limits of its own for creations.
  servedElsewhere: { [tenantTokens]: 'POST', [userTokens]: 'POST', [myTokens]: 'POST' },
  purpose: 'Lists, shows, changes and deletes API tokens.',
  grants: [
    'records:read',
    'tokens:verify',
    'proofs:verify',
    'clients:list',
    'directory:list',
    'clients:change',
    'clients:delete',
    'rosters:write',
    'pepper:use',
    'usage:read',
    'audit:append',
  ],
  routes: {
    listTenantApiTokens: {
      ...list,
      path: tenantTokens,
      summary: "List a tenant's API tokens",
      caller: { permission: 'read:tenant-tokens' },
      reply: { ...listed, example: { items: [shownExample] } },
    },
    getTenantApiToken: {
      ...read,
      path: `${tenantTokens}/{clientId}`,
      summary: "Show a tenant's API token",
      caller: { permission: 'read:tenant-tokens' },
      reply: { ...shown, example: shownExample },
    },
    updateTenantApiToken: {
      ...change,
      path: `${tenantTokens}/{clientId}`,
      summary: "Change a tenant's API token; its expiry can only become earlier",
      caller: { permission: 'write:tenant-tokens' },
      body: {
        encoding: 'merge-patch',
        schema: z.strictObject({ ...commonChange, roleIds: roleIds.optional(), permissions }),
        example: { description: 'hourly export' },
      },
      reply: { ...changed, example: { ...apiTokenExample, description: 'hourly export', version: 2 } },
    },
    deleteTenantApiToken: {
      ...removal,
      path: `${tenantTokens}/{clientId}`,
      summary: "Delete a tenant's API token",
      caller: { permission: 'write:tenant-tokens' },
    },
    listMemberApiTokens: {
      ...list,
      path: userTokens,
      summary: "List a user's personal API tokens",
      caller: { permission: 'read:user-tokens' },
      reply: { ...listed, example: { items: [personalExample] } },
    },
    getMemberApiToken: {
      ...read,
      path: `${userTokens}/{clientId}`,
      summary: "Show a user's personal API token",
      caller: { permission: 'read:user-tokens' },
      reply: { ...shown, example: personalExample },
    },
    updateMemberApiToken: {
      ...change,
      path: `${userTokens}/{clientId}`,
      summary: 'Change a personal API token; its expiry can only become earlier',
      caller: { permission: 'write:user-tokens' },
      body: { encoding: 'merge-patch', schema: z.strictObject(commonChange), example: { status: 'disabled' } },
      reply: { ...changed, example: { ...personalExample, status: 'disabled', version: 2 } },
    },
    deleteMemberApiToken: {
      ...removal,
      path: `${userTokens}/{clientId}`,
      summary: "Delete a user's personal API token",
      caller: { permission: 'write:user-tokens' },
    },
    listMyApiTokens: {
      ...list,
      path: myTokens,
      summary: "List the caller's personal API tokens in all tenants, tenant by tenant",
      caller: { permission: 'read:my-tokens' },
      reply: { ...listed, example: { items: [personalExample] } },
    },
    getMyApiToken: {
      ...read,
      path: `${myTokens}/{clientId}`,
      summary: 'Show a personal API token of the caller',
      caller: { permission: 'read:my-tokens' },
      reply: { ...shown, example: personalExample },
    },
    updateMyApiToken: {
      ...change,
      path: `${myTokens}/{clientId}`,
      summary: 'Change a personal API token of the caller; its expiry can only become earlier',
      caller: { permission: 'write:my-tokens' },
      body: { encoding: 'merge-patch', schema: z.strictObject(commonChange), example: { status: 'disabled' } },
      reply: { ...changed, example: { ...personalExample, status: 'disabled', version: 2 } },
    },
    deleteMyApiToken: {
      ...removal,
      path: `${myTokens}/{clientId}`,
      summary: 'Delete a personal API token of the caller',
      caller: { permission: 'write:my-tokens' },
    },
  },
});
