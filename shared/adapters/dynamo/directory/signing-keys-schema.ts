import * as z from 'zod';
import type { SigningKeys } from '#shared/domain/keys/signing-key.ts';
import { exactly } from '../../exactly.ts';

const seconds = z.int();

const lane = { algorithm: z.enum(['RS256', 'PS256', 'ES256', 'EdDSA']), lane: z.enum(['kms', 'wrapped']) };

const custody = z.discriminatedUnion('type', [
  z.object({ type: z.literal('kms'), keyArn: z.string(), slot: z.string().optional() }),
  z.object({ type: z.literal('wrapped'), slot: z.string(), ciphertext: z.string() }),
  z.object({ type: z.literal('gone') }),
]);

const signingKey = z.object({
  ...lane,
  kid: z.string(),
  jwk: z.record(z.string(), z.string()),
  custody,
  publishedFromSeconds: seconds,
  signsFromSeconds: seconds.optional(),
  signsUntilSeconds: seconds.optional(),
  publishedUntilSeconds: seconds.optional(),
  revokedAtSeconds: seconds.optional(),
  isDue: z.literal(true).optional(),
  retain: z.literal(true).optional(),
});

/** The stored form of the signing keys of the workspace in the Directory table. */
export const signingKeysSchema = exactly<SigningKeys>()(
  z.object({
    keys: z.array(signingKey),
    creations: z.array(z.object({ ...lane, slot: z.string(), owner: z.string(), startedAtSeconds: seconds })),
    version: z.int(),
    createdAtSeconds: seconds,
  }),
);
