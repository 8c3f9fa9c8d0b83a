import type { AccessRequest } from './decide-access.ts';
import type { IssuedToken, TokenTerms } from './issue-access-token.ts';

/** A request to the token endpoint, whichever grant it is about. */
export interface GrantRequest extends AccessRequest, Pick<TokenTerms, 'possession'> {
  readonly grantType: string;
  readonly refreshToken?: string | undefined;
  /** Of an exchange of tokens. */
  readonly tokens?: PresentedTokens | undefined;
}

/** What a grant was traded for. */
export interface Traded {
  readonly token: IssuedToken;
  readonly refreshToken?: string | undefined;
  /** Of an exchange of tokens (RFC 8693 §2.2.1). */
  readonly issuedTokenType?: string | undefined;
}

/** The tokens of a request, as they came (RFC 8693 §2.1). */
export interface PresentedTokens {
  readonly subjectToken?: string | undefined;
  readonly subjectTokenType?: string | undefined;
  readonly actorToken?: string | undefined;
  readonly actorTokenType?: string | undefined;
  readonly requestedTokenType?: string | undefined;
}
