import type { AuthorizationRequest } from '../people-records/authorization-request.ts';
import { isLive } from '../records/lifecycle.ts';
import type { Look } from '../records/look.ts';
import { apiRecordKey } from '../records/permissions.ts';
import { AUTHORIZATION_CODE } from '../records/registration.ts';
import { matchRedirectUri } from '../registration/redirect-uris.ts';
import { grantTypesOf, registrationOf } from '../registration/registration.ts';
import type { SoundRequest } from './read-request.ts';

/**
 * Checks a request again that was sound when its interaction began: the application, its redirect URI and the API must
 * still be there. Undefined if one of them is gone.
 */
export async function soundAgain(
  request: AuthorizationRequest,
  look: Look,
  nowSeconds: number,
): Promise<SoundRequest | undefined> {
  const [client, api] = await Promise.all([
    look.client(request.clientId),
    request.apiId === undefined ? undefined : look.find(apiRecordKey(request.apiId)),
  ]);
  if (client?.subject.type !== 'application' || !isLive(client, nowSeconds)) return undefined;
  if (!grantTypesOf(client).includes(AUTHORIZATION_CODE)) return undefined;
  if (matchRedirectUri(request.redirectUri, registrationOf(client).redirectUris) === undefined) return undefined;
  return request.apiId !== undefined && api === undefined ? undefined : { request, client, api };
}
