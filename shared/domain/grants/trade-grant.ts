import { invalidGrant } from '../authentication/authenticate-assertion.ts';
import { DomainError } from '../errors.ts';
import type { ShortLivedWriter } from '../records/change-record.ts';
import {
  AUTHORIZATION_CODE,
  CLIENT_CREDENTIALS,
  type GrantType,
  isGrantType,
  JWT_BEARER,
  REFRESH_TOKEN,
  TOKEN_EXCHANGE,
} from '../records/registration.ts';
import { assertMayUse } from '../registration/registration.ts';
import type { TokenVerifier } from '../tokens/ports.ts';
import { decideAccess, type TokenHolder } from './decide-access.ts';
import { exchangeToken } from './exchange-token.ts';
import type { GrantRequest, GrantResponse } from './grant.ts';
import { issueAccessToken } from './issue-access-token.ts';
import { redeemAuthorizationCode } from './redeem-authorization-code.ts';
import { redeemRefreshToken } from './redeem-refresh-token.ts';
import { beginFamily, type FamilyPorts, takeOfflineAccess } from './token-families.ts';

interface Ports extends FamilyPorts {
  readonly defaultAudience: string | undefined;
  readonly verifier: TokenVerifier;
  readonly codes: ShortLivedWriter<'code'>;
}

type Trade = (holder: TokenHolder, request: GrantRequest, ports: Ports) => Promise<GrantResponse>;

const trades: Readonly<Record<GrantType, Trade>> = {
  [CLIENT_CREDENTIALS]: tradeCredentials,
  [JWT_BEARER]: tradeAssertion,
  [REFRESH_TOKEN]: redeemRefreshToken,
  [TOKEN_EXCHANGE]: exchangeToken,
  [AUTHORIZATION_CODE]: redeemAuthorizationCode,
};

/**
 * Trades a grant for tokens, after the client was authenticated (RFC 6749 §5). Each grant type has a function.
 * @throws DomainError `unsupported_grant_type`; `unauthorized_client` if the client is not registered for the grant
 * type; and as `decideAccess`, `issueAccessToken`, `redeemRefreshToken` and `exchangeToken` do
 */
export async function tradeGrant(holder: TokenHolder, request: GrantRequest, ports: Ports): Promise<GrantResponse> {
  const { grantType } = request;
  if (!isGrantType(grantType)) {
    throw new DomainError('unsupported_grant_type', 'The server does not support this grant type.');
  }
  assertMayUse(grantType, holder.client);
  return trades[grantType](holder, request, ports);
}

/** RFC 6749 §4.4. A client gets a refresh token only on request, because its credentials do the same (C2). */
async function tradeCredentials(holder: TokenHolder, request: GrantRequest, ports: Ports): Promise<GrantResponse> {
  const { scope, isOffline } = takeOfflineAccess(request.scope);
  const access = await decideAccess(holder, { ...request, scope }, ports);
  if (isOffline) return { ...(await beginFamily(holder, access, request, ports)), isOffline };
  return { token: await issueAccessToken(holder, access, request, ports) };
}

/** RFC 7523 §2.1. There is no refresh token, because the client can sign another assertion (RFC 7521 §4.1). */
async function tradeAssertion(holder: TokenHolder, request: GrantRequest, ports: Ports): Promise<GrantResponse> {
  const access = await decideAccess(holder, request, ports, { refuse: invalidGrant });
  return { token: await issueAccessToken(holder, access, request, ports) };
}
