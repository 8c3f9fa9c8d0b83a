import type { Look } from './ports.ts';
import { type Client, membershipKey, type Role } from './records.ts';

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

/** What `sub` says of a client's tokens: the user for personal tokens, else the client itself (RFC 9068 §2.2). */
export function subjectId(client: Client): string {
  return client.subject.type === 'user' ? client.subject.userId : client.id;
}

/** Step 5 of the exchange: undefined where the tenant, the user or the membership behind a client does not stand. */
export async function standingOf(client: Client, look: Look): Promise<Standing | undefined> {
  const { subject } = client;
  if (subject.type === 'application') return { tenantId: undefined, userId: undefined, roles: [] };

  const { tenantId } = subject;
  if (subject.type === 'tenant') {
    const [tenant, roles] = await Promise.all([look.find('tenant', tenantId), findRoles(client.roleIds, look)]);
    return tenant?.status === 'active' ? { tenantId, userId: undefined, roles } : undefined;
  }

  const { userId, membershipId } = subject;
  const [tenant, user, membership] = await Promise.all([
    look.find('tenant', tenantId),
    look.find('user', userId),
    look.find('membership', membershipKey(tenantId, userId)),
  ]);
  if (tenant?.status !== 'active' || user?.status !== 'active' || membership?.id !== membershipId) return undefined;
  return { tenantId, userId, roles: await findRoles(membership.roleIds, look) };
}

async function findRoles(roleIds: readonly string[], look: Look): Promise<readonly Role[]> {
  const roles = await Promise.all(roleIds.map((id) => look.find('role', id)));
  return roles.filter((role) => role !== undefined);
}
