import { DomainError } from '../errors.ts';
import type { Client } from '../records/client.ts';
import type { Look } from '../records/look.ts';
import {
  API_IDENTIFIER_CHARACTERS_MAX,
  type Api,
  apiNameKey,
  apiRecordKey,
  type Grantee,
  grantKey,
  SYSTEM_API_ID,
} from '../records/permissions.ts';
import { type Standing, standingOf } from './standing.ts';
import { isForOwnAccount } from './system-api.ts';

/**
 * Finds the API with this identifier, the audience of its tokens. A text that is too long for an identifier is not
 * read.
 */
export async function findApi(identifier: string, look: Look): Promise<Api | undefined> {
  if (identifier.length > API_IDENTIFIER_CHARACTERS_MAX) return undefined;
  const claim = await look.find(apiNameKey(identifier));
  const api = claim && (await look.find(apiRecordKey(claim.ownerId)));
  return api?.identifier === identifier ? api : undefined;
}

type HeldPermissions = Pick<Standing, 'permissions'>;

/** How many APIs of a client are looked through for the only one that exists. A client with more names an audience. */
const SEARCHED_APIS_MAX = 20;

/**
 * Finds the API that a request without an audience is for: the client's only API, or else the default API. APIs that
 * were deleted do not count.
 * @throws DomainError `invalid_request` if there is neither
 */
export async function resolveApi(
  { client, holding }: { readonly client: Client; readonly holding: HeldPermissions },
  findDefault: () => Promise<string | undefined>,
  look: Look,
): Promise<Api | undefined> {
  const ids = entitledApiIds(client, holding);
  const isSearched = ids.length <= SEARCHED_APIS_MAX;
  const [only, other] = isSearched ? await firstStanding(ids, client, look) : [];
  if (only !== undefined && other === undefined) return only;
  const defaultAudience = await findDefault();
  if (defaultAudience !== undefined) return findApi(defaultAudience, look);
  const what =
    isSearched && only === undefined
      ? `${NO_PERMISSION} ${GIVING}`
      : "Send 'audience': the identifier of the API that the token is for.";
  throw new DomainError('invalid_request', what, { field: 'audience' });
}

const NO_PERMISSION = 'The client has no permission at any API.';

/** Says who can give a client the permission that it lacks. */
export const GIVING = 'An administrator gives it one, by a client grant or by a role.';

/** Finds the APIs among these ids that still stand, two at a time: more than one API is enough to know. */
async function firstStanding(ids: readonly string[], client: Client, look: Look): Promise<readonly Api[]> {
  const found = await Promise.all(ids.slice(0, 2).map((id) => findEntitledApi(id, client, look)));
  const standing = found.filter((api) => api !== undefined);
  const others = ids.slice(2);
  if (standing.length > 1 || others.length === 0) return standing;
  return [...standing, ...(await firstStanding(others, client, look))];
}

/** Finds an API that a client has permissions for; undefined if the API, or the application's client grant, is gone. */
async function findEntitledApi(apiId: string, client: Client, look: Look): Promise<Api | undefined> {
  const isApplication = client.subject.type === 'application';
  const [api, grant] = await Promise.all([
    look.find(apiRecordKey(apiId)),
    isApplication ? look.find(grantKey(client.id, apiId)) : undefined,
  ]);
  return isApplication && grant === undefined ? undefined : api;
}

/** Returns the ids of the APIs that a client has permissions for. Some of these APIs may be deleted. */
function entitledApiIds(client: Client, { permissions }: HeldPermissions): readonly string[] {
  if (client.subject.type === 'application') return client.apiIds;
  return [...new Set(permissions.map((permission) => permission.apiId))];
}

/**
 * Returns the permissions that a client has at an API now. An application has a client grant: for itself, or where it
 * acts for a user for its users, and then no more than the user may do there. Any other client has the permissions of
 * its roles, or direct permissions. The API must still declare a permission.
 */
export async function allowedPermissions(
  client: Client,
  standing: HeldPermissions & Partial<Pick<Standing, 'scope' | 'userId'>>,
  api: Api,
  look: Look,
): Promise<readonly string[]> {
  const declared = api.permissions.map((permission) => permission.value);
  if (client.subject.type !== 'application') return declared.filter(isHeldIn(standing, api));
  const grant = await look.find(grantKey(client.id, api.id, granteeOf(standing)));
  const granted =
    grant?.permissions === 'all' ? declared : declared.filter((value) => grant?.permissions.includes(value));
  return standing.userId === undefined ? granted : granted.filter(isUsersOwn(standing, api));
}

/** Whom the client grant is for that an application uses in this standing. */
export function granteeOf({ userId }: Partial<Pick<Standing, 'userId'>>): Grantee {
  return userId === undefined ? 'client' : 'user';
}

/** Whether a permission of an API is held, by a role or directly. */
function isHeldIn({ permissions }: HeldPermissions, { id }: Api): (value: string) => boolean {
  const held = permissions.filter(({ apiId }) => apiId === id);
  return (value) => held.some((permission) => permission.value === value);
}

/**
 * Whether a user may do what a permission of an API says: by a role, or all of it where the API says so. At the management
 * API everybody outside of tenants also may do what concerns their own account.
 */
export function isUsersOwn(
  { scope, ...held }: HeldPermissions & Partial<Pick<Standing, 'scope'>>,
  api: Api,
): (value: string) => boolean {
  // At the management API no setting replaces the roles (W4), and the own account needs none.
  if (api.id === SYSTEM_API_ID) {
    const isHeld = isHeldIn(held, api);
    return (value) => isHeld(value) || (scope?.type !== 'tenant' && isForOwnAccount(value));
  }
  return api.userPermissions === 'all' ? () => true : isHeldIn(held, api);
}

/**
 * Names the record that entitles a client at an API now: the client grant of an application, otherwise the API itself.
 * A token names it too, so that it does not become active again if a record with the same name takes its place.
 */
export async function entitlementOf(
  client: Client,
  api: Api,
  look: Look,
  grantee: Grantee = 'client',
): Promise<Entitlement> {
  const isGranted = client.subject.type === 'application';
  const grant = isGranted ? await look.find(grantKey(client.id, api.id, grantee)) : undefined;
  const { id, createdAtSeconds } = grant ?? api;
  return { id, sinceSeconds: createdAtSeconds };
}

/** The record that entitles a client at an API. */
export interface Entitlement {
  /** The id of the client grant or of the API. It is never given again. */
  readonly id: string;
  /** When the record was created, in Unix time. */
  readonly sinceSeconds: number;
}

/** Returns the permissions that a client has at an API now; none if its subject is not active. */
export async function currentPermissions(client: Client, api: Api, look: Look): Promise<readonly string[]> {
  const standing = await standingOf(client, look);
  return standing === undefined ? [] : allowedPermissions(client, standing, api, look);
}
