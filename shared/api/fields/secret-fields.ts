import * as z from 'zod';
import { timestamp } from './fields.ts';
import { notice, shownOnce } from './shown-once.ts';

/** The members that show a new secret, or a notice in its place in a repeated answer. */
export const newSecretFields = {
  clientSecret: shownOnce(
    z.string().optional().meta({
      description: 'Shown in the first answer only, not in a repeated answer: Mintmark keeps only its hash',
    }),
  ),
  notice,
};

/** The time when a credential was last used, by which unused credentials are found. */
export const lastUsedAt = timestamp.nullable().optional().meta({
  description: 'Exact to five minutes; null for never. Answers to changes leave it out',
});

/** The hash of a secret that another product made. The highest cost is four times the work of Mintmark's own hash. */
export const importedHash = z
  .string()
  .regex(/^\$2[aby]\$(?:0[4-9]|1[0-2])\$[./A-Za-z0-9]{53}$/, 'must be a bcrypt hash of cost 4 to 12')
  .min(60)
  .max(60)
  .optional()
  .meta({
    description:
      'Imports a secret by its bcrypt hash, in the place of a new secret. Only callers of the workspace may do this',
  });

/** Marks a secret that another product made. */
export const imported = z.literal(true).optional().meta({ description: 'True for a secret that another product made' });

/** A secret of a client, as answers show it without the secret itself. */
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

/** A secret in the answer of its creation, as an example. */
export const newSecretExample = {
  id: 'x7Pq2L',
  lastFour: '3fQz',
  createdBy: 'cli_0AaBbCcDdEeFfGgHhIiJjK',
  createdAt: '2027-01-15T08:00:00.000Z',
  expiresAt: null,
} as const;

/** A secret that was used, as an example. */
export const usedSecretExample = { ...newSecretExample, lastUsedAt: '2027-02-01T06:30:12.000Z' } as const;

/** When a rotation of secrets ends, in the representation of their client. */
export const rotationEndsAt = timestamp.optional().meta({
  description: 'When the old secrets end; absent if no rotation is going on',
});
