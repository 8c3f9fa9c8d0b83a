import * as z from 'zod';
import { expiresInSeconds, NAME_CHARACTERS, page, pageQuery, text, timestamp } from '../../fields/fields.ts';
import { publicJwk, publishedJwk } from '../../fields/public-jwk.ts';
import { lastUsedAt } from '../../fields/secret-fields.ts';
import { notice, shownOnce } from '../../fields/shown-once.ts';
import { lambdaTable } from '../../table.ts';
import { reading, serviceUserPath, writing } from './service-user-routes.ts';

/** How long verifiers may still trust a deleted key. */
const KEY_SET_MAX_AGE_SECONDS = 60;

const algorithm = z.enum(['RS256', 'ES256']);

const key = z.object({
  kid: z.string(),
  serviceUserId: z.string(),
  title: z.string(),
  algorithm,
  publicKey: publishedJwk,
  createdAt: timestamp,
  createdBy: z.string(),
  expiresAt: timestamp.nullable(),
  lastUsedAt,
  version: z.int(),
});

/** The answer of a creation. With a private half, it is the key file that the service user keeps. */
const newKey = key.extend({
  type: z.literal('mintmark_service_user').optional(),
  principalId: z.string().optional(),
  privateKey: shownOnce(z.string().optional()),
  notice,
});

const jwk = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
};

const example = {
  kid: 'cli_2Vq0mTzXwYbH8KdR5nCs1E',
  serviceUserId: 'svc_8UjMnB6gTfCdR5eXsWqA2z',
  title: 'blue deployment',
  algorithm: 'ES256',
  publicKey: { ...jwk, kid: 'cli_2Vq0mTzXwYbH8KdR5nCs1E', alg: 'ES256', use: 'sig' },
  createdAt: '2027-01-15T08:00:00.000Z',
  createdBy: 'cli_0AaBbCcDdEeFfGgHhIiJjK',
  expiresAt: '2027-04-15T08:00:00.000Z',
  version: 1,
} as const;

const usedExample = { ...example, lastUsedAt: '2027-02-01T06:30:12.000Z' };

const collection = `${serviceUserPath}/keys` as const;

const item = `${collection}/{keyId}` as const;

/** The routes of service users' keys. Each key is a client. Only this Lambda needs the memory for making keys. */
export const serviceUserKeys = lambdaTable({
  name: 'service-user-keys',
  greedyBelow: [`${serviceUserPath}/keys`],
  purpose: 'Makes, registers and publishes keys of service users.',
  grants: [
    'records:read',
    'tokens:verify',
    'proofs:verify',
    'clients:create',
    'clients:list',
    'clients:delete',
    'keys:generate',
    'usage:read',
    'pepper:use',
    'requests:remember',
    'audit:append',
  ],
  routes: {
    createServiceUserKey: {
      ...writing,
      method: 'POST',
      path: collection,
      summary: 'Add a key to a service user: a new pair that Mintmark makes, or the public half of its own pair',
      body: {
        encoding: 'json',
        schema: z
          .strictObject({
            title: text(NAME_CHARACTERS),
            algorithm: algorithm.optional(),
            publicKey: publicJwk.optional(),
            expiresInSeconds,
          })
          .refine((body) => body.algorithm === undefined || body.publicKey === undefined, {
            path: ['algorithm'],
            message: 'is for keys that Mintmark makes: a public key has its own algorithm',
          }),
        example: { title: example.title, algorithm: 'ES256', expiresInSeconds: 7_776_000 },
      },
      reply: {
        status: 201,
        description: 'The key. If Mintmark made it, its private half (PKCS#8, PEM) is shown in this answer only',
        schema: newKey,
        example: {
          ...example,
          type: 'mintmark_service_user',
          principalId: example.serviceUserId,
          privateKey: '-----BEGIN PRIVATE KEY-----\n…\n-----END PRIVATE KEY-----\n',
        },
      },
      audit: 'client.key.created',
    },
    listServiceUserKeys: {
      ...reading,
      method: 'GET',
      path: collection,
      summary: "List a service user's keys",
      query: pageQuery,
      reply: {
        status: 200,
        description: 'A page of keys, public halves only',
        schema: page(key),
        example: { items: [usedExample] },
      },
    },
    getServiceUserKey: {
      ...reading,
      method: 'GET',
      path: item,
      summary: 'Show a key',
      reply: { status: 200, description: 'The key, public half only', schema: key, example: usedExample },
    },
    deleteServiceUserKey: {
      ...writing,
      method: 'DELETE',
      path: item,
      summary: 'Delete a key; the key and the tokens it obtained become invalid at once',
      reply: { status: 204, description: 'Deleted' },
      audit: 'client.key.revoked',
    },
    serviceUserKeySet: {
      method: 'GET',
      path: `${item}/jwks.json`,
      summary: 'Show one public key, for verifiers of the JWTs that the service user signed (RFC 7517)',
      caller: 'anyone',
      errors: 'problem',
      reply: {
        status: 200,
        description: 'A JSON Web Key Set with this key; 404 as soon as the key is not valid',
        schema: z.object({ keys: z.array(publishedJwk) }),
        example: { keys: [example.publicKey] },
        maxAgeSeconds: KEY_SET_MAX_AGE_SECONDS,
      },
    },
  },
});
