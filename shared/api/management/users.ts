import * as z from 'zod';
import { id, metadata, metadataPatch, NAME_CHARACTERS, statusQuery, text } from '../fields/fields.ts';
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

/** A user as answers show it. */
export const user = z.object({
  id: z.string(),
  email: z.string(),
  emailVerified: z.boolean().meta({ description: 'Whether the user has shown a code that was sent to the address' }),
  developer: z.boolean().meta({ description: 'Whether the user may own applications where developers are invited' }),
  name: z.string().optional(),
  status,
  metadata: shownMetadata,
  ...commonMembers,
});

/** An example of a user. */
export const userExample = {
  id: 'usr_6TgBnH7yJuKmI8oLpQaZ3W',
  email: 'ada@example.com',
  emailVerified: true,
  developer: false,
  name: 'Ada',
  status: 'active',
  ...commonExample,
};

const email = z.email().max(254);

/** The routes of users, who are people. */
export const userRoutes = {
  createUser: {
    ...creating(user, userExample),
    path: '/v1/users',
    summary: 'Create a user',
    caller: { permission: 'write:users' },
    body: {
      encoding: 'json',
      schema: z.strictObject({
        email,
        id: id.optional(),
        name: text(NAME_CHARACTERS).optional(),
        metadata: metadata.optional(),
      }),
      example: { email: 'ada@example.com', name: 'Ada' },
    },
    audit: 'user.created',
  },
  listUsers: {
    ...listing(user, userExample, statusQuery),
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
    ...updating(user, { ...userExample, name: 'Ada L.', version: 2 }),
    path: '/v1/users/{userId}',
    summary: 'Change a user',
    caller: { permission: 'write:users' },
    body: {
      encoding: 'merge-patch',
      schema: z.strictObject({
        email: email.optional(),
        name: text(NAME_CHARACTERS).nullish(),
        status: status.optional(),
        developer: z.boolean().optional(),
        metadata: metadataPatch,
      }),
      example: { name: 'Ada L.' },
    },
    audit: 'user.updated',
  },
  deleteUser: {
    ...deleting,
    path: '/v1/users/{userId}',
    summary: "Delete a user; the user's personal API tokens become invalid at once",
    caller: { permission: 'write:users' },
    audit: 'user.deleted',
  },
} as const satisfies Record<string, Route>;
