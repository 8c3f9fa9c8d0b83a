import { assertionAlgorithms } from './assertion.ts';
import { confidentialMethods, usableMethods } from './authentication-methods.ts';
import { dpopAlgorithms } from './dpop-proof.ts';
import { grantTypes } from './grant-types.ts';
import type { SigningAlgorithm } from './records.ts';
import { introspectionAlgorithms } from './sign-introspection.ts';

/**
 * What clients and verifiers need to know of this authorization server (RFC 8414 §2; the members that OpenID
 * Connect Discovery §3 requires are there for verifiers that read that document, empty where nothing is offered).
 */
export function authorizationServerMetadata(issuer: string, algorithms: readonly SigningAlgorithm[]) {
  return {
    issuer,
    token_endpoint: `${issuer}/oauth/token`,
    introspection_endpoint: `${issuer}/oauth/introspect`,
    revocation_endpoint: `${issuer}/oauth/revoke`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    grant_types_supported: grantTypes,
    response_types_supported: [],
    token_endpoint_auth_methods_supported: usableMethods,
    token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    introspection_endpoint_auth_methods_supported: confidentialMethods,
    introspection_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    introspection_signing_alg_values_supported: introspectionAlgorithms(algorithms),
    revocation_endpoint_auth_methods_supported: usableMethods,
    revocation_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    dpop_signing_alg_values_supported: dpopAlgorithms,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: algorithms,
  };
}
