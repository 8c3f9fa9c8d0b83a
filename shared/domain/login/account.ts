import { userStandingOf } from '../access/user-access.ts';
import type { Session } from '../people-records/session.ts';
import { workspaceMemberKey } from '../people-records/workspace-member.ts';
import type { DirectoryLister } from '../records/lists.ts';
import { exists, membershipList, tenantKey, type User } from '../records/principals.ts';
import { listSessions, type SessionReaderPorts } from './sessions.ts';

const MEMBERSHIPS_MAX = 100;

/** What a person sees of themselves. */
export interface Account {
  readonly memberships: readonly { readonly tenant: string; readonly roles: readonly string[] }[];
  /** The names of the roles of the workspace; `all` for a person who may do everything. */
  readonly workspaceRoles: readonly string[] | 'all';
  readonly sessions: readonly Session[];
}

/** Reads in which tenants a user is, with which roles, and where the user is logged in. */
export async function readAccount(
  { id: userId }: Pick<User, 'id'>,
  ports: SessionReaderPorts & { readonly directoryList: DirectoryLister },
): Promise<Account> {
  const look = ports.records.open(`account of ${userId}`);
  const [{ items }, sessions, member, inWorkspace] = await Promise.all([
    ports.directoryList.list(membershipList(userId), { limit: MEMBERSHIPS_MAX }),
    listSessions(userId, ports),
    look.find(workspaceMemberKey(userId)),
    userStandingOf({ userId }, look),
  ]);
  const memberships = await Promise.all(
    items.map(async ({ tenantId }) => {
      const [tenant, standing] = await Promise.all([
        look.find(tenantKey(tenantId)),
        userStandingOf({ userId, tenantId }, look),
      ]);
      if (!exists(tenant) || standing === undefined) return undefined;
      return { tenant: tenant.name, roles: standing.roles.map(({ name }) => name) };
    }),
  );
  const workspaceRoles = member?.roleIds === 'all' ? 'all' : (inWorkspace?.roles ?? []).map(({ name }) => name);
  return { memberships: memberships.filter((membership) => membership !== undefined), workspaceRoles, sessions };
}
