import {
  CLIENT_CREDENTIALS,
  type GrantType,
  grantTypes,
  JWT_BEARER,
  REFRESH_TOKEN,
  TOKEN_EXCHANGE,
  type TokenEndpointAuthMethod,
} from '../records/registration.ts';

/** What a request can show to prove that it comes from a client; `none` is no more than the client's id. */
export type ClientProof = 'secret' | 'assertion' | 'certificate' | 'none';

interface Method {
  readonly proof: ClientProof;
  /** Whether the client is registered with public keys: its own, or where it publishes them. */
  readonly hasKeys: boolean;
}

/** What there is to know of each way of client authentication. */
const METHODS: Readonly<Record<TokenEndpointAuthMethod, Method>> = {
  client_secret_basic: { proof: 'secret', hasKeys: false },
  client_secret_post: { proof: 'secret', hasKeys: false },
  private_key_jwt: { proof: 'assertion', hasKeys: true },
  tls_client_auth: { proof: 'certificate', hasKeys: false },
  self_signed_tls_client_auth: { proof: 'certificate', hasKeys: true },
  none: { proof: 'none', hasKeys: false },
};

/** Ways of client authentication that clients can be registered with. */
export const authenticationMethods = Object.keys(METHODS) as readonly TokenEndpointAuthMethod[];

/** Those by which a client is more than who it says it is (RFC 6749 §2.1). */
export const confidentialMethods = authenticationMethods.filter((method) => METHODS[method].proof !== 'none');

/** What proves a client that is registered with this method. */
export function proofBy(method: TokenEndpointAuthMethod): ClientProof {
  return METHODS[method].proof;
}

/** Whether clients with this method are registered with public keys. */
export function hasKeys(method: TokenEndpointAuthMethod): boolean {
  return METHODS[method].hasKeys;
}

/** Whether clients with this method are known by a name in a certificate (RFC 8705 §2.1). */
export function isKnownByName(method: TokenEndpointAuthMethod): boolean {
  return proofBy(method) === 'certificate' && !hasKeys(method);
}

/** Which proofs a client may come with for a grant (RFC 6749 §4.4: client credentials are for confidential clients). */
const PROOFS_FOR: Readonly<Record<GrantType, readonly ClientProof[]>> = {
  [CLIENT_CREDENTIALS]: ['secret', 'assertion', 'certificate'],
  [JWT_BEARER]: ['assertion'],
  [REFRESH_TOKEN]: ['secret', 'assertion', 'certificate'],
  [TOKEN_EXCHANGE]: ['secret', 'assertion', 'certificate'],
};

/** Whether a client with this method can use a grant at all. */
export function suits(grantType: GrantType, method: TokenEndpointAuthMethod): boolean {
  return PROOFS_FOR[grantType].includes(proofBy(method));
}

/** Those by which a client can obtain a token at all, and then has one to take back. */
export const usableMethods = authenticationMethods.filter((method) =>
  grantTypes.some((grantType) => suits(grantType, method)),
);

/** Algorithms that clients may sign assertions with (RFC 7518 §3.1, RFC 8037 §3.1; `Ed25519` is a new name, RFC 9864 §2.2). */
export const assertionAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] as const;

export type AssertionAlgorithm = (typeof assertionAlgorithms)[number];
