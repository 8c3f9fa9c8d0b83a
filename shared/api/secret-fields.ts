import * as z from 'zod';
import { timestamp } from './fields.ts';

/** A clear secret on the wire. */
export const shownSecret = z.string().optional().meta({
  description: 'Shown in the first answer only, not when it is repeated: Mintmark keeps no more than its hash',
});

/** One of a client's secrets as it is shown afterwards. */
export const secretFields = z.object({
  id: z.string().meta({ description: 'The six characters after mms_ in the secret' }),
  title: z.string().optional(),
  lastFour: z.string(),
  createdBy: z.string(),
  createdAt: timestamp,
  expiresAt: timestamp.nullable(),
});

export const newSecretExample = {
  id: 'x7Pq2L',
  lastFour: '3fQz',
  createdBy: 'cli_0AaBbCcDdEeFfGgHhIiJjK',
  createdAt: '2027-01-15T08:00:00.000Z',
  expiresAt: null,
} as const;
