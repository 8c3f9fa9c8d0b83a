import type { Look } from '../records/look.ts';
import type { Api } from '../records/permissions.ts';
import { findApi } from './entitlement.ts';

/** The id of the userinfo endpoint, which takes tokens like an API and has no record. */
export const USER_INFO_API_ID = 'api_0000000000000000000001';

/** Returns the URL of the userinfo endpoint (OpenID Connect Core §5.3), which is also the audience of its tokens. */
export function userInfoIdentifier(issuer: string): string {
  return `${issuer}/oauth/userinfo`;
}

/** The userinfo endpoint as an API without permissions: tokens for it only tell who the person is. */
export function userInfoApi(issuer: string, signingAlgorithm: Api['signingAlgorithm']): Api {
  return {
    id: USER_INFO_API_ID,
    identifier: userInfoIdentifier(issuer),
    name: 'Who the person is',
    signingAlgorithm,
    tokenLifetimeSeconds: 3_600,
    permissions: [],
    allowRefreshTokens: true,
    skipConsent: true,
    userPermissions: 'roles',
    statusList: false,
    acceptsSelfSignedTokens: false,
    dpopBoundAccessTokensRequired: false,
    tlsClientCertificateBoundAccessTokens: false,
    tlsClientCertificateBoundAccessTokensRequired: false,
    createdAtSeconds: 0,
    version: 1,
  };
}

/** Finds the API of a user's token by its audience: the userinfo endpoint or an API. */
export async function findApiOfUser(audience: string, issuer: string, look: Look): Promise<Api | undefined> {
  return audience === userInfoIdentifier(issuer) ? userInfoApi(issuer, 'RS256') : findApi(audience, look);
}
