import * as z from 'zod';
import { timestamp, tokenQuota } from '../../fields/fields.ts';
import { registrationExample, shownRegistration } from '../../fields/registration-fields.ts';
import {
  lastUsedAt,
  newSecretExample,
  rotationEndsAt,
  secretFields,
  usedSecretExample,
} from '../../fields/secret-fields.ts';
import { shownMetadata, status } from '../../fields/shapes.ts';

/** An application, as answers show it without its secrets. */
export const application = z.object({
  clientId: z.string(),
  name: z.string(),
  ownerUserId: z.string().optional().meta({ description: 'The developer who owns it; absent if the workspace does' }),
  ...shownRegistration,
  metadata: shownMetadata,
  tokenLifetimeSeconds: z.int().optional(),
  tokensRevokedUntil: timestamp.optional(),
  tokenQuota: tokenQuota.optional().meta({ description: 'Absent if the quota of the workspace applies' }),
  createdAt: timestamp,
  createdBy: z.string(),
  expiresAt: timestamp.nullable(),
  status,
  secrets: z.array(secretFields),
  rotationEndsAt,
  lastUsedAt: lastUsedAt.meta({ description: 'When its keys were last used, exact to five minutes; null for never' }),
  version: z.int(),
});

/** A new application, as an example. */
export const applicationExample = {
  clientId: 'cli_2Vq0mTzXwYbH8KdR5nCs1E',
  name: 'reports gateway',
  ...registrationExample,
  createdAt: '2027-01-15T08:00:00.000Z',
  createdBy: 'cli_0AaBbCcDdEeFfGgHhIiJjK',
  expiresAt: null,
  status: 'active',
  secrets: [newSecretExample],
  version: 1,
} as const;

/** An application that was used, as an example. */
export const usedApplicationExample = { ...applicationExample, secrets: [usedSecretExample] } as const;
