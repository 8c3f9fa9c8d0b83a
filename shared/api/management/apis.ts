import * as z from 'zod';
import type { ApiSigningAlgorithm, SigningAlgorithm, UserPermissions } from '#shared/domain/records/permissions.ts';
import {
  apiIdentifier,
  DESCRIPTION_CHARACTERS,
  NAME_CHARACTERS,
  PERMISSIONS_MAX,
  permissionValue,
  searchQuery,
  text,
  tokenLifetimeSeconds,
  unique,
} from '../fields/fields.ts';
import { commonExample, commonMembers, creating, deleting, listing, showing, updating } from '../fields/shapes.ts';
import type { Route } from '../table.ts';

const permission = z.object({ value: z.string(), description: z.string().optional() });

const signingAlgorithm = z.enum(['RS256', 'PS256', 'ES256', 'EdDSA'] as const satisfies SigningAlgorithm[]);

const anySigningAlgorithm = z
  .enum(['RS256', 'PS256', 'ES256', 'EdDSA', 'HS256'] as const satisfies ApiSigningAlgorithm[])
  .meta({
    description:
      'HS256 only if the deployment allows it and the API has a signing secret. To choose it, a caller needs write:signing-secrets',
  });

const userPermissions = z.enum(['roles', 'all'] as const satisfies UserPermissions[]).meta({
  description: 'What users may do there through applications: what their roles permit, or all that the API declares',
});

const api = z.object({
  id: z.string(),
  identifier: z.string(),
  name: z.string(),
  signingAlgorithm: anySigningAlgorithm,
  tokenLifetimeSeconds: z.int(),
  permissions: z.array(permission),
  allowRefreshTokens: z.boolean(),
  skipConsent: z.boolean(),
  userPermissions,
  dpopBoundAccessTokensRequired: z.boolean(),
  acceptsSelfSignedTokens: z.boolean(),
  tlsClientCertificateBoundAccessTokens: z.boolean(),
  tlsClientCertificateBoundAccessTokensRequired: z.boolean(),
  statusList: z.boolean(),
  ...commonMembers,
});

const apiRequest = {
  identifier: 'https://api.example.com/reports',
  name: 'Reports',
  permissions: [{ value: 'read:reports', description: 'Read reports' }],
};

const apiExample = {
  id: 'api_1QwErTyUiOpAsDfGhJkL2Z',
  ...apiRequest,
  signingAlgorithm: 'RS256',
  tokenLifetimeSeconds: 3600,
  allowRefreshTokens: false,
  skipConsent: false,
  userPermissions: 'roles',
  dpopBoundAccessTokensRequired: false,
  acceptsSelfSignedTokens: false,
  tlsClientCertificateBoundAccessTokens: false,
  tlsClientCertificateBoundAccessTokensRequired: false,
  statusList: false,
  ...commonExample,
};

const quickstart = z.object({
  issuer: z.string(),
  jwksUri: z.string(),
  audience: z.string(),
  algorithm: anySigningAlgorithm,
  tokenEndpoint: z.string(),
  snippets: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      language: z.enum(['javascript', 'typescript', 'python', 'shell']),
      code: z.string(),
    }),
  ),
});

const quickstartExample = {
  issuer: 'https://auth.example.com',
  jwksUri: 'https://auth.example.com/.well-known/jwks.json',
  audience: apiRequest.identifier,
  algorithm: 'RS256',
  tokenEndpoint: 'https://auth.example.com/oauth/token',
  snippets: [
    {
      id: 'jose',
      title: 'Node with jose',
      language: 'javascript',
      code: "import { createRemoteJWKSet, jwtVerify } from 'jose';\n…",
    },
  ],
};

/** The options of an API that can be set when it is registered, and changed later. */
const options = {
  tokenLifetimeSeconds: tokenLifetimeSeconds.optional(),
  allowRefreshTokens: z.boolean().optional(),
  skipConsent: z.boolean().optional(),
  userPermissions: userPermissions.optional(),
  dpopBoundAccessTokensRequired: z.boolean().optional(),
  acceptsSelfSignedTokens: z.boolean().optional(),
  tlsClientCertificateBoundAccessTokens: z.boolean().optional(),
  tlsClientCertificateBoundAccessTokensRequired: z.boolean().optional(),
  statusList: z.boolean().optional(),
};

const apiPermissions = unique(
  z
    .array(z.strictObject({ value: permissionValue, description: text(DESCRIPTION_CHARACTERS).optional() }))
    .max(PERMISSIONS_MAX),
  ({ value }) => value,
);

/** The routes of APIs (resource servers) with their permissions. */
export const apiRoutes = {
  createApi: {
    ...creating(api, apiExample),
    path: '/v1/apis',
    summary: 'Register an API (resource server) with its permissions',
    caller: { permission: 'write:apis' },
    body: {
      encoding: 'json',
      schema: z.strictObject({
        identifier: apiIdentifier,
        name: text(NAME_CHARACTERS),
        permissions: apiPermissions.default([]),
        signingAlgorithm: signingAlgorithm.optional(),
        ...options,
      }),
      example: apiRequest,
    },
    audit: 'api.created',
  },
  listApis: {
    ...listing(api, apiExample, searchQuery),
    path: '/v1/apis',
    summary: 'List APIs',
    caller: { permission: 'read:apis' },
  },
  getApi: {
    ...showing(api, apiExample),
    path: '/v1/apis/{apiId}',
    summary: 'Show an API',
    caller: { permission: 'read:apis' },
  },
  updateApi: {
    ...updating(api, { ...apiExample, tokenLifetimeSeconds: 900, version: 2 }),
    path: '/v1/apis/{apiId}',
    summary: 'Change an API',
    caller: { permission: 'write:apis' },
    body: {
      encoding: 'merge-patch',
      schema: z.strictObject({
        name: text(NAME_CHARACTERS).optional(),
        signingAlgorithm: anySigningAlgorithm.optional(),
        permissions: apiPermissions.optional(),
        ...options,
      }),
      example: { tokenLifetimeSeconds: 900 },
    },
    audit: 'api.updated',
  },
  getApiQuickstart: {
    ...showing(quickstart, quickstartExample),
    path: '/v1/apis/{apiId}/quickstart',
    summary: 'Show how to verify the tokens of an API, with example programs',
    caller: { permission: 'read:apis' },
  },
  deleteApi: {
    ...deleting,
    path: '/v1/apis/{apiId}',
    summary: 'Delete an API; its tokens become invalid at once',
    caller: { permission: 'write:apis' },
    audit: 'api.deleted',
  },
} as const satisfies Record<string, Route>;
