import type { AccessRequest } from './decide-access.ts';
import type { IssuedToken, TokenTerms } from './issue-access-token.ts';

/** A request to the token endpoint with any grant type. */
export interface GrantRequest extends AccessRequest, Pick<TokenTerms, 'possession'> {
  readonly grantType: string;
  readonly refreshToken?: string | undefined;
  /** Only for an authorization code (RFC 6749 §4.1.3, RFC 7636 §4.5). */
  readonly authorizationCode?: PresentedCode | undefined;
  /** Only for a token exchange (RFC 8693). */
  readonly tokens?: PresentedTokens | undefined;
}

/** The tokens that a grant was traded for. */
export interface GrantResponse {
  readonly token: IssuedToken;
  readonly refreshToken?: string | undefined;
  /** Only where a user granted `openid`. */
  readonly idToken?: string | undefined;
  /** Whether `offline_access` was granted: then it belongs to the granted scope (RFC 6749 §5.1). */
  readonly isOffline?: boolean | undefined;
  /** Only for a token exchange (RFC 8693 §2.2.1). */
  readonly issuedTokenType?: string | undefined;
}

/** A code as a request presents it, not verified. */
export interface PresentedCode {
  readonly code?: string | undefined;
  readonly redirectUri?: string | undefined;
  readonly codeVerifier?: string | undefined;
}

/** The tokens and token types that a request presents for a token exchange, not verified (RFC 8693 §2.1). */
export interface PresentedTokens {
  readonly subjectToken?: string | undefined;
  readonly subjectTokenType?: string | undefined;
  readonly actorToken?: string | undefined;
  readonly actorTokenType?: string | undefined;
  readonly requestedTokenType?: string | undefined;
}
