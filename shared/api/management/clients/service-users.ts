import * as z from 'zod';
import {
  clientQuery,
  DESCRIPTION_CHARACTERS,
  expiresInSeconds,
  metadata,
  metadataPatch,
  NAME_CHARACTERS,
  page,
  roleIds,
  statusQuery,
  text,
  timestamp,
} from '../../fields/fields.ts';
import { imported, importedHash, lastUsedAt, newSecretFields, usedSecretExample } from '../../fields/secret-fields.ts';
import { shownMetadata, status } from '../../fields/shapes.ts';
import { lambdaTable } from '../../table.ts';
import { reading, serviceUserPath, serviceUsersPath, writing } from './service-user-routes.ts';

const serviceUser = z.object({
  id: z.string(),
  tenantId: z.string(),
  name: z.string(),
  description: z.string().optional(),
  roleIds: z.array(z.string()),
  status,
  metadata: shownMetadata,
  createdAt: timestamp,
  version: z.int(),
});

const example = {
  id: 'svc_8UjMnB6gTfCdR5eXsWqA2z',
  tenantId: 'ten_9RkX3pWvYc7LmB2sQzFd4T',
  name: 'billing export',
  roleIds: ['rol_5cVbN8mQwErTyU1iOpAs2D'],
  status: 'active',
  createdAt: '2027-01-15T08:00:00.000Z',
  version: 1,
} as const;

const secret = z.object({
  clientId: z.string(),
  serviceUserId: z.string(),
  title: z.string(),
  lastFour: z.string().meta({ description: 'Empty for an imported secret' }),
  imported,
  createdAt: timestamp,
  createdBy: z.string(),
  expiresAt: timestamp.nullable(),
  lastUsedAt,
  version: z.int(),
});

const newSecret = secret.extend(newSecretFields);

const secretExample = {
  clientId: 'cli_2Vq0mTzXwYbH8KdR5nCs1E',
  serviceUserId: example.id,
  title: 'blue deployment',
  lastFour: '3fQz',
  createdAt: example.createdAt,
  createdBy: 'cli_0AaBbCcDdEeFfGgHhIiJjK',
  expiresAt: '2027-04-15T08:00:00.000Z',
  version: 1,
} as const;

const secrets = `${serviceUserPath}/secrets` as const;

/** The routes of a tenant's service users and of their secrets. Each secret is a client. */
export const serviceUsers = lambdaTable({
  name: 'service-users',
  greedyBelow: [serviceUsersPath],
  purpose: "Manages a tenant's service users and their secrets.",
  grants: [
    'records:read',
    'tokens:verify',
    'proofs:verify',
    'service-users:write',
    'directory:list',
    'clients:create',
    'clients:list',
    'clients:delete',
    'usage:read',
    'pepper:use',
    'secrets:hash',
    'requests:remember',
    'audit:append',
  ],
  routes: {
    createServiceUser: {
      ...writing,
      method: 'POST',
      path: serviceUsersPath,
      summary: 'Create a service user',
      body: {
        encoding: 'json',
        schema: z.strictObject({
          name: text(NAME_CHARACTERS),
          description: text(DESCRIPTION_CHARACTERS).optional(),
          roleIds: roleIds.default([]),
          metadata: metadata.optional(),
        }),
        example: { name: example.name, roleIds: example.roleIds },
      },
      reply: { status: 201, description: 'The service user', schema: serviceUser, example },
      audit: 'service_user.created',
    },
    listServiceUsers: {
      ...reading,
      method: 'GET',
      path: serviceUsersPath,
      summary: 'List the service users of a tenant',
      query: statusQuery,
      reply: {
        status: 200,
        description: 'A page of service users',
        schema: page(serviceUser),
        example: { items: [example] },
      },
    },
    getServiceUser: {
      ...reading,
      method: 'GET',
      path: serviceUserPath,
      summary: 'Show a service user',
      reply: { status: 200, description: 'The service user', schema: serviceUser, example },
    },
    updateServiceUser: {
      ...writing,
      method: 'PATCH',
      path: serviceUserPath,
      summary: 'Change a service user; while it is disabled, its credentials and tokens are invalid',
      body: {
        encoding: 'merge-patch',
        schema: z.strictObject({
          name: text(NAME_CHARACTERS).optional(),
          description: text(DESCRIPTION_CHARACTERS).nullish(),
          roleIds: roleIds.optional(),
          status: status.optional(),
          metadata: metadataPatch,
        }),
        example: { status: 'disabled' },
      },
      reply: {
        status: 200,
        description: 'The service user after the change',
        schema: serviceUser,
        example: { ...example, status: 'disabled', version: 2 },
      },
      audit: 'service_user.updated',
    },
    deleteServiceUser: {
      ...writing,
      method: 'DELETE',
      path: serviceUserPath,
      summary: 'Delete a service user; its credentials and tokens become invalid at once',
      reply: { status: 204, description: 'Deleted' },
      audit: 'service_user.deleted',
    },
    createServiceUserSecret: {
      ...writing,
      method: 'POST',
      path: secrets,
      summary: 'Add a secret, with its own client id, to a service user',
      body: {
        encoding: 'json',
        schema: z.strictObject({ title: text(NAME_CHARACTERS), expiresInSeconds, importedHash }),
        example: { title: secretExample.title, expiresInSeconds: 7_776_000 },
      },
      reply: {
        status: 201,
        description: 'The secret, shown in this answer only',
        schema: newSecret,
        example: { ...secretExample, clientSecret: 'mms_…' },
      },
      audit: 'client.secret.created',
    },
    listServiceUserSecrets: {
      ...reading,
      method: 'GET',
      path: secrets,
      summary: "List a service user's secrets",
      query: clientQuery,
      reply: {
        status: 200,
        description: 'A page of secrets, with their last four characters',
        schema: page(secret),
        example: { items: [{ ...secretExample, lastUsedAt: usedSecretExample.lastUsedAt }] },
      },
    },
    deleteServiceUserSecret: {
      ...writing,
      method: 'DELETE',
      path: `${secrets}/{clientId}`,
      summary: 'Delete a secret; the secret and the tokens it obtained become invalid at once',
      reply: { status: 204, description: 'Deleted' },
      audit: 'client.secret.revoked',
    },
  },
});
