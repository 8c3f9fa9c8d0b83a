import type { Client, Subject } from '../records/client.ts';
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

/** That a client's subject stands, and with which roles. */
export interface Standing {
  /** Undefined for applications: they belong to the workspace. */
  readonly tenantId: string | undefined;
  /** Undefined unless the client acts for a user. */
  readonly userId: string | undefined;
  /** The roles as they are now; the ones deleted since they were assigned are gone. */
  readonly roles: readonly Role[];
  /** Permissions through these roles, or given directly. */
  readonly permissions: readonly PermissionReference[];
  /** Tokens of the client that were issued before this moment are worth nothing; the workspace may say a later one. */
  readonly revokedBeforeSeconds: number;
}

/** Step 5 of the exchange: undefined where the tenant, user, membership or service user behind a client does not stand. */
export async function standingOf(client: Client, look: Look): Promise<Standing | undefined> {
  const { subject } = client;
  if (subject.type === 'application') {
    const revokedBeforeSeconds = latestMark(client);
    return { tenantId: undefined, userId: undefined, roles: [], permissions: [], revokedBeforeSeconds };
  }
  const [tenant, holder, roles] = await Promise.all([
    look.find(tenantKey(subject.tenantId)),
    findHolder(client, look),
    rolesAssigned(client, look),
  ]);
  if (tenant?.status !== 'active' || holder?.status !== 'active') return undefined;
  const userId = subject.type === 'user' ? subject.userId : undefined;
  const revokedBeforeSeconds = latestMark(client, tenant);
  return { tenantId: tenant.id, userId, roles, permissions: permissionsThrough(roles, client), revokedBeforeSeconds };
}

/** What a client holds besides client grants: through these roles, or given directly. */
export function permissionsThrough(
  roles: readonly Role[],
  { permissions = [] }: Pick<Client, 'permissions'>,
): readonly PermissionReference[] {
  return [...roles.flatMap((role) => role.permissions), ...permissions];
}

/** The roles that a client acts with, or would act with if whoever it acts for were active. */
export async function rolesAssigned(client: RoleBearer, look: Look): Promise<readonly Role[]> {
  const { roleIds = [] } = (await findHolder(client, look)) ?? {};
  const roles = await Promise.all(roleIds.map((id) => look.find(roleRecordKey(id))));
  const tenantId = 'tenantId' in client.subject ? client.subject.tenantId : undefined;
  return roles.filter((role) => role !== undefined).filter((role) => isRoleFor(tenantId, role));
}

/** Whether a role may be held in this tenant: it is the tenant's own, or the whole workspace's. */
export function isRoleFor(tenantId: string | undefined, role: Role): boolean {
  return role.tenantId === undefined || role.tenantId === tenantId;
}

type RoleBearer = Pick<Client, 'subject' | 'roleIds'>;

/** Whoever has the roles that a client acts with: a tenant token has its own. */
interface RoleHolder {
  readonly status: 'active' | 'disabled';
  readonly roleIds: readonly string[];
}

async function findHolder({ subject, roleIds }: RoleBearer, look: Look): Promise<RoleHolder | undefined> {
  if (subject.type === 'application') return { status: 'active', roleIds: [] };
  if (subject.type === 'tenant') return { status: 'active', roleIds };
  return subject.type === 'user' ? findUserOf(subject, look) : findServiceUser(subject, look);
}

async function findUserOf(subject: Extract<Subject, { type: 'user' }>, look: Look): Promise<RoleHolder | undefined> {
  const member = await findMember(subject, look);
  if (member?.membership.id !== subject.membershipId) return undefined;
  return { status: member.user.status, roleIds: member.membership.roleIds };
}

/** A tenant's service user; undefined for a service user of another tenant. */
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

/** A tenant's member; undefined for a user who does not exist or does not belong to the tenant. */
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
