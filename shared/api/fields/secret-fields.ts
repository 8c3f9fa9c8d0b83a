import * as z from 'zod';
import { timestamp } from './fields.ts';
import { notice, shownOnce } from './shown-once.ts';

/** A new secret on the wire, and what a repeated answer says in its place. */
export const newSecretFields = {
  clientSecret: shownOnce(
    z.string().optional().meta({
      description: 'Shown in the first answer only, not when it is repeated: Mintmark keeps no more than its hash',
    }),
  ),
  notice,
};

/** When a credential was last used, for whoever looks for those that nobody uses. */
export const lastUsedAt = timestamp.nullable().optional().meta({
  description: 'To within five minutes; null for never. Answers to changes leave it out',
});

/** A secret that another product made, by its hash. The dearest hash that is taken costs four of Mintmark's own. */
export const importedHash = z
  .string()
  .regex(/^\$2[aby]\$(?:0[4-9]|1[0-2])\$[./A-Za-z0-9]{53}$/, 'must be a bcrypt hash of cost 4 to 12')
  .optional()
  .meta({
    description: 'Imports a secret by its bcrypt hash in place of making one; by callers of the whole workspace',
  });

/** Tells secrets that another product made from Mintmark's own. */
export const imported = z.literal(true).optional().meta({ description: 'That another product made this secret' });

/** One of a client's secrets as it is shown afterwards. */
export const secretFields = z.object({
  id: z.string().meta({ description: 'The six characters after mms_ in the secret' }),
  title: z.string().optional(),
  lastFour: z.string().meta({ description: 'Empty for an imported secret' }),
  imported,
  createdBy: z.string(),
  createdAt: timestamp,
  expiresAt: timestamp.nullable(),
  lastUsedAt,
});

export const newSecretExample = {
  id: 'x7Pq2L',
  lastFour: '3fQz',
  createdBy: 'cli_0AaBbCcDdEeFfGgHhIiJjK',
  createdAt: '2027-01-15T08:00:00.000Z',
  expiresAt: null,
} as const;

export const usedSecretExample = { ...newSecretExample, lastUsedAt: '2027-02-01T06:30:12.000Z' } as const;
