import {
  AUTHORIZATION_CODE,
  CLIENT_CREDENTIALS,
  type GrantType,
  grantTypes,
  JWT_BEARER,
  REFRESH_TOKEN,
  TOKEN_EXCHANGE,
  type TokenEndpointAuthMethod,
} from '../records/registration.ts';

/** The proof by which a request shows which client sends it. `none` means that the client only names its id. */
export type ClientProof = 'secret' | 'assertion' | 'certificate' | 'none';

interface Method {
  readonly proof: ClientProof;
  /** Whether the client is registered with public keys, or with the URL at which it publishes them. */
  readonly hasKeys: boolean;
}

/** The properties of each method of client authentication (RFC 7591 §2, RFC 8705 §2). */
const METHODS: Readonly<Record<TokenEndpointAuthMethod, Method>> = {
  client_secret_basic: { proof: 'secret', hasKeys: false },
  client_secret_post: { proof: 'secret', hasKeys: false },
  private_key_jwt: { proof: 'assertion', hasKeys: true },
  tls_client_auth: { proof: 'certificate', hasKeys: false },
  self_signed_tls_client_auth: { proof: 'certificate', hasKeys: true },
  none: { proof: 'none', hasKeys: false },
};

/** The methods of client authentication that a client can be registered with. */
export const authenticationMethods = Object.keys(METHODS) as readonly TokenEndpointAuthMethod[];

/** The methods of confidential clients, which prove their identity (RFC 6749 §2.1). */
export const confidentialMethods = authenticationMethods.filter((method) => METHODS[method].proof !== 'none');

/** Returns the proof that a client with this method shows. */
export function proofBy(method: TokenEndpointAuthMethod): ClientProof {
  return METHODS[method].proof;
}

/** Whether clients with this method are registered with public keys. */
export function hasKeys(method: TokenEndpointAuthMethod): boolean {
  return METHODS[method].hasKeys;
}

/** Whether clients with this method are registered by a name in their certificate (RFC 8705 §2.1). */
export function isKnownByName(method: TokenEndpointAuthMethod): boolean {
  return proofBy(method) === 'certificate' && !hasKeys(method);
}

/**
 * The proofs that each grant accepts (RFC 6749 §4.4: client credentials are for confidential clients only). A public
 * client can be registered for codes, and for the refresh tokens that come with them.
 */
const PROOFS_FOR: Readonly<Record<GrantType, readonly ClientProof[]>> = {
  [AUTHORIZATION_CODE]: ['secret', 'assertion', 'certificate', 'none'],
  [CLIENT_CREDENTIALS]: ['secret', 'assertion', 'certificate'],
  [JWT_BEARER]: ['assertion'],
  [REFRESH_TOKEN]: ['secret', 'assertion', 'certificate', 'none'],
  [TOKEN_EXCHANGE]: ['secret', 'assertion', 'certificate'],
};

/** Whether a grant accepts the proof of this method. */
export function acceptsMethod(grantType: GrantType, method: TokenEndpointAuthMethod): boolean {
  return PROOFS_FOR[grantType].includes(proofBy(method));
}

/** The methods by which a client can obtain a token with any grant, and can therefore also revoke a token. */
export const usableMethods = authenticationMethods.filter((method) =>
  grantTypes.some((grantType) => acceptsMethod(grantType, method)),
);

/**
 * The algorithms with which clients may sign assertions (RFC 7518 §3.1, RFC 8037 §3.1). `Ed25519` is the newer name of
 * `EdDSA` with this curve (RFC 9864 §2.2).
 */
export const assertionAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] as const;

/** The `alg` in the header of an assertion. */
export type AssertionAlgorithm = (typeof assertionAlgorithms)[number];
