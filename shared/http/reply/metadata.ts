import { discovery } from '#shared/api/oauth/discovery.ts';
import { exchange, introspect, revoke } from '#shared/api/oauth/oauth.ts';
import { pushRequest } from '#shared/api/oauth/push-request.ts';
import { userInfo } from '#shared/api/oauth/user-info.ts';
import { authorize } from '#shared/api/pages/authorize.ts';
import { login } from '#shared/api/pages/login.ts';
import { dpopAlgorithms } from '#shared/domain/authentication/dpop.ts';
import { OFFLINE_ACCESS } from '#shared/domain/grants/token-families.ts';
import { identityScopes, prompts, responseModes } from '#shared/domain/people-records/authorization-request.ts';
import type { SigningAlgorithm } from '#shared/domain/records/permissions.ts';
import {
  contentEncryptions,
  encryptionAlgorithms,
  grantTypes,
  type TokenEndpointAuthMethod,
} from '#shared/domain/records/registration.ts';
import {
  assertionAlgorithms,
  confidentialMethods,
  proofBy,
  usableMethods,
} from '#shared/domain/registration/authentication-methods.ts';

/** The facts that differ between deployments. */
interface Deployment {
  readonly issuer: string;
  /** The base URL for mutual TLS; undefined in a deployment without mutual TLS. */
  readonly mutualTlsUrl: string | undefined;
  /** The algorithms of the keys that sign access tokens. */
  readonly algorithms: readonly SigningAlgorithm[];
}

/** What we tell about a person (OpenID Connect Core §5.1, §2). */
const claimsSupported = ['sub', 'name', 'email', 'email_verified', 'auth_time', 'amr', 'sid', 'nonce'];

/**
 * Describes this authorization server for clients and verifiers (RFC 8414 §2). The members that OpenID Connect
 * Discovery §3 requires are there, too, for verifiers that read that document; some of them are empty.
 */
export function authorizationServerMetadata({ issuer, mutualTlsUrl, algorithms }: Deployment) {
  const isPossible = (method: TokenEndpointAuthMethod) =>
    mutualTlsUrl !== undefined || proofBy(method) !== 'certificate';
  const clientMethods = usableMethods.filter(isPossible);
  return {
    issuer,
    authorization_endpoint: issuer + authorize.routes.authorize.path,
    ...endpointsAt(issuer),
    userinfo_endpoint: issuer + userInfo.routes.userInfo.path,
    end_session_endpoint: issuer + login.routes.logoutByApplication.path,
    jwks_uri: jwksUriOf(issuer),
    signed_jwks_uri: issuer + discovery.routes.signedJwks.path,
    grant_types_supported: grantTypes,
    response_types_supported: ['code'],
    response_modes_supported: responseModes,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true as const,
    request_uri_parameter_supported: false as const,
    require_pushed_authorization_requests: false as const,
    scopes_supported: [...identityScopes, OFFLINE_ACCESS],
    claims_supported: claimsSupported,
    prompt_values_supported: prompts,
    token_endpoint_auth_methods_supported: clientMethods,
    token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    introspection_endpoint_auth_methods_supported: confidentialMethods.filter(isPossible),
    introspection_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    introspection_signing_alg_values_supported: algorithms,
    introspection_encryption_alg_values_supported: encryptionAlgorithms,
    introspection_encryption_enc_values_supported: contentEncryptions,
    revocation_endpoint_auth_methods_supported: clientMethods,
    revocation_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    dpop_signing_alg_values_supported: dpopAlgorithms,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: algorithms,
    ...(mutualTlsUrl !== undefined && mutualTlsMetadata(issuer, mutualTlsUrl)),
  };
}

/** Lists the endpoints for clients at a base URL. */
export function endpointsAt(url: string) {
  return {
    token_endpoint: url + exchange.routes.token.path,
    introspection_endpoint: url + introspect.routes.introspect.path,
    revocation_endpoint: url + revoke.routes.revoke.path,
    pushed_authorization_request_endpoint: url + pushRequest.routes.pushRequest.path,
  };
}

/** The URL of the public signing keys. */
export function jwksUriOf(issuer: string): string {
  return issuer + discovery.routes.jwks.path;
}

/** Describes mutual TLS (RFC 8705 §3.3), with aliases if its endpoints have URLs of their own (§5). */
function mutualTlsMetadata(issuer: string, mutualTlsUrl: string) {
  return {
    tls_client_certificate_bound_access_tokens: true as const,
    ...(mutualTlsUrl !== issuer && { mtls_endpoint_aliases: endpointsAt(mutualTlsUrl) }),
  };
}
