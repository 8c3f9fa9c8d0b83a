import * as z from 'zod';
import { apiTokenKind, timestamp } from '../../fields/fields.ts';
import {
  newSecretExample,
  newSecretFields,
  rotationEndsAt,
  secretFields,
  usedSecretExample,
} from '../../fields/secret-fields.ts';
import { shownMetadata, status } from '../../fields/shapes.ts';
import { shownOnce } from '../../fields/shown-once.ts';

/** An API token as answers show it, with the last four characters of its secrets. */
export const apiToken = z.object({
  clientId: z.string(),
  kind: apiTokenKind,
  audience: z.string().optional().meta({ description: 'Kind access_token only: the API that the token is for' }),
  tokenId: z.string().optional().meta({ description: 'Kind access_token only: the jti of the JWT' }),
  description: z.string(),
  tenantId: z.string().optional().meta({ description: 'Absent for the personal token of a workspace member' }),
  userId: z.string().optional(),
  roleIds: z.array(z.string()).optional(),
  permissions: z.array(z.object({ api: z.string(), value: z.string() })).optional(),
  metadata: shownMetadata,
  createdAt: timestamp,
  createdBy: z.string(),
  expiresAt: timestamp.nullable(),
  status,
  secrets: z.array(secretFields),
  rotationEndsAt,
  version: z.int(),
});

/** An API token in the answer to its creation, with its secret or JWT. */
export const newApiToken = apiToken.extend({
  ...newSecretFields,
  accessToken: shownOnce(
    z.string().optional().meta({
      description:
        'Kind access_token only, in the place of a clientSecret: the JWT, shown in the first answer only and not kept',
    }),
  ),
});

/** The API token of a tenant, as an example. */
export const apiTokenExample = {
  clientId: 'cli_2Vq0mTzXwYbH8KdR5nCs1E',
  kind: 'client_credentials',
  description: 'nightly export',
  tenantId: 'ten_9RkX3pWvYc7LmB2sQzFd4T',
  roleIds: ['rol_5cVbN8mQwErTyU1iOpAs2D'],
  createdAt: '2027-01-15T08:00:00.000Z',
  createdBy: 'cli_0AaBbCcDdEeFfGgHhIiJjK',
  expiresAt: null,
  status: 'active',
  secrets: [newSecretExample],
  version: 1,
} as const;

/** The same API token after its first use. */
export const shownExample = { ...apiTokenExample, secrets: [usedSecretExample] } as const;

const { roleIds: _, ...withoutRoles } = shownExample;

/** A personal API token, as an example. */
export const personalExample = {
  ...withoutRoles,
  kind: 'access_token',
  audience: 'https://api.example.com/reports',
  tokenId: 'tok_3EwQaZxSdCvFrTgBhYnMjK',
  description: 'my laptop',
  userId: 'usr_6TgBnH7yJuKmI8oLpQaZ3W',
  expiresAt: '2027-04-15T08:00:00.000Z',
  secrets: [],
} as const;
