import type { SigningAlgorithm } from './permissions.ts';

/** Public members of a JSON Web Key (RFC 7517 §4) that a client was registered with. `use` is `enc`, or absent. */
type RegisteredJwk = Readonly<Record<string, string>>;

/** The registration of an application (RFC 7591 §2). Only applications have these members. */
export interface ApplicationRegistration extends CertificateNames {
  /** `first` if the owner of the workspace made the application, `third` otherwise. */
  readonly party: 'first' | 'third';
  /** The method by which the application must authenticate. A secret may be in the header or in the body (DEC4). */
  readonly tokenEndpointAuthMethod: TokenEndpointAuthMethod;
  /** The grants that the application may trade for an access token. */
  readonly grantTypes: readonly GrantType[];
  /** The public keys of its assertions, or of its certificate, and the key to which answers are encrypted. */
  readonly jwks?: readonly RegisteredJwk[] | undefined;
  /** The URL at which the application publishes these keys. */
  readonly jwksUri?: string | undefined;
  /** The only algorithm that its assertions may have; undefined for any algorithm that fits its keys. */
  readonly tokenEndpointAuthSigningAlg?: SigningAlgorithm | undefined;
  /** Whether its assertions may be for the URL of the token endpoint in place of the issuer (RFC 7523 §3 item 3). */
  readonly tokenEndpointAudienceAllowed?: boolean | undefined;
  /** The algorithm that signs introspection answers for it (RFC 9701 §6); undefined for RS256 if the workspace has it. */
  readonly introspectionSignedResponseAlg?: SigningAlgorithm | undefined;
  /** How introspection answers are encrypted to its key (RFC 9701 §6); undefined for answers in clear text. */
  readonly introspectionEncryptedResponseAlg?: EncryptionAlgorithm | undefined;
  /** The content encryption of these answers (RFC 9701 §6); undefined for A128CBC-HS256. */
  readonly introspectionEncryptedResponseEnc?: ContentEncryption | undefined;
  /** Whether it must push its authorization requests (RFC 9126 §6). */
  readonly requirePushedAuthorizationRequests?: boolean | undefined;
  /** Whether all its access tokens are bound to a key by DPoP (RFC 9449 §5.2). */
  readonly dpopBoundAccessTokens?: boolean | undefined;
  /** Whether all its access tokens are bound to its certificate (RFC 8705 §3.4). */
  readonly tlsClientCertificateBoundAccessTokens?: boolean | undefined;
  /** The URIs to which users may be sent back, compared character by character (RFC 9700 §2.1). */
  readonly redirectUris: readonly string[];
  /** The URIs to which users may be sent after they logged out, compared character by character. */
  readonly postLogoutRedirectUris: readonly string[];
}

/** The methods of client authentication (RFC 7591 §2) that an application can be registered with. */
export type TokenEndpointAuthMethod =
  | 'client_secret_basic'
  | 'client_secret_post'
  | 'private_key_jwt'
  | 'tls_client_auth'
  | 'self_signed_tls_client_auth'
  | 'none';

/** The algorithms (RFC 7518 §4.1) by which the key of an encrypted answer is given to an application. */
export const encryptionAlgorithms = ['RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A256KW'] as const;

/** The `alg` in the header of an encrypted answer. */
export type EncryptionAlgorithm = (typeof encryptionAlgorithms)[number];

/** The algorithms (RFC 7518 §5.1) that encrypt an answer, the default first (RFC 9701 §6). */
export const contentEncryptions = ['A128CBC-HS256', 'A256GCM'] as const;

/** The `enc` in the header of an encrypted answer. */
export type ContentEncryption = (typeof contentEncryptions)[number];

/**
 * The name in a client's certificate (RFC 8705 §2.1.2). A client with `tls_client_auth` has exactly one of the members.
 */
export interface CertificateNames {
  /** The whole subject in the format of RFC 4514. */
  readonly tlsClientAuthSubjectDn?: string | undefined;
  /** One of the certificate's subject alternative names (RFC 5280 §4.2.1.6). */
  readonly tlsClientAuthSanDns?: string | undefined;
  readonly tlsClientAuthSanUri?: string | undefined;
  readonly tlsClientAuthSanIp?: string | undefined;
  readonly tlsClientAuthSanEmail?: string | undefined;
}

/** The grant of a client that shows only its own credentials (RFC 6749 §4.4). */
export const CLIENT_CREDENTIALS = 'client_credentials';

/** The grant of a client that shows a JWT from its own key, or from an issuer that it trusts (RFC 7523 §2.1). */
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** The grant of a client that shows its credentials and a refresh token (RFC 6749 §6). */
export const REFRESH_TOKEN = 'refresh_token';

/** The grant of a client that shows its credentials and an access token that a caller sent to it (RFC 8693 §2.1). */
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** The grant of a client that shows a code which a person's browser brought to it (RFC 6749 §4.1). */
export const AUTHORIZATION_CODE = 'authorization_code';

/** The grants that can be traded for an access token. */
export const grantTypes = [CLIENT_CREDENTIALS, JWT_BEARER, REFRESH_TOKEN, TOKEN_EXCHANGE, AUTHORIZATION_CODE] as const;

/** A `grant_type` that the token endpoint supports. */
export type GrantType = (typeof grantTypes)[number];

/** Whether a `grant_type` of a request is supported. */
export function isGrantType(value: string): value is GrantType {
  return (grantTypes as readonly string[]).includes(value);
}

/** The algorithms (RFC 7518 §3.1, RFC 8037 §3.1) with which other issuers may sign the tokens of workloads. */
export const trustAlgorithms = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'] as const;

/** The algorithm of a token of another issuer. */
export type TrustAlgorithm = (typeof trustAlgorithms)[number];

/**
 * The name of a claim, or the names that lead to a claim inside objects. A dot or slash in a name does not divide it.
 */
export type ClaimPath = string | readonly string[];

/** A condition on a claim: it equals a text, or begins with a text. */
export type ClaimCondition =
  | { readonly claim: ClaimPath; readonly equals: string }
  | { readonly claim: ClaimPath; readonly startsWith: string };

/** A public key of another issuer (RFC 7517 §4), public members only. */
export type TrustedJwk = Readonly<Record<string, string>>;

/** Another issuer and the tokens of it that authenticate a client (workload identity federation). */
export interface Trust {
  /** The issuer's `iss`, compared character by character. */
  readonly issuer: string;
  /** A value that the `aud` of a token must equal or contain. */
  readonly audience: string;
  readonly algorithms: readonly TrustAlgorithm[];
  /** The conditions that a token must fulfil, all of them. */
  readonly conditions: readonly ClaimCondition[];
  /**
   * The URL of the issuer's keys. Without this URL and without `jwks`, the issuer's metadata names it (OpenID Connect
   * Discovery §4).
   */
  readonly jwksUri?: string | undefined;
  /** The keys of an issuer that Mintmark cannot reach. */
  readonly jwks?: readonly TrustedJwk[] | undefined;
  /**
   * Whether a token may be redeemed many times until it expires. If not, a token needs a `jti` and works once, at one of
   * the clients with this issuer.
   */
  readonly reusable: boolean;
}
