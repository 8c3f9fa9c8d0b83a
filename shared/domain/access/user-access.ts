import { workspaceMemberKey } from '../people-records/workspace-member.ts';
import type { Client } from '../records/client.ts';
import { latestMark } from '../records/lifecycle.ts';
import type { Look } from '../records/look.ts';
import { type Api, grantKey, SYSTEM_API_ID } from '../records/permissions.ts';
import { exists, membershipKey, tenantKey, userKey } from '../records/principals.ts';
import { type CallerScope, WORKSPACE } from './caller-scope.ts';
import { type Entitlement, isUsersOwn } from './entitlement.ts';
import { everythingAtSystem, permissionsThrough, rolesById, type Standing } from './standing.ts';

/** A user, in one tenant or without a tenant. */
export interface UserPlace {
  readonly userId: string;
  readonly tenantId?: string | undefined;
}

/** The standing of a user: the user is active, and has these roles and permissions there now. */
export interface UserStanding extends Standing {
  readonly userId: string;
  /** The membership in the tenant, or among the workspace members; undefined for a user with neither. */
  readonly membershipId: string | undefined;
}

/**
 * Reads the standing of a user. Without a tenant, the user has the roles of the workspace, if the user is a workspace
 * member. Undefined if the user or the tenant is not active, or the user is not a member of the tenant.
 */
export async function userStandingOf({ userId, tenantId }: UserPlace, look: Look): Promise<UserStanding | undefined> {
  return tenantId === undefined ? standingInWorkspace(userId, look) : standingInTenant(userId, tenantId, look);
}

async function standingInTenant(userId: string, tenantId: string, look: Look): Promise<UserStanding | undefined> {
  const [user, tenant, membership] = await Promise.all([
    look.find(userKey(userId)),
    look.find(tenantKey(tenantId)),
    look.find(membershipKey(tenantId, userId)),
  ]);
  if (user?.status !== 'active' || tenant?.status !== 'active' || membership === undefined) return undefined;
  const roles = await rolesById(membership.roleIds, tenantId, look);
  const permissions = permissionsThrough(roles, {});
  const revokedBeforeSeconds = latestMark(tenant);
  const scope: CallerScope = { type: 'tenant', tenantId };
  return { userId, scope, membershipId: membership.id, roles, permissions, revokedBeforeSeconds };
}

async function standingInWorkspace(userId: string, look: Look): Promise<UserStanding | undefined> {
  const [user, member] = await Promise.all([look.find(userKey(userId)), look.find(workspaceMemberKey(userId))]);
  if (!exists(user) || user.status !== 'active') return undefined;
  const { roleIds = [], id: membershipId } = member ?? {};
  const roles = roleIds === 'all' ? [] : await rolesById(roleIds, undefined, look);
  const permissions = roleIds === 'all' ? everythingAtSystem : permissionsThrough(roles, {});
  const scope: CallerScope = member === undefined ? { type: 'self', userId } : WORKSPACE;
  return { userId, scope, membershipId, roles, permissions, revokedBeforeSeconds: 0 };
}

/**
 * Returns the permissions that an application may use for its users at an API: a third-party application has those of
 * its client grant for users, a first-party application all of the API unless such a grant says less. At the management
 * API every application needs the grant.
 */
export async function ceilingForUsers(client: Client, api: Api, look: Look): Promise<readonly string[]> {
  const declared = api.permissions.map(({ value }) => value);
  const grant = await look.find(grantKey(client.id, api.id, 'user'));
  if (grant !== undefined) {
    const { permissions } = grant;
    return permissions === 'all' ? declared : declared.filter((value) => permissions.includes(value));
  }
  const { party = 'first' } = client.registration ?? {};
  return party === 'first' && api.id !== SYSTEM_API_ID ? declared : [];
}

/** Returns the permissions that a user has at an API, as `isUsersOwn` decides. */
export function permissionsOfUser(api: Api, standing: Pick<UserStanding, 'permissions' | 'scope'>): readonly string[] {
  return api.permissions.map(({ value }) => value).filter(isUsersOwn(standing, api));
}

/**
 * Names the record that entitles an application to act for its users at an API now: the client grant for users, or else
 * the API itself.
 */
export async function entitlementForUsers(client: Client, api: Api, look: Look): Promise<Entitlement> {
  const { id, createdAtSeconds } = (await look.find(grantKey(client.id, api.id, 'user'))) ?? api;
  return { id, sinceSeconds: createdAtSeconds };
}

/**
 * Whether users are asked before an application may act for them. They are not asked for a first-party application where
 * the API says so, unless a redirect URI leads to a program on the user's machine, whose identity nobody can prove.
 */
export function needsConsent({ registration }: Client, api: Api | undefined): boolean {
  const { party = 'first', redirectUris = [] } = registration ?? {};
  const isProvable = redirectUris.every((uri) => uri.startsWith('https://'));
  return !(party === 'first' && isProvable && (api === undefined || api.skipConsent));
}
