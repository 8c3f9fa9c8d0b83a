import * as z from 'zod';
import { timestamp } from '../fields/fields.ts';
import { updating } from '../fields/shapes.ts';
import { lambdaTable, type Route } from '../table.ts';

const moment = timestamp.nullable();

const signingKey = z.object({
  kid: z.string(),
  algorithm: z.enum(['RS256', 'PS256', 'ES256', 'EdDSA']),
  custody: z.enum(['kms', 'wrapped']).meta({
    description: 'kms: KMS signs with the key. wrapped: the exchange signs with it, after KMS has unwrapped it',
  }),
  state: z.enum(['pending', 'active', 'retiring', 'retired', 'revoked']).meta({
    description: '`pending` and `retiring` keys are published, too; only an `active` key signs',
  }),
  retain: z.boolean().meta({ description: 'Whether the key stays published, and in KMS, until this is set to false' }),
  publishedAt: timestamp,
  signsFrom: moment,
  signsUntil: moment,
  publishedUntil: moment,
  revokedAt: moment,
});

const all = z.object({ items: z.array(signingKey), version: z.int() });

const example = {
  kid: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
  algorithm: 'RS256',
  custody: 'kms',
  state: 'active',
  retain: false,
  publishedAt: '2027-01-15T08:00:00.000Z',
  signsFrom: '2027-01-15T11:00:00.000Z',
  signsUntil: null,
  publishedUntil: null,
  revokedAt: null,
} as const;

const revoked = { ...example, state: 'revoked', revokedAt: '2027-02-01T06:30:12.000Z' } as const;

const everyKey = (key: object) => ({ items: [key], version: 4 });

/** Answers with all keys, because one key starts to sign when another stops. */
const replying = (description: string, key: object) =>
  ({
    errors: 'problem',
    reply: { status: 200, description, schema: all, example: everyKey(key) },
  }) as const satisfies Partial<Route>;

const writing = { caller: { permission: 'write:signing-keys' } } as const;

/** The keys that sign access tokens. Another function, which runs on a schedule, makes them in KMS. */
export const manageSigningKeys = lambdaTable({
  name: 'manage-signing-keys',
  greedyBelow: ['/v1/signing-keys'],
  purpose: 'Shows, replaces and revokes the keys that sign access tokens.',
  grants: ['records:read', 'tokens:verify', 'proofs:verify', 'signing-keys:write', 'audit:append'],
  routes: {
    getSigningKeys: {
      ...replying('All signing keys, the oldest first', example),
      method: 'GET',
      path: '/v1/signing-keys',
      summary: 'Show the keys that sign access tokens',
      caller: { permission: 'read:signing-keys' },
    },
    rotateSigningKey: {
      ...replying('All signing keys after the change', example),
      ...writing,
      method: 'POST',
      path: '/v1/signing-keys/{keyId}/rotate',
      summary: 'Replace a key by the next key, as soon as the next key has been published long enough',
      audit: 'signing_key.rotated',
    },
    revokeSigningKey: {
      ...replying('All signing keys after the change', revoked),
      ...writing,
      method: 'POST',
      path: '/v1/signing-keys/{keyId}/revoke',
      summary: 'Revoke a key and all tokens that it signed; the next key signs at once',
      audit: 'signing_key.revoked',
    },
    updateSigningKey: {
      ...updating(signingKey.extend({ version: z.int() }), { ...example, retain: true, version: 4 }),
      ...writing,
      path: '/v1/signing-keys/{keyId}',
      summary: 'Keep a key published, and in KMS, after its time is over',
      body: { encoding: 'merge-patch', schema: z.strictObject({ retain: z.boolean() }), example: { retain: true } },
      audit: 'signing_key.updated',
    },
  },
});
