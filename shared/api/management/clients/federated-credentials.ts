import * as z from 'zod';
import { expiresInSeconds, NAME_CHARACTERS, page, pageQuery, text, timestamp, unique } from '../../fields/fields.ts';
import { lastUsedAt } from '../../fields/secret-fields.ts';
import { PASSED_OVER, trustedJwks } from '../../fields/trusted-jwk.ts';
import { lambdaTable } from '../../table.ts';
import { reading, serviceUserPath, writing } from './service-user-routes.ts';

const CONDITIONS_MAX = 10;

const CLAIM_DEPTH_MAX = 6;

const VALUE_CHARACTERS = 512;

/**
 * A prefix must have two names and end with a separator, as `repo:acme/` does. Otherwise others can make names that
 * match.
 */
const PREFIX = /^[^:/]+[:/]+[^:/]+.*[:/]$/;

const claimName = text(NAME_CHARACTERS);

const claim = z.union([claimName, z.array(claimName).min(1).max(CLAIM_DEPTH_MAX)]).meta({
  description: 'The name of a claim, or the names that lead to it: ["kubernetes.io", "namespace"]',
});

const startsWith = text(VALUE_CHARACTERS).regex(PREFIX, 'must end with / or : behind a name, as repo:acme/ does');

const condition = z.union([
  z.strictObject({ claim, equals: text(VALUE_CHARACTERS) }),
  z.strictObject({ claim, startsWith }),
]);

/** The URL of an issuer or of its keys. The domain checks which URLs are allowed. */
const url = z.string().min(1).max(VALUE_CHARACTERS);

const algorithms = z.array(z.enum(['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA']));

const audience = z
  .string()
  .regex(/^[\x21-\x7E]{1,256}$/, 'must be 1 to 256 visible ASCII characters')
  .min(1)
  .max(256);

const keySet = z.object({ keys: trustedJwks.meta({ description: PASSED_OVER }) });

const newCredential = z
  .strictObject({
    title: text(NAME_CHARACTERS),
    issuer: url,
    audience: audience
      .optional()
      .meta({ description: "The aud of the issuer's tokens; by default, the issuer URL of this server" }),
    algorithms: unique(algorithms.min(1), String).default(['RS256']),
    conditions: z.array(condition).min(1).max(CONDITIONS_MAX),
    jwksUri: url.optional(),
    jwks: keySet.transform(({ keys }) => keys).optional(),
    reusable: z.boolean().default(false),
    expiresInSeconds,
  })
  .refine((body) => body.jwksUri === undefined || body.jwks === undefined, {
    path: ['jwks'],
    message: 'is for issuers whose keys cannot be fetched: send either jwks or jwksUri',
  });

const credential = z.object({
  clientId: z.string(),
  serviceUserId: z.string(),
  title: z.string(),
  issuer: z.string(),
  audience: z.string(),
  algorithms,
  conditions: z.array(z.union([z.object({ claim, equals: z.string() }), z.object({ claim, startsWith: z.string() })])),
  jwksUri: z.string().optional(),
  jwks: z.object({ keys: z.array(z.record(z.string(), z.string())) }).optional(),
  reusable: z.boolean(),
  createdAt: timestamp,
  createdBy: z.string(),
  expiresAt: timestamp.nullable(),
  lastUsedAt,
  version: z.int(),
});

const requestExample = {
  title: 'deployments by GitHub Actions',
  issuer: 'https://token.actions.githubusercontent.com',
  conditions: [{ claim: 'sub', equals: 'repo:acme/api:ref:refs/heads/main' }],
};

const example = {
  clientId: 'cli_2Vq0mTzXwYbH8KdR5nCs1E',
  serviceUserId: 'svc_8UjMnB6gTfCdR5eXsWqA2z',
  ...requestExample,
  audience: 'https://auth.example.com',
  algorithms: ['RS256'],
  reusable: false,
  createdAt: '2027-01-15T08:00:00.000Z',
  createdBy: 'cli_0AaBbCcDdEeFfGgHhIiJjK',
  expiresAt: null,
  version: 1,
} as const;

const usedExample = { ...example, lastUsedAt: '2027-02-01T06:30:12.000Z' };

const collection = `${serviceUserPath}/federated-credentials` as const;

const item = `${collection}/{clientId}` as const;

/** The routes of federated credentials: each trusts another issuer, and is a client of a service user. */
export const federatedCredentials = lambdaTable({
  name: 'federated-credentials',
  purpose: 'Manages the trust of service users in other issuers.',
  grants: [
    'records:read',
    'tokens:verify',
    'proofs:verify',
    'clients:create',
    'clients:list',
    'clients:delete',
    'keys:examine',
    'usage:read',
    'pepper:use',
    'requests:remember',
    'audit:append',
  ],
  routes: {
    createFederatedCredential: {
      ...writing,
      method: 'POST',
      path: collection,
      summary: "Accept another issuer's tokens for a service user: GitHub Actions, Kubernetes, AWS and others",
      body: { encoding: 'json', schema: newCredential, example: requestExample },
      reply: {
        status: 201,
        description: 'The federated credential; send its clientId together with the token that you exchange',
        schema: credential,
        example,
      },
      audit: 'federated_credential.created',
    },
    listFederatedCredentials: {
      ...reading,
      method: 'GET',
      path: collection,
      summary: "List a service user's federated credentials",
      query: pageQuery,
      reply: {
        status: 200,
        description: 'A page of federated credentials',
        schema: page(credential),
        example: { items: [usedExample] },
      },
    },
    getFederatedCredential: {
      ...reading,
      method: 'GET',
      path: item,
      summary: 'Show a federated credential',
      reply: { status: 200, description: 'The federated credential', schema: credential, example: usedExample },
    },
    deleteFederatedCredential: {
      ...writing,
      method: 'DELETE',
      path: item,
      summary: 'Delete a federated credential; the tokens it obtained become invalid at once',
      reply: { status: 204, description: 'Deleted' },
      audit: 'federated_credential.deleted',
    },
  },
});
