import { authorize } from '#shared/domain/access/authority.ts';
import { createApiToken } from '#shared/domain/clients/api-tokens.ts';
import { addSecret } from '#shared/domain/clients/manage-secrets.ts';
import { myTokenPath, placeOfNewToken } from '#shared/domain/clients/own-api-tokens.ts';
import { createRole } from '#shared/domain/directory/roles.ts';
import { updateUser } from '#shared/domain/directory/users.ts';
import { acceptInvitation } from '#shared/domain/membership/accept-invitation.ts';
import { invite } from '#shared/domain/membership/invitations.ts';
import { deleteWorkspaceMember, updateWorkspaceMember } from '#shared/domain/membership/workspace-members.ts';
import type { Session } from '#shared/domain/people-records/session.ts';
import { exists, userKey } from '#shared/domain/records/principals.ts';
import { type Call, type Choices, chosen, chosenRoles, named } from './authority-choices.ts';
import { type AuthorityModel, TENANT, tokenOfPerson, USERS } from './authority-model.ts';

const SESSION = { startedAtSeconds: 0, methods: ['otp'] } as unknown as Session;

/** Every call about people that gives something, and what people do with it. */
export const peopleCalls = {
  inviteToTenant: async (caller, choices, model) => {
    authorize(caller, { permission: 'write:members', ids: { tenantId: TENANT } });
    const roleIds = choices.flag ? chosenRoles(choices, model) : undefined;
    return inviteOne(TENANT, roleIds, [caller, choices, model]);
  },
  inviteToWorkspace: async (caller, choices, model) => {
    authorize(caller, { permission: 'write:workspace-members', ids: {} });
    return inviteOne(undefined, workspaceRoles(choices, model), [caller, choices, model]);
  },
  /** The person who was invited does this, without the help of the caller. */
  acceptInvitation: async (_caller, choices, model) => {
    const { id, userId } = model.state.invitations[choices.target % model.state.invitations.length] ?? {};
    const user = userId === undefined ? undefined : model.find(userKey(userId));
    if (id === undefined || !exists(user)) return undefined;
    await acceptInvitation({ user, session: SESSION }, { id }, model.ports);
    return undefined;
  },
  changeWorkspaceMember: async (caller, choices, model) => {
    const userId = chosen(USERS, choices);
    authorize(caller, { permission: 'write:workspace-members', ids: { userId } });
    const change = { roleIds: workspaceRoles(choices, model), expectedVersion: undefined };
    await updateWorkspaceMember(caller, userId, change, model.ports);
    return undefined;
  },
  removeWorkspaceMember: async (caller, choices, model) => {
    const userId = chosen(USERS, choices);
    authorize(caller, { permission: 'write:workspace-members', ids: { userId } });
    await deleteWorkspaceMember(caller, userId, undefined, model.ports);
    return undefined;
  },
  createWorkspaceRole: async (caller, choices, model) => {
    authorize(caller, { permission: 'write:roles', ids: {} });
    const request = { key: `workspace-${model.writes()}`, name: '', level: choices.level, permissions: named(choices) };
    const { id } = await createRole(caller, undefined, { ...request, kind: 'workspace' }, model.ports);
    model.state.workspaceRoleIds.push(id);
    return undefined;
  },
  /** Who reads the mails of the new address can log in as the user. */
  changeAddress: async (caller, choices, model) => {
    const userId = chosen(USERS, choices);
    authorize(caller, { permission: 'write:users', ids: { userId } });
    await updateUser(caller, userId, { email: `${model.writes()}@example.net` }, undefined, model.ports);
    model.state.tokens.push(tokenOfPerson(userId, undefined));
    return tokenOfPerson(userId, TENANT);
  },
  createMyToken: async (caller, choices, model) => {
    authorize(caller, { permission: 'write:my-tokens', ids: {} });
    const owner = await placeOfNewToken(caller, choices.flag ? TENANT : undefined, model.ports);
    const { client } = await createApiToken(
      caller,
      { owner, kind: 'client_credentials', description: '' },
      model.ports,
    );
    model.state.personalIds.push(client.id);
    return { clientId: client.id };
  },
  addMyTokenSecret: async (caller, choices, model) => {
    const clientId = chosen(model.state.personalIds, choices);
    authorize(caller, { permission: 'write:my-tokens', ids: { clientId } });
    const owner = await myTokenPath({ caller, params: { clientId } }, model.ports);
    await addSecret({ caller, owner, clientId }, {}, model.ports);
    return { clientId };
  },
} as const satisfies Record<string, Call>;

async function inviteOne(
  tenantId: string | undefined,
  roleIds: readonly string[] | 'all' | undefined,
  [caller, choices, model]: Parameters<Call>,
): Promise<undefined> {
  const userId = chosen(USERS, choices);
  const email = model.find(userKey(userId))?.email ?? '';
  const { id } = await invite(caller, tenantId, { email, roleIds }, model.ports);
  model.state.invitations.push({ id, userId });
}

/** Chooses roles of the workspace, or everything. */
function workspaceRoles({ roles, level }: Choices, { state }: AuthorityModel): readonly string[] | 'all' {
  if (level === 10) return 'all';
  return [...new Set(roles.map((index) => state.workspaceRoleIds[index % state.workspaceRoleIds.length] ?? ''))];
}
