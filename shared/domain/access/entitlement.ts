import { DomainError } from '../errors.ts';
import type { Client } from '../records/client.ts';
import type { Look } from '../records/look.ts';
import { API_IDENTIFIER_CHARACTERS_MAX, type Api, apiNameKey, apiRecordKey, grantKey } from '../records/permissions.ts';
import { type Standing, standingOf } from './standing.ts';

/** The API with this identifier (its audience), if there is one. Nothing is read for what no API can be called. */
export async function findApi(identifier: string, look: Look): Promise<Api | undefined> {
  if (identifier.length > API_IDENTIFIER_CHARACTERS_MAX) return undefined;
  const claim = await look.find(apiNameKey(identifier));
  const api = claim && (await look.find(apiRecordKey(claim.ownerId)));
  return api?.identifier === identifier ? api : undefined;
}

/** Ids of the APIs that a client holds any permission for. */
function entitledApiIds(client: Client, { permissions }: Holding): readonly string[] {
  if (client.subject.type === 'application') return client.apiIds;
  return [...new Set(permissions.map((permission) => permission.apiId))];
}

type Holding = Pick<Standing, 'permissions'>;

/**
 * Step 6 of the exchange, where no audience is named: the client's only API, else the default one.
 * @throws DomainError `invalid_request` where there is neither
 */
export async function resolveApi(
  { client, holding }: { readonly client: Client; readonly holding: Holding },
  findDefault: () => Promise<string | undefined>,
  look: Look,
): Promise<Api | undefined> {
  const [only, ...others] = entitledApiIds(client, holding);
  if (only !== undefined && others.length === 0) return look.find(apiRecordKey(only));
  const defaultAudience = await findDefault();
  if (defaultAudience !== undefined) return findApi(defaultAudience, look);
  throw new DomainError('invalid_request', "Send 'audience': the identifier of the API that the token is for.", {
    field: 'audience',
  });
}

/**
 * Step 7 of the exchange: what a client may do at an API now. Applications have a client grant, everyone else roles or
 * permissions of their own; a permission the API no longer declares is worth nothing.
 */
export async function allowedPermissions(
  client: Client,
  { permissions }: Holding,
  api: Api,
  look: Look,
): Promise<readonly string[]> {
  const declared = api.permissions.map((permission) => permission.value);
  if (client.subject.type === 'application') {
    const grant = await look.find(grantKey(client.id, api.id));
    if (grant?.permissions === 'all') return declared;
    return declared.filter((value) => grant?.permissions.includes(value));
  }
  const held = permissions.filter((permission) => permission.apiId === api.id);
  return declared.filter((value) => held.some((permission) => permission.value === value));
}

/** The permissions that a client has at an API now; none if its subject is not active. */
export async function reachOf(client: Client, api: Api, look: Look): Promise<readonly string[]> {
  const standing = await standingOf(client, look);
  return standing === undefined ? [] : allowedPermissions(client, standing, api, look);
}
