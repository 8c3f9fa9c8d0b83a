import * as z from 'zod';
import { lambdaTable, type Route } from '../table.ts';

const METADATA_MAX_AGE_SECONDS = 300;

const metadataDocument = z.object({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  introspection_endpoint: z.string(),
  revocation_endpoint: z.string(),
  pushed_authorization_request_endpoint: z.string(),
  jwks_uri: z.string(),
  signed_jwks_uri: z.string(),
  grant_types_supported: z.array(z.string()),
  response_types_supported: z.array(z.string()),
  response_modes_supported: z.array(z.string()),
  code_challenge_methods_supported: z.array(z.string()),
  authorization_response_iss_parameter_supported: z.literal(true),
  request_uri_parameter_supported: z.literal(false),
  require_pushed_authorization_requests: z.literal(false),
  scopes_supported: z.array(z.string()),
  claims_supported: z.array(z.string()),
  prompt_values_supported: z.array(z.string()),
  userinfo_endpoint: z.string(),
  end_session_endpoint: z.string(),
  token_endpoint_auth_methods_supported: z.array(z.string()),
  token_endpoint_auth_signing_alg_values_supported: z.array(z.string()),
  introspection_endpoint_auth_methods_supported: z.array(z.string()),
  introspection_endpoint_auth_signing_alg_values_supported: z.array(z.string()),
  introspection_signing_alg_values_supported: z.array(z.string()),
  introspection_encryption_alg_values_supported: z.array(z.string()),
  introspection_encryption_enc_values_supported: z.array(z.string()),
  revocation_endpoint_auth_methods_supported: z.array(z.string()),
  revocation_endpoint_auth_signing_alg_values_supported: z.array(z.string()),
  dpop_signing_alg_values_supported: z.array(z.string()),
  tls_client_certificate_bound_access_tokens: z.literal(true).optional(),
  mtls_endpoint_aliases: z
    .object({
      token_endpoint: z.string(),
      introspection_endpoint: z.string(),
      revocation_endpoint: z.string(),
      pushed_authorization_request_endpoint: z.string(),
    })
    .optional(),
  subject_types_supported: z.array(z.string()),
  id_token_signing_alg_values_supported: z.array(z.string()),
});

const resourceMetadata = z.object({
  resource: z.string(),
  resource_name: z.string(),
  authorization_servers: z.array(z.string()),
  scopes_supported: z.array(z.string()),
  bearer_methods_supported: z.array(z.string()),
  dpop_signing_alg_values_supported: z.array(z.string()),
});

const metadataRoute = {
  method: 'GET',
  caller: 'anyone',
  errors: 'problem',
  reply: {
    status: 200,
    description: 'Metadata of this authorization server',
    schema: metadataDocument,
    maxAgeSeconds: METADATA_MAX_AGE_SECONDS,
  },
} as const satisfies Partial<Route>;

const resourceMetadataReply = {
  ...metadataRoute.reply,
  description: 'Metadata of the management API',
  schema: resourceMetadata,
};

/** The documents that clients and verifiers read first (RFC 8414, RFC 7517, RFC 9728). */
export const discovery = lambdaTable({
  name: 'discovery',
  purpose: 'Publishes the signing keys, and the metadata of the authorization server and of the management API.',
  grants: ['keys:publish', 'key-sets:sign'],
  routes: {
    jwks: {
      method: 'GET',
      path: '/.well-known/jwks.json',
      summary: 'Show the public signing keys (RFC 7517)',
      caller: 'anyone',
      errors: 'problem',
      reply: {
        status: 200,
        description: 'A JSON Web Key Set',
        schema: z.object({
          keys: z.array(
            z.object({ kty: z.string(), kid: z.string(), alg: z.string(), use: z.literal('sig') }).catchall(z.string()),
          ),
        }),
        maxAgeSeconds: METADATA_MAX_AGE_SECONDS,
      },
    },
    signedJwks: {
      method: 'GET',
      path: '/.well-known/jwks.jws',
      summary: 'Show the public signing keys as a JWT, signed by a key in KMS (OpenID Federation 1.0 §5.2.1)',
      caller: 'anyone',
      errors: 'problem',
      reply: {
        status: 200,
        description: 'A JSON Web Key Set as a signed JWT',
        signedAs: 'application/jwk-set+jwt',
        maxAgeSeconds: METADATA_MAX_AGE_SECONDS,
      },
    },
    authorizationServerMetadata: {
      ...metadataRoute,
      path: '/.well-known/oauth-authorization-server',
      summary: 'Show the metadata of the authorization server (RFC 8414)',
    },
    openidConfiguration: {
      ...metadataRoute,
      path: '/.well-known/openid-configuration',
      summary: 'Show the same metadata at the path of OpenID Connect Discovery',
    },
    managementApiMetadata: {
      ...metadataRoute,
      path: '/.well-known/oauth-protected-resource/v1/',
      summary: 'Show the metadata of the management API (RFC 9728)',
      reply: resourceMetadataReply,
    },
    managementApiMetadataWithoutSlash: {
      ...metadataRoute,
      path: '/.well-known/oauth-protected-resource/v1',
      summary: 'Show the same metadata to clients that leave out the slash at the end',
      reply: resourceMetadataReply,
    },
  },
});
