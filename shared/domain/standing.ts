import type { Look } from './ports.ts';
import { type Client, membershipKey, type Role, type Subject } from './records.ts';

/** That a client's subject stands, and with which roles. */
export interface Standing {
  /** Undefined for applications: they belong to the workspace. */
  readonly tenantId: string | undefined;
  /** Undefined unless the client acts for a user. */
  readonly userId: string | undefined;
  /** The roles as they are now; the ones deleted since they were assigned are gone. */
  readonly roles: readonly Role[];
}

/** Whether something with a status and an expiry is usable at this second. Deciding never waits for DynamoDB's TTL. */
export function isLive(
  item: { readonly status?: string | undefined; readonly expiresAtSeconds?: number | undefined },
  nowSeconds: number,
): boolean {
  if (item.status !== undefined && item.status !== 'active') return false;
  return item.expiresAtSeconds === undefined || item.expiresAtSeconds > nowSeconds;
}

/** What `sub` says of a client's tokens: the user, the service user, else the client itself (RFC 9068 §2.2). */
export function subjectId({ id, subject }: Client): string {
  if (subject.type === 'user') return subject.userId;
  return subject.type === 'serviceUser' ? subject.serviceUserId : id;
}

/** Step 5 of the exchange: undefined where the tenant, user, membership or service user behind a client does not stand. */
export async function standingOf(client: Client, look: Look): Promise<Standing | undefined> {
  const { subject } = client;
  if (subject.type === 'application') return { tenantId: undefined, userId: undefined, roles: [] };
  const [tenant, held] = await Promise.all([look.find('tenant', subject.tenantId), rolesHeld(client, look)]);
  if (tenant?.status !== 'active' || held === undefined) return undefined;
  return { tenantId: tenant.id, userId: subject.type === 'user' ? subject.userId : undefined, roles: held };
}

/** The roles of whoever a client acts for; undefined where that one does not stand. */
export async function rolesHeld(
  client: Pick<Client, 'subject' | 'roleIds'>,
  look: Look,
): Promise<readonly Role[] | undefined> {
  const { subject } = client;
  if (subject.type === 'application') return [];
  if (subject.type === 'tenant') return findRoles(client.roleIds, look);
  return subject.type === 'user' ? memberRoles(subject, look) : serviceUserRoles(subject, look);
}

async function memberRoles({ tenantId, userId, membershipId }: Extract<Subject, { type: 'user' }>, look: Look) {
  const [user, membership] = await Promise.all([
    look.find('user', userId),
    look.find('membership', membershipKey(tenantId, userId)),
  ]);
  if (user?.status !== 'active' || membership?.id !== membershipId) return undefined;
  return findRoles(membership.roleIds, look);
}

async function serviceUserRoles({ tenantId, serviceUserId }: Extract<Subject, { type: 'serviceUser' }>, look: Look) {
  const serviceUser = await look.find('serviceUser', serviceUserId);
  if (serviceUser?.status !== 'active' || serviceUser.tenantId !== tenantId) return undefined;
  return findRoles(serviceUser.roleIds, look);
}

async function findRoles(roleIds: readonly string[], look: Look): Promise<readonly Role[]> {
  const roles = await Promise.all(roleIds.map((id) => look.find('role', id)));
  return roles.filter((role) => role !== undefined);
}
