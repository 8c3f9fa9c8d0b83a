import * as z from 'zod';
import type { SigningAlgorithm } from '#shared/domain/records/permissions.ts';
import type {
  ContentEncryption,
  EncryptionAlgorithm,
  GrantType,
  TokenEndpointAuthMethod,
} from '#shared/domain/records/registration.ts';
import { unique } from './fields.ts';
import { PASSED_OVER_OF_APPLICATIONS, registeredJwks } from './trusted-jwk.ts';

const REDIRECT_URIS_MAX = 10;

const REDIRECT_URI_CHARACTERS_MAX = 2_048;

const KEYS_URI_CHARACTERS_MAX = 512;

const CERTIFICATE_NAME_CHARACTERS_MAX = 1_024;

const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';

/** A host name (RFC 1123 §2.1), in a pattern without lookahead, which some tools for OpenAPI do not read. */
const HOST_NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*\\.?$`);

const methods = [
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
  'none',
] as const satisfies TokenEndpointAuthMethod[];

const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const satisfies SigningAlgorithm[];

const encryptions = ['RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A256KW'] as const satisfies EncryptionAlgorithm[];

const contents = ['A128CBC-HS256', 'A256GCM'] as const satisfies ContentEncryption[];

const grants = [
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
  'refresh_token',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'authorization_code',
] as const satisfies GrantType[];

const party = z.enum(['first', 'third']).meta({
  description: 'first: the owner of the workspace made it; third: others did. Needed with redirectUris; never changes',
});

const tokenEndpointAuthMethod = z.enum(methods).meta({
  description:
    'RFC 7591 section 2, RFC 8705 section 2. Both methods with a secret accept it in the header and in the body',
});

const grantType = z.enum(grants);

const redirectUris = unique(
  z.array(z.string().min(1).max(REDIRECT_URI_CHARACTERS_MAX)).max(REDIRECT_URIS_MAX),
  (uri) => uri,
);

const keySet = z
  .object({
    keys: registeredJwks.meta({ description: PASSED_OVER_OF_APPLICATIONS }),
  })
  .transform(({ keys }) => keys);

const jwksUri = z.string().min(1).max(KEYS_URI_CHARACTERS_MAX);

const tokenEndpointAuthSigningAlg = z.enum(algorithms);

/** Answers of introspection (RFC 9701 §6). */
const introspectionAnswers = {
  introspectionSignedResponseAlg: z.enum(algorithms).meta({
    description: 'What signs answers of introspection as JWTs, if the workspace has keys for it (RFC 9701 section 6)',
  }),
  introspectionEncryptedResponseAlg: z.enum(encryptions).meta({
    description: 'Encrypt answers of introspection to a key in jwks with "use": "enc"; others are refused (RFC 9701)',
  }),
  introspectionEncryptedResponseEnc: z.enum(contents).meta({ description: 'A128CBC-HS256 if absent' }),
};

const tokenEndpointAudienceAllowed = z.boolean().meta({
  description: 'Accept assertions whose audience is the URL of the token endpoint, as some libraries write it',
});

/** The names by which a certificate is recognised (RFC 8705 §2.1.2). The domain checks that there is exactly one. */
const certificateNames = {
  tlsClientAuthSubjectDn: z.string().min(1).max(CERTIFICATE_NAME_CHARACTERS_MAX),
  tlsClientAuthSanDns: z.string().min(1).max(253).regex(HOST_NAME, 'must be a host name'),
  tlsClientAuthSanUri: z.url().max(CERTIFICATE_NAME_CHARACTERS_MAX),
  tlsClientAuthSanIp: z.union([z.ipv4(), z.ipv6()]),
  tlsClientAuthSanEmail: z.email().max(320),
};

const certificateNamesPatch = {
  tlsClientAuthSubjectDn: certificateNames.tlsClientAuthSubjectDn.nullish(),
  tlsClientAuthSanDns: certificateNames.tlsClientAuthSanDns.nullish(),
  tlsClientAuthSanUri: certificateNames.tlsClientAuthSanUri.nullish(),
  tlsClientAuthSanIp: certificateNames.tlsClientAuthSanIp.nullish(),
  tlsClientAuthSanEmail: certificateNames.tlsClientAuthSanEmail.nullish(),
};

/** The registration of an application in a request (RFC 7591 §2). The domain checks which members go together. */
export const newRegistration = {
  party: party.optional(),
  tokenEndpointAuthMethod: tokenEndpointAuthMethod.optional(),
  grantTypes: unique(z.array(grantType), String).optional(),
  redirectUris: redirectUris.optional(),
  postLogoutRedirectUris: redirectUris.optional(),
  jwks: keySet.optional(),
  jwksUri: jwksUri.optional(),
  tokenEndpointAuthSigningAlg: tokenEndpointAuthSigningAlg.optional(),
  tokenEndpointAudienceAllowed: tokenEndpointAudienceAllowed.optional(),
  ...z.object(introspectionAnswers).partial().shape,
  ...z.object(certificateNames).partial().shape,
  requirePushedAuthorizationRequests: z.boolean().optional(),
  dpopBoundAccessTokens: z.boolean().optional(),
  tlsClientCertificateBoundAccessTokens: z.boolean().optional(),
};

/** The registration of an application in a merge patch: a member that is null is removed. */
export const registrationPatch = {
  party: newRegistration.party,
  tokenEndpointAuthMethod: newRegistration.tokenEndpointAuthMethod,
  grantTypes: newRegistration.grantTypes,
  redirectUris: newRegistration.redirectUris,
  postLogoutRedirectUris: newRegistration.postLogoutRedirectUris,
  jwks: keySet.nullish(),
  jwksUri: jwksUri.nullish(),
  tokenEndpointAuthSigningAlg: tokenEndpointAuthSigningAlg.nullish(),
  tokenEndpointAudienceAllowed: tokenEndpointAudienceAllowed.nullish(),
  introspectionSignedResponseAlg: introspectionAnswers.introspectionSignedResponseAlg.nullish(),
  introspectionEncryptedResponseAlg: introspectionAnswers.introspectionEncryptedResponseAlg.nullish(),
  introspectionEncryptedResponseEnc: introspectionAnswers.introspectionEncryptedResponseEnc.nullish(),
  ...certificateNamesPatch,
  requirePushedAuthorizationRequests: z.boolean().nullish(),
  dpopBoundAccessTokens: z.boolean().nullish(),
  tlsClientCertificateBoundAccessTokens: z.boolean().nullish(),
};

/** The registration of an application in an answer. */
export const shownRegistration = {
  party,
  tokenEndpointAuthMethod,
  grantTypes: z.array(grantType),
  redirectUris: z.array(z.string()),
  postLogoutRedirectUris: z.array(z.string()),
  jwks: z.object({ keys: z.array(z.record(z.string(), z.string())) }).optional(),
  jwksUri: z.string().optional(),
  tokenEndpointAuthSigningAlg: tokenEndpointAuthSigningAlg.optional(),
  tokenEndpointAudienceAllowed: tokenEndpointAudienceAllowed.optional(),
  ...z.object(introspectionAnswers).partial().shape,
  tlsClientAuthSubjectDn: z.string().optional(),
  tlsClientAuthSanDns: z.string().optional(),
  tlsClientAuthSanUri: z.string().optional(),
  tlsClientAuthSanIp: z.string().optional(),
  tlsClientAuthSanEmail: z.string().optional(),
  requirePushedAuthorizationRequests: z.boolean().optional(),
  dpopBoundAccessTokens: z.boolean().optional(),
  tlsClientCertificateBoundAccessTokens: z.boolean().optional(),
};

/** The registration in the examples of applications. */
export const registrationExample = {
  party: 'first',
  tokenEndpointAuthMethod: 'client_secret_basic',
  grantTypes: ['client_credentials'],
  redirectUris: [],
  postLogoutRedirectUris: [],
} as const;
