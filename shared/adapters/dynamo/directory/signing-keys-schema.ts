import * as z from 'zod';
import type { Custody, KeyCreation, SigningKey, SigningKeys } from '#shared/domain/keys/signing-key.ts';
import type { BranchShapeOf, ShapeOf } from '#shared/shape-of.ts';
import { seconds, signingAlgorithm, versioned } from './stored-members.ts';

const lane = {
  algorithm: signingAlgorithm,
  lane: z.enum(['kms', 'wrapped']),
} satisfies ShapeOf<Pick<SigningKey, 'algorithm' | 'lane'>>;

const custody = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('kms'),
    keyArn: z.string(),
    slot: z.string().optional(),
  } satisfies BranchShapeOf<Custody, 'kms'>),
  z.object({
    type: z.literal('wrapped'),
    slot: z.string(),
    ciphertext: z.string(),
  } satisfies BranchShapeOf<Custody, 'wrapped'>),
  z.object({ type: z.literal('gone') } satisfies BranchShapeOf<Custody, 'gone'>),
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
} satisfies ShapeOf<SigningKey>);

/** The stored form of the signing keys of the workspace in the Directory table. */
export const signingKeysSchema = z.object({
  keys: z.array(signingKey),
  creations: z.array(
    z.object({
      ...lane,
      slot: z.string(),
      owner: z.string(),
      startedAtSeconds: seconds,
    } satisfies ShapeOf<KeyCreation>),
  ),
  ...versioned,
} satisfies ShapeOf<SigningKeys>);
