import type { SigningAlgorithm } from './permissions.ts';

/** Public members of a JSON Web Key (RFC 7517 §4) that a client was registered with. */
type RegisteredJwk = Readonly<Record<string, string>>;

/** What an application is registered with and other clients have no use for. */
export interface ApplicationRegistration extends CertificateNames {
  /** Whether the workspace made the application, or somebody else did. */
  readonly party: 'first' | 'third';
  /** How the application has to authenticate; secrets are accepted in the header and in the body alike (DEC4). */
  readonly tokenEndpointAuthMethod: TokenEndpointAuthMethod;
  /** What it may trade for an access token. */
  readonly grantTypes: readonly GrantType[];
  /** The keys that it signs its assertions with, or that its certificate is of. */
  readonly jwks?: readonly RegisteredJwk[] | undefined;
  /** Where it publishes these keys. */
  readonly jwksUri?: string | undefined;
  /** The only algorithm that its assertions may have; undefined for any that its keys are for. */
  readonly tokenEndpointAuthSigningAlg?: SigningAlgorithm | undefined;
  /** Whether all its access tokens are bound to a key by DPoP (RFC 9449 §5.2). */
  readonly dpopBoundAccessTokens?: boolean | undefined;
  /** Whether all its access tokens are bound to its certificate (RFC 8705 §3.4). */
  readonly tlsClientCertificateBoundAccessTokens?: boolean | undefined;
  /** Where users may be sent back to, compared character by character (RFC 9700 §2.1). */
  readonly redirectUris: readonly string[];
}

/** Ways of client authentication (RFC 7591 §2) that an application can be registered with. */
export type TokenEndpointAuthMethod =
  | 'client_secret_basic'
  | 'client_secret_post'
  | 'private_key_jwt'
  | 'tls_client_auth'
  | 'self_signed_tls_client_auth'
  | 'none';

/** What a client's certificate is known by (RFC 8705 §2.1.2): exactly one of these, by `tls_client_auth` only. */
export interface CertificateNames {
  /** The whole subject, as RFC 4514 writes it. */
  readonly tlsClientAuthSubjectDn?: string | undefined;
  /** One of the certificate's subject alternative names (RFC 5280 §4.2.1.6). */
  readonly tlsClientAuthSanDns?: string | undefined;
  readonly tlsClientAuthSanUri?: string | undefined;
  readonly tlsClientAuthSanIp?: string | undefined;
  readonly tlsClientAuthSanEmail?: string | undefined;
}

/** A client's own credentials are all it has to show (RFC 6749 §4.4). */
export const CLIENT_CREDENTIALS = 'client_credentials';

/** A JWT that the client has signed is all it has to show (RFC 7523 §2.1). */
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** A client shows its credentials and what it was given for the next time (RFC 6749 §6). */
export const REFRESH_TOKEN = 'refresh_token';

/** A client shows its credentials and an access token that somebody sent it (RFC 8693 §2.1). */
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** What can be traded for an access token. */
export const grantTypes = [CLIENT_CREDENTIALS, JWT_BEARER, REFRESH_TOKEN, TOKEN_EXCHANGE] as const;

export type GrantType = (typeof grantTypes)[number];

export function isGrantType(value: string): value is GrantType {
  return (grantTypes as readonly string[]).includes(value);
}

/** Algorithms (RFC 7518 §3.1, RFC 8037 §3.1) that other issuers may sign the tokens of workloads with. */
export const trustAlgorithms = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'] as const;

export type TrustAlgorithm = (typeof trustAlgorithms)[number];

/** A claim by its name, or by the names that lead to it. Names are never taken apart: many have dots and slashes inside. */
export type ClaimPath = string | readonly string[];

/** What a claim has to be: this text, or text that begins with this. */
export type ClaimCondition =
  | { readonly claim: ClaimPath; readonly equals: string }
  | { readonly claim: ClaimPath; readonly startsWith: string };

/** A public key of another issuer (RFC 7517 §4), public members only. */
export type TrustedJwk = Readonly<Record<string, string>>;

/** Whose tokens, and which of them, are as good as a client's own credentials. */
export interface Trust {
  /** Compared character by character. */
  readonly issuer: string;
  /** What `aud` has to be or to contain. */
  readonly audience: string;
  readonly algorithms: readonly TrustAlgorithm[];
  /** All of them have to hold. */
  readonly conditions: readonly ClaimCondition[];
  /** Where the issuer's keys are; with neither this nor `jwks`, its metadata says so (OpenID Connect Discovery §4). */
  readonly jwksUri?: string | undefined;
  /** The keys themselves, of an issuer that cannot be reached. */
  readonly jwks?: readonly TrustedJwk[] | undefined;
  /** Whether one token may be redeemed again and again until it ends; every other one needs a `jti` and works once. */
  readonly reusable: boolean;
}
