import type { Look } from './ports.ts';
import { type Api, apiNameKey, type Client, grantKey } from './records.ts';
import type { Standing } from './standing.ts';

/** The API with this identifier (its audience), if there is one. */
export async function findApi(identifier: string, look: Look): Promise<Api | undefined> {
  const claim = await look.find('name', apiNameKey(identifier));
  const api = claim && (await look.find('api', claim.ownerId));
  return api?.identifier === identifier ? api : undefined;
}

/** Ids of the APIs that a client holds any permission for. */
export function entitledApiIds(client: Client, standing: Standing): readonly string[] {
  if (client.subject.type === 'application') return client.apiIds;
  return [...new Set(standing.roles.flatMap((role) => role.permissions.map((permission) => permission.apiId)))];
}

/**
 * Step 7 of the exchange: what a client may do at an API now. Applications have a client grant, everyone else roles;
 * a permission the API no longer declares is worth nothing.
 */
export async function allowedPermissions(
  client: Client,
  standing: Standing,
  api: Api,
  look: Look,
): Promise<readonly string[]> {
  const declared = api.permissions.map((permission) => permission.value);
  if (client.subject.type === 'application') {
    const grant = await look.find('grant', grantKey(client.id, api.id));
    if (grant?.permissions === 'all') return declared;
    return declared.filter((value) => grant?.permissions.includes(value));
  }
  const held = standing.roles.flatMap((role) => role.permissions.filter((permission) => permission.apiId === api.id));
  return declared.filter((value) => held.some((permission) => permission.value === value));
}
