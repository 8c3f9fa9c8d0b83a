import { workspaceMemberKey } from '../people-records/workspace-member.ts';
import { type Client, type Subject, tenantIdOf, userIdOf } from '../records/client.ts';
import { latestMark } from '../records/lifecycle.ts';
import type { Look } from '../records/look.ts';
import { type PermissionReference, type Role, roleRecordKey, SYSTEM_API_ID } from '../records/permissions.ts';
import {
  type Existing,
  exists,
  type Membership,
  membershipKey,
  type ServiceUser,
  serviceUserKey,
  tenantKey,
  type User,
  userKey,
} from '../records/principals.ts';
import { type CallerScope, WORKSPACE } from './caller-scope.ts';
import { isForPersonalTokens, systemPermissions } from './system-api.ts';

/** The standing of a client: its subject is active, and has these roles and permissions now. */
export interface Standing {
  /** Where the client may act now. */
  readonly scope: CallerScope;
  /** Undefined unless the client acts for a user. */
  readonly userId: string | undefined;
  /** The roles as they are now, without roles that have been deleted. */
  readonly roles: readonly Role[];
  /** The permissions that these roles have, and the permissions that were given directly. */
  readonly permissions: readonly PermissionReference[];
  /** Tokens of the client that were issued before this moment are not valid. The mark of the workspace may be later. */
  readonly revokedBeforeSeconds: number;
}

/**
 * Reads the standing of a client. Undefined if its tenant, user or service user is missing or not active, or if its
 * membership has ended.
 */
export async function standingOf(client: Client, look: Look): Promise<Standing | undefined> {
  const { subject } = client;
  if (subject.type === 'application') {
    const revokedBeforeSeconds = latestMark(client);
    return { scope: WORKSPACE, userId: undefined, roles: [], permissions: [], revokedBeforeSeconds };
  }
  const tenantId = tenantIdOf(client);
  const [tenant, holder, { roles, permissions }] = await Promise.all([
    tenantId === undefined ? undefined : look.find(tenantKey(tenantId)),
    findHolder(client, look),
    holdingOf(client, look),
  ]);
  if (tenantId !== undefined && tenant?.status !== 'active') return undefined;
  if (holder?.status !== 'active') return undefined;
  const scope: CallerScope = tenantId === undefined ? WORKSPACE : { type: 'tenant', tenantId };
  const revokedBeforeSeconds = latestMark(client, tenant ?? {});
  return { scope, userId: userIdOf(client), roles, permissions, revokedBeforeSeconds };
}

/** Returns the permissions that a client has by these roles or directly. Client grants are not included. */
export function permissionsThrough(
  roles: readonly Role[],
  { permissions = [] }: Pick<Client, 'permissions'>,
): readonly PermissionReference[] {
  return [...roles.flatMap((role) => role.permissions), ...permissions];
}

/** What the holder of a client's credentials has by roles or directly. Client grants are not included. */
export type Holding = Pick<Standing, 'roles' | 'permissions'>;

/** Reads what a client has, also while its tenant, user or service user is disabled. */
export async function holdingOf(client: ClientRoles, look: Look): Promise<Holding> {
  const { roleIds = [] } = (await findHolder(client, look)) ?? {};
  const roles = roleIds === 'all' ? [] : await rolesById(roleIds, tenantIdOf(client), look);
  const permissions = roleIds === 'all' ? everythingAtSystem : permissionsThrough(roles, client);
  return { roles, permissions: userIdOf(client) === undefined ? permissions : permissions.filter(isInPersonalTokens) };
}

/** All permissions of the management API: what a workspace member has who may do everything. */
export const everythingAtSystem: readonly PermissionReference[] = systemPermissions.map(({ value }) => ({
  apiId: SYSTEM_API_ID,
  api: '',
  value,
}));

/** Reads the roles among these ids that exist and can be assigned in this tenant. */
export async function rolesById(
  ids: readonly string[],
  tenantId: string | undefined,
  look: Look,
): Promise<readonly Role[]> {
  const roles = await Promise.all(ids.map((id) => look.find(roleRecordKey(id))));
  return roles.filter((role) => role !== undefined).filter((role) => isRoleFor(tenantId, role));
}

function isInPersonalTokens({ apiId, value }: PermissionReference): boolean {
  return apiId !== SYSTEM_API_ID || isForPersonalTokens(value);
}

/**
 * Whether a role can be assigned in this tenant: it is a role for tenants, and belongs to this one or to none. Without a
 * tenant, whether it can be assigned to workspace members.
 */
export function isRoleFor(tenantId: string | undefined, role: Role): boolean {
  if (tenantId === undefined) return role.kind === 'workspace';
  return role.kind === 'tenant' && (role.tenantId === undefined || role.tenantId === tenantId);
}

type ClientRoles = Pick<Client, 'subject' | 'roleIds' | 'permissions'>;

/**
 * The principal that has a client's roles: a user, a service user, or the client itself if it is a tenant's API token.
 */
interface RoleHolder {
  readonly status: 'active' | 'disabled';
  /** `all` for a workspace member who may do everything. */
  readonly roleIds: readonly string[] | 'all';
}

async function findHolder({ subject, roleIds }: ClientRoles, look: Look): Promise<RoleHolder | undefined> {
  if (subject.type === 'application') return { status: 'active', roleIds: [] };
  if (subject.type === 'tenant') return { status: 'active', roleIds };
  if (subject.type === 'workspaceMember') return findWorkspaceMember(subject, look);
  return subject.type === 'user' ? findUserOf(subject, look) : findServiceUser(subject, look);
}

async function findWorkspaceMember(
  { userId, membershipId }: Extract<Subject, { type: 'workspaceMember' }>,
  look: Look,
): Promise<RoleHolder | undefined> {
  const [user, member] = await Promise.all([look.find(userKey(userId)), look.find(workspaceMemberKey(userId))]);
  if (!exists(user) || member?.id !== membershipId) return undefined;
  return { status: user.status, roleIds: member.roleIds };
}

async function findUserOf(subject: Extract<Subject, { type: 'user' }>, look: Look): Promise<RoleHolder | undefined> {
  const member = await findMember(subject, look);
  if (member?.membership.id !== subject.membershipId) return undefined;
  return { status: member.user.status, roleIds: member.membership.roleIds };
}

/** Finds a service user of a tenant; undefined for a service user of another tenant. */
export async function findServiceUser(
  { tenantId, serviceUserId }: { readonly tenantId: string; readonly serviceUserId: string },
  look: Look,
): Promise<ServiceUser | undefined> {
  const serviceUser = await look.find(serviceUserKey(serviceUserId));
  return serviceUser?.tenantId === tenantId ? serviceUser : undefined;
}

/** A user who belongs to a tenant. */
interface Member {
  readonly user: Existing<User>;
  readonly membership: Membership;
}

/** Finds a member of a tenant; undefined for a user who does not exist or does not belong to the tenant. */
export async function findMember(
  { tenantId, userId }: Pick<Membership, 'tenantId' | 'userId'>,
  look: Look,
): Promise<Member | undefined> {
  const [user, membership] = await Promise.all([
    look.find(userKey(userId)),
    look.find(membershipKey(tenantId, userId)),
  ]);
  return exists(user) && membership !== undefined ? { user, membership } : undefined;
}
