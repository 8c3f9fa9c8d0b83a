import { DomainError } from '../errors.ts';
import { userKey } from '../records/principals.ts';
import { scopeValues } from '../tokens/access-token.ts';
import { claimsAbout, type PersonClaims } from '../tokens/identity-claims.ts';
import { findLiveToken } from '../tokens/live-token.ts';
import { dividedScope } from '../tokens/user-token.ts';
import type { ManagerPorts } from './authenticate-manager.ts';
import { assertIsSender, type PresentedToken } from './sender-constraint.ts';

/** What an application is told about a person, and which application. */
export interface UserInfo {
  readonly claims: PersonClaims;
  readonly clientId: string;
}

/**
 * Tells an application about the person who logged in (OpenID Connect Core §5.3): the claims that the token's scopes
 * name. It takes access tokens of users for any API, if they have the scope `openid`.
 * @throws DomainError `invalid_token` for a token that is not active or not of a user; `insufficient_scope` without
 * `openid`; and as `assertIsSender` does
 */
export async function readUserInfo(presented: PresentedToken, ports: ManagerPorts): Promise<UserInfo> {
  const live = await findLiveToken(presented.value, ports);
  const { claims, look } = live ?? {};
  if (claims?.granted_at === undefined || look === undefined) throw notOfUser();
  await assertIsSender(presented, claims, ports);
  const { identityScopes } = dividedScope(scopeValues(claims.scope));
  if (!identityScopes.includes('openid')) {
    throw new DomainError('insufficient_scope', 'The token needs the scope openid.', { neededScope: 'openid' });
  }
  const user = await look.find(userKey(claims.sub));
  if (user === undefined) throw notOfUser();
  return { claims: claimsAbout(user, identityScopes), clientId: claims.client_id };
}

function notOfUser(): DomainError {
  return new DomainError('invalid_token', 'The access token is expired, revoked or not of a user.');
}
