/** How the answer of an authorization request reaches the application (OAuth 2.0 Multiple Response Type Encoding §2.1). */
export const responseModes = ['query', 'fragment', 'form_post', 'web_message'] as const;

/** One way in which the answer reaches the application. */
export type ResponseMode = (typeof responseModes)[number];

/** The scopes of OpenID Connect that name claims about a person (OpenID Connect Core §5.4). They are no permissions. */
export const identityScopes = ['openid', 'profile', 'email'] as const;

/** A scope about a person. */
export type IdentityScope = (typeof identityScopes)[number];

/** An authorization request whose application, redirect URI and parameters are sound (RFC 6749 §4.1.1). */
export interface AuthorizationRequest {
  readonly clientId: string;
  /** One of the URIs that the application is registered with. */
  readonly redirectUri: string;
  readonly responseMode: ResponseMode;
  readonly state?: string | undefined;
  /** Returns in the ID token (OpenID Connect Core §3.1.2.1). */
  readonly nonce?: string | undefined;
  /** The S256 challenge of the application's secret code verifier (RFC 7636 §4.2). */
  readonly codeChallenge: string;
  /** The API that the access token is for. Undefined if the application only asks who the person is. */
  readonly apiId?: string | undefined;
  /** The permissions that the application asks for; undefined for all that it may have. */
  readonly permissions?: readonly string[] | undefined;
  readonly identityScopes: readonly IdentityScope[];
  /** Whether it asks for a refresh token by `offline_access` (OpenID Connect Core §11). */
  readonly isOffline: boolean;
  readonly prompt: readonly Prompt[];
  /** How old the login may be. */
  readonly maxAgeSeconds?: number | undefined;
  readonly loginHint?: string | undefined;
  /** The tenant that the application asks for. */
  readonly tenantId?: string | undefined;
  /** The SHA-256 thumbprint of the key that must redeem the code (RFC 9449 §10). */
  readonly keyThumbprint?: string | undefined;
}

/** What the pages must ask the person (OpenID Connect Core §3.1.2.1). */
export const prompts = ['none', 'login', 'consent', 'select_account'] as const;

/** One value of `prompt`. */
export type Prompt = (typeof prompts)[number];
