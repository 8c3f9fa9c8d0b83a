import { discovery } from '#shared/api/oauth/discovery.ts';
import { exchange, introspect, revoke } from '#shared/api/oauth/oauth.ts';
import { dpopAlgorithms } from '#shared/domain/authentication/dpop.ts';
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

/**
 * There is no authorization endpoint, so it answers with nothing: `none` (OAuth 2.0 Multiple Response Type Encoding
 * Practices §4). RFC 8414 §2 requires the member, and libraries refuse an empty list.
 */
const responseTypes = ['none'];

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
    ...endpointsAt(issuer),
    jwks_uri: jwksUriOf(issuer),
    signed_jwks_uri: issuer + discovery.routes.signedJwks.path,
    grant_types_supported: grantTypes,
    response_types_supported: responseTypes,
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
