import * as z from 'zod';
import { NAME_CHARACTERS, text } from '../../fields/fields.ts';
import { newRegistration, registrationPatch } from '../../fields/registration-fields.ts';
import { newSecretFields } from '../../fields/secret-fields.ts';
import { creating, deleting, showing, status, updating } from '../../fields/shapes.ts';
import type { Route } from '../../table.ts';
import { application, applicationExample, usedApplicationExample } from './application.ts';

/** What developers say about their applications. Party, grants and permissions are for administrators. */
const ownMembers = {
  tokenEndpointAuthMethod: true,
  redirectUris: true,
  postLogoutRedirectUris: true,
  jwks: true,
  jwksUri: true,
  tokenEndpointAuthSigningAlg: true,
  requirePushedAuthorizationRequests: true,
  dpopBoundAccessTokens: true,
} as const;

const own = {
  name: 'Report Mailer',
  party: 'third',
  grantTypes: ['authorization_code', 'refresh_token'],
  redirectUris: ['https://mailer.example.net/callback'],
  ownerUserId: 'usr_6TgBnH7yJuKmI8oLpQaZ3W',
  createdBy: 'usr_6TgBnH7yJuKmI8oLpQaZ3W',
} as const;

const shownExample = { ...usedApplicationExample, ...own };

const example = { ...applicationExample, ...own };

/** The routes of people and the applications that they own. The owner is always the user of the token. */
export const ownApplicationRoutes = {
  createMyApplication: {
    ...creating(application.extend(newSecretFields), { ...example, clientSecret: 'mms_…' }),
    path: '/v1/me/applications',
    summary: 'Register an application of the caller; it is third-party, and an administrator grants it permissions',
    caller: { permission: 'write:my-applications' },
    body: {
      encoding: 'json',
      schema: z.strictObject({
        ...z.object(newRegistration).pick(ownMembers).shape,
        name: text(NAME_CHARACTERS),
        redirectUris: newRegistration.redirectUris.unwrap().min(1),
      }),
      example: { name: own.name, redirectUris: own.redirectUris },
    },
    audit: 'client.created',
  },
  getMyApplications: {
    ...showing(z.object({ items: z.array(application) }), { items: [shownExample] }),
    path: '/v1/me/applications',
    summary: 'List all applications of the caller, the oldest first',
    caller: { permission: 'read:my-applications' },
  },
  getMyApplication: {
    ...showing(application, shownExample),
    path: '/v1/me/applications/{clientId}',
    summary: 'Show an application of the caller',
    caller: { permission: 'read:my-applications' },
  },
  updateMyApplication: {
    ...updating(application, { ...example, name: 'Report Courier', version: 2 }),
    path: '/v1/me/applications/{clientId}',
    summary: 'Change an application of the caller; after a new name or redirect URI, people are asked again',
    caller: { permission: 'write:my-applications' },
    body: {
      encoding: 'merge-patch',
      schema: z.strictObject({
        ...z.object(registrationPatch).pick(ownMembers).shape,
        name: text(NAME_CHARACTERS).optional(),
        status: status.optional(),
      }),
      example: { name: 'Report Courier' },
    },
    audit: 'client.updated',
  },
  deleteMyApplication: {
    ...deleting,
    path: '/v1/me/applications/{clientId}',
    summary: 'Delete an application of the caller; its tokens become invalid at once',
    caller: { permission: 'write:my-applications' },
    audit: 'client.deleted',
  },
} as const satisfies Record<string, Route>;
