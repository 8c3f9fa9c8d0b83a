import * as z from 'zod';
import type { Grantee } from '#shared/domain/records/permissions.ts';
import {
  clientQuery,
  EXPIRY_SECONDS_MAX,
  expiresInSeconds,
  id,
  metadata,
  metadataPatch,
  NAME_CHARACTERS,
  PERMISSIONS_MAX,
  page,
  permissionValue,
  text,
  timestamp,
  tokenLifetimeSeconds,
  tokenQuota,
  tokensRevokedUntil,
} from '../../fields/fields.ts';
import { newRegistration, registrationPatch } from '../../fields/registration-fields.ts';
import { newSecretFields } from '../../fields/secret-fields.ts';
import { status } from '../../fields/shapes.ts';
import { lambdaTable, type Route } from '../../table.ts';
import { application, applicationExample, usedApplicationExample } from './application.ts';
import { ownApplicationRoutes } from './own-applications.ts';

const newExample = { ...applicationExample, clientSecret: 'mms_…' };

const grantee = z
  .enum(['client', 'user'] as const satisfies Grantee[])
  .meta({ description: 'client: for the application itself; user: for the people who use it' });

const grant = z.object({
  id: z.string(),
  clientId: z.string(),
  apiId: z.string(),
  for: grantee,
  permissions: z.union([z.literal('all'), z.array(z.string())]),
  createdAt: timestamp,
  version: z.int(),
});

const grantExample = {
  id: 'grn_4RtYuIoPzXcVbNmAsDfG1h',
  clientId: applicationExample.clientId,
  apiId: 'api_1QwErTyUiOpAsDfGhJkL2Z',
  for: 'client',
  permissions: ['read:reports'],
  createdAt: applicationExample.createdAt,
  version: 1,
};

const reading = { errors: 'problem', caller: { permission: 'read:applications' } } as const satisfies Partial<Route>;

const writing = { errors: 'problem', caller: { permission: 'write:applications' } } as const satisfies Partial<Route>;

/** The routes of applications, which are clients of the workspace itself, and of their client grants. */
export const applications = lambdaTable({
  name: 'applications',
  greedyBelow: ['/v1/applications', '/v1/me/applications'],
  purpose: 'Manages applications and their client grants; lets developers manage their own applications.',
  grants: [
    'records:read',
    'tokens:verify',
    'proofs:verify',
    'clients:create',
    'clients:list',
    'clients:change',
    'clients:delete',
    'rosters:write',
    'usage:read',
    'client-grants:write',
    'pepper:use',
    'secrets:hash',
    'keys:examine',
    'requests:remember',
    'audit:append',
  ],
  routes: {
    createApplication: {
      ...writing,
      method: 'POST',
      path: '/v1/applications',
      summary: 'Register an application',
      body: {
        encoding: 'json',
        schema: z.strictObject({
          name: text(NAME_CHARACTERS),
          metadata: metadata.optional(),
          tokenLifetimeSeconds: tokenLifetimeSeconds.optional(),
          tokenQuota: tokenQuota.partial().nullish(),
          expiresInSeconds,
          ...newRegistration,
        }),
        example: { name: applicationExample.name },
      },
      reply: {
        status: 201,
        description: 'The application. If it authenticates with a secret, the secret is shown in this answer only',
        schema: application.extend(newSecretFields),
        example: newExample,
      },
      audit: 'client.created',
    },
    listApplications: {
      ...reading,
      method: 'GET',
      path: '/v1/applications',
      summary: 'List applications',
      query: clientQuery.extend({
        ownerUserId: id.optional().meta({ description: 'The developer who owns them' }),
      }),
      reply: {
        status: 200,
        description: 'A page of applications',
        schema: page(application),
        example: { items: [usedApplicationExample] },
      },
    },
    getApplication: {
      ...reading,
      method: 'GET',
      path: '/v1/applications/{clientId}',
      summary: 'Show an application',
      reply: {
        status: 200,
        description: 'The application, without its secrets',
        schema: application,
        example: usedApplicationExample,
      },
    },
    updateApplication: {
      ...writing,
      method: 'PATCH',
      path: '/v1/applications/{clientId}',
      summary: 'Change an application; its expiry can only become earlier',
      body: {
        encoding: 'merge-patch',
        schema: z.strictObject({
          name: text(NAME_CHARACTERS).optional(),
          metadata: metadataPatch,
          tokenLifetimeSeconds: tokenLifetimeSeconds.nullish(),
          tokensRevokedUntil: tokensRevokedUntil.optional(),
          tokenQuota: tokenQuota.partial().nullish(),
          status: status.optional(),
          expiresInSeconds: z.int().min(1).max(EXPIRY_SECONDS_MAX).optional(),
          ...registrationPatch,
        }),
        example: { tokenLifetimeSeconds: 600 },
      },
      reply: {
        status: 200,
        description: 'The application after the change',
        schema: application,
        example: { ...applicationExample, tokenLifetimeSeconds: 600, version: 2 },
      },
      audit: 'client.updated',
    },
    deleteApplication: {
      ...writing,
      method: 'DELETE',
      path: '/v1/applications/{clientId}',
      summary: 'Delete an application; its tokens become invalid at once',
      reply: { status: 204, description: 'Deleted' },
      audit: 'client.deleted',
    },
    setClientGrant: {
      ...writing,
      method: 'PUT',
      path: '/v1/applications/{clientId}/grants/{apiId}',
      summary: 'Set the permissions that an application may ask for at an API, for itself or for its users',
      body: {
        encoding: 'json',
        schema: z.strictObject({
          for: grantee.default('client'),
          permissions: z.union([z.literal('all'), z.array(permissionValue).max(PERMISSIONS_MAX)]),
        }),
        example: { permissions: grantExample.permissions },
      },
      reply: { status: 200, description: 'The client grant', schema: grant, example: grantExample },
      audit: 'client_grant.set',
      audited: ['for'],
    },
    getClientGrants: {
      ...reading,
      method: 'GET',
      path: '/v1/applications/{clientId}/grants',
      summary: 'Show the permissions that an application may ask for',
      reply: {
        status: 200,
        description: 'All client grants of the application',
        schema: page(grant),
        example: { items: [grantExample] },
      },
    },
    deleteClientGrant: {
      ...writing,
      method: 'DELETE',
      path: '/v1/applications/{clientId}/grants/{apiId}',
      summary: 'Delete a client grant',
      query: z.strictObject({ for: grantee.default('client') }),
      reply: {
        status: 204,
        description: 'Deleted; the tokens that the application obtained by it become invalid at once',
      },
      audit: 'client_grant.deleted',
      audited: ['for'],
    },
    ...ownApplicationRoutes,
  },
});
