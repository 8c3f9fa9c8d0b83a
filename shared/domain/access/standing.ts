import { type Client, type Subject, tenantIdOf } from '../records/client.ts';
import { latestMark } from '../records/lifecycle.ts';
import type { Look } from '../records/look.ts';
import { type PermissionReference, type Role, roleRecordKey } from '../records/permissions.ts';
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
  const [tenant, holder, roles] = await Promise.all([
    look.find(tenantKey(subject.tenantId)),
    findHolder(client, look),
    rolesAssigned(client, look),
  ]);
  if (tenant?.status !== 'active' || holder?.status !== 'active') return undefined;
  const userId = subject.type === 'user' ? subject.userId : undefined;
  const revokedBeforeSeconds = latestMark(client, tenant);
  const scope: CallerScope = { type: 'tenant', tenantId: tenant.id };
  return { scope, userId, roles, permissions: permissionsThrough(roles, client), revokedBeforeSeconds };
}

/** Returns the permissions that a client has by these roles or directly. Client grants are not included. */
export function permissionsThrough(
  roles: readonly Role[],
  { permissions = [] }: Pick<Client, 'permissions'>,
): readonly PermissionReference[] {
  return [...roles.flatMap((role) => role.permissions), ...permissions];
}

/** Reads the roles of a client, also while its tenant, user or service user is disabled. */
export async function rolesAssigned(client: ClientRoles, look: Look): Promise<readonly Role[]> {
  const { roleIds = [] } = (await findHolder(client, look)) ?? {};
  const roles = await Promise.all(roleIds.map((id) => look.find(roleRecordKey(id))));
  const tenantId = tenantIdOf(client);
  return roles.filter((role) => role !== undefined).filter((role) => isRoleFor(tenantId, role));
}

/**
 * Whether a role can be assigned in this tenant: it is a role for tenants, and belongs to this one or to none. Without a
 * tenant, whether it can be assigned to workspace members.
 */
export function isRoleFor(tenantId: string | undefined, role: Role): boolean {
  if (tenantId === undefined) return role.kind === 'workspace';
  return role.kind === 'tenant' && (role.tenantId === undefined || role.tenantId === tenantId);
}

type ClientRoles = Pick<Client, 'subject' | 'roleIds'>;

/**
 * The principal that has a client's roles: a user, a service user, or the client itself if it is a tenant's API token.
 */
interface RoleHolder {
  readonly status: 'active' | 'disabled';
  readonly roleIds: readonly string[];
}

async function findHolder({ subject, roleIds }: ClientRoles, look: Look): Promise<RoleHolder | undefined> {
  if (subject.type === 'application') return { status: 'active', roleIds: [] };
  if (subject.type === 'tenant') return { status: 'active', roleIds };
  return subject.type === 'user' ? findUserOf(subject, look) : findServiceUser(subject, look);
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
