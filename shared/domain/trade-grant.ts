import { invalidGrant } from './authenticate-assertion.ts';
import type { TokenVerifier } from './crypto-ports.ts';
import { type AccessRequest, decideAccess, type TokenHolder } from './decide-access.ts';
import { DomainError } from './errors.ts';
import { exchangeToken, type PresentedTokens } from './exchange-token.ts';
import {
  CLIENT_CREDENTIALS,
  type GrantType,
  isGrantType,
  JWT_BEARER,
  REFRESH_TOKEN,
  TOKEN_EXCHANGE,
} from './grant-types.ts';
import { type IssuedToken, issueAccessToken, type TokenTerms } from './issue-access-token.ts';
import { redeemRefreshToken } from './redeem-refresh-token.ts';
import { assertMayUse } from './registration.ts';
import { beginFamily, type FamilyPorts, takeOfflineAccess } from './token-families.ts';

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

interface Ports extends FamilyPorts {
  readonly defaultAudience: string | undefined;
  readonly verifier: TokenVerifier;
}
type Trade = (holder: TokenHolder, request: GrantRequest, ports: Ports) => Promise<Traded>;

const trades: Readonly<Record<GrantType, Trade>> = {
  [CLIENT_CREDENTIALS]: tradeCredentials,
  [JWT_BEARER]: tradeAssertion,
  [REFRESH_TOKEN]: redeemRefreshToken,
  [TOKEN_EXCHANGE]: exchangeToken,
};

/**
 * The exchange, once it is known for whom: by grant type.
 * @throws DomainError `unsupported_grant_type`, `unauthorized_client`, and as `decideAccess`, `issueAccessToken`,
 * `redeemRefreshToken` and `exchangeToken` do
 */
export async function tradeGrant(holder: TokenHolder, request: GrantRequest, ports: Ports): Promise<Traded> {
  const { grantType } = request;
  if (!isGrantType(grantType)) {
    throw new DomainError('unsupported_grant_type', 'The grant type is not one of those this server supports.');
  }
  assertMayUse(grantType, holder.client);
  return trades[grantType](holder, request, ports);
}

/** RFC 6749 §4.4. There is a refresh token only for whoever asks for one, because the credentials are as good (C2). */
async function tradeCredentials(holder: TokenHolder, request: GrantRequest, ports: Ports): Promise<Traded> {
  const { scope, isOffline } = takeOfflineAccess(request.scope);
  const access = await decideAccess(holder, { ...request, scope }, ports);
  if (isOffline) return beginFamily(holder, access, request, ports);
  return { token: await issueAccessToken(holder, access, request, ports) };
}

/** RFC 7523 §2.1. Whoever can sign once more needs no refresh token (RFC 7521 §4.1). */
async function tradeAssertion(holder: TokenHolder, request: GrantRequest, ports: Ports): Promise<Traded> {
  const access = await decideAccess(holder, request, ports, { refuse: invalidGrant });
  return { token: await issueAccessToken(holder, access, request, ports) };
}
