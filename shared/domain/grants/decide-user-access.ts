import { entitlementForUsers } from '../access/user-access.ts';
import { USER_INFO_API_ID, userInfoApi } from '../access/user-info-api.ts';
import type { Clock } from '../ambient.ts';
import type { DomainError } from '../errors.ts';
import { expectSigningKeys, preferredAlgorithm, signingKeysIn } from '../keys/signing-keys.ts';
import type { Look } from '../records/look.ts';
import { type Api, apiRecordKey, type SigningAlgorithm } from '../records/permissions.ts';
import { settingsIn } from '../records/settings.ts';
import { type GrantedByUser, userAccessNow } from '../tokens/user-token.ts';
import type { Access, TokenHolder } from './decide-access.ts';

interface Ports {
  readonly issuer: string;
  readonly clock: Clock;
  readonly verifier: { readonly algorithms: readonly SigningAlgorithm[] };
}

/**
 * Decides again what a user's grant is good for, for a new token of it. `apiId` is undefined for a grant that only tells
 * who the person is.
 * @throws DomainError `refuse()` if nothing is left of the grant
 */
export async function decideUserAccess(
  { client, look }: Pick<TokenHolder, 'client' | 'look'>,
  granted: GrantedByUser,
  apiId: string | undefined,
  ports: Ports & { readonly refuse: () => DomainError },
): Promise<Access> {
  expectSigningKeys(look);
  const api = await apiOf(apiId, look, ports);
  const access = api && (await userAccessNow(granted, { client, api }, look, ports));
  if (api === undefined || access === undefined) throw ports.refuse();
  const [settings, signingKeys, entitlement] = await Promise.all([
    settingsIn(look),
    signingKeysIn(look),
    entitlementForUsers(client, api, look),
  ]);
  return { ...access, settings, signingKeys, api, entitlement };
}

async function apiOf(apiId: string | undefined, look: Look, { issuer, verifier }: Ports): Promise<Api | undefined> {
  const isForUserInfo = apiId === undefined || apiId === USER_INFO_API_ID;
  return isForUserInfo ? userInfoApi(issuer, preferredAlgorithm(verifier.algorithms)) : look.find(apiRecordKey(apiId));
}
