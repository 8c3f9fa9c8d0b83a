import { authorize, type ManagementCaller } from '#shared/domain/access/authority.ts';
import { createApiToken, updateApiToken } from '#shared/domain/clients/api-tokens.ts';
import { createApplication } from '#shared/domain/clients/applications.ts';
import { setClientGrant } from '#shared/domain/clients/client-grants.ts';
import { createKey } from '#shared/domain/clients/client-keys.ts';
import { createClient } from '#shared/domain/clients/create-client.ts';
import { addSecret } from '#shared/domain/clients/manage-secrets.ts';
import { deleteMember, setMember } from '#shared/domain/directory/memberships.ts';
import { createRole, deleteRole, updateRole } from '#shared/domain/directory/roles.ts';
import { createServiceUser, updateServiceUser } from '#shared/domain/directory/service-users.ts';
import { testApi } from '#shared/domain/grants/test-api.ts';
import { roleRecordKey, SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import { type Call, type Choices, chosen, chosenRoles, named } from './authority-choices.ts';
import { type AuthorityModel, TENANT, USERS } from './authority-model.ts';
import { peopleCalls } from './authority-people.ts';

const tenantId = TENANT;

/** Every management call that gives something. The answer is the token that the caller can get by it. */
export const calls = {
  createTenantToken: async (caller, choices, model) => {
    authorize(caller, { permission: 'write:tenant-tokens', ids: { tenantId } });
    const authority = choices.flag ? { roleIds: chosenRoles(choices, model) } : { permissions: named(choices) };
    const request = { owner: { tenantId }, kind: 'client_credentials', description: '', ...authority } as const;
    const { client } = await createApiToken(caller, request, model.ports);
    model.state.tenantClientIds.push(client.id);
    return { clientId: client.id };
  },
  changeTenantToken: async (caller, choices, model) => {
    authorize(caller, { permission: 'write:tenant-tokens', ids: { tenantId } });
    const clientId = chosen(model.state.tenantClientIds, choices);
    const patch = choices.flag ? { roleIds: chosenRoles(choices, model) } : { permissions: named(choices) };
    await updateApiToken({ caller, owner: { tenantId }, clientId }, patch, model.ports);
    return undefined;
  },
  addTenantTokenSecret: async (caller, choices, model) => {
    authorize(caller, { permission: 'write:tenant-tokens', ids: { tenantId } });
    const clientId = chosen(model.state.tenantClientIds, choices);
    await addSecret({ caller, owner: { tenantId }, clientId }, {}, model.ports);
    return { clientId };
  },
  createPersonalToken: async (caller, choices, model) => {
    const owner = { tenantId, userId: chosen(USERS, choices) };
    authorize(caller, { permission: 'write:user-tokens', ids: owner });
    const request = { owner, kind: 'client_credentials', description: '' } as const;
    return { clientId: (await createApiToken(caller, request, model.ports)).client.id };
  },
  createServiceUser: async (caller, choices, model) => {
    authorize(caller, { permission: 'write:service-users', ids: { tenantId } });
    const request = { name: '', roleIds: chosenRoles(choices, model) };
    model.state.serviceUserIds.push((await createServiceUser(caller, tenantId, request, model.ports)).id);
    return undefined;
  },
  changeServiceUser: async (caller, choices, model) => {
    const path = { tenantId, serviceUserId: chosen(model.state.serviceUserIds, choices) };
    authorize(caller, { permission: 'write:service-users', ids: path });
    const patch = { roleIds: chosenRoles(choices, model) };
    await updateServiceUser(caller, path, { patch, expectedVersion: undefined }, model.ports);
    return undefined;
  },
  addServiceUserCredential: async (caller, choices, model) => {
    const owner = { tenantId, serviceUserId: chosen(model.state.serviceUserIds, choices) };
    authorize(caller, { permission: 'write:service-users', ids: owner });
    const made = choices.flag
      ? createClient(caller, { owner, description: '' }, model.ports)
      : createKey(caller, { owner, title: '' }, model.ports);
    return { clientId: (await made).client.id };
  },
  setMember: async (caller, choices, model) => {
    const path = { tenantId, userId: chosen(USERS, choices) };
    authorize(caller, { permission: 'write:members', ids: path });
    await setMember(caller, path, choices.flag ? chosenRoles(choices, model) : undefined, model.ports);
    return undefined;
  },
  removeMember: async (caller, choices, model) => {
    const path = { tenantId, userId: chosen(USERS, choices) };
    authorize(caller, { permission: 'write:members', ids: path });
    await deleteMember(caller, path, model.ports);
    return undefined;
  },
  createRole: async (caller, choices, model) => {
    const ofTenant = choices.flag ? tenantId : undefined;
    authorizeForRoles(caller, ofTenant);
    const { level } = choices;
    const request = { key: `key-${model.writes()}`, name: '', level, permissions: named(choices), isDefault: true };
    model.state.roleIds.push((await createRole(caller, ofTenant, request, model.ports)).id);
    return undefined;
  },
  changeRole: async (caller, choices, model) => {
    const path = chosenRole(choices, model);
    authorizeForRoles(caller, path.tenantId);
    const patch = choices.flag
      ? { level: choices.level, isDefault: true }
      : { level: choices.level, permissions: named(choices) };
    await updateRole(caller, path, { patch, expectedVersion: undefined }, model.ports);
    return undefined;
  },
  deleteRole: async (caller, choices, model) => {
    const path = chosenRole(choices, model);
    authorizeForRoles(caller, path.tenantId);
    await deleteRole(caller, path, model.ports);
    return undefined;
  },
  createApplication: async (caller, _choices, model) => {
    authorize(caller, { permission: 'write:applications', ids: {} });
    const { client } = await createApplication(caller, { description: '', registration: {} }, model.ports);
    model.state.applicationIds.push(client.id);
    return { clientId: client.id };
  },
  grantToApplication: async (caller, choices, model) => {
    const ids = { clientId: chosen(model.state.applicationIds, choices), apiId: SYSTEM_API_ID };
    authorize(caller, { permission: 'write:applications', ids });
    await setClientGrant(
      caller,
      { ...ids, for: choices.level === 100 ? 'user' : 'client' },
      choices.flag ? choices.permissions : 'all',
      model.ports,
    );
    return undefined;
  },
  addApplicationSecret: async (caller, choices, model) => {
    const clientId = chosen(model.state.applicationIds, choices);
    authorize(caller, { permission: 'write:applications', ids: { clientId } });
    await addSecret({ caller, owner: {}, clientId }, {}, model.ports);
    return { clientId };
  },
  testManagementApi: async (caller, choices, model) => {
    const clientId = chosen(model.state.applicationIds, choices);
    authorize(caller, { permission: 'test:apis', ids: { apiId: SYSTEM_API_ID } });
    const { scope } = await testApi(caller, { apiId: SYSTEM_API_ID, clientId }, model.ports);
    return { clientId, scope: scope.split(' ') };
  },
  ...peopleCalls,
} as const satisfies Record<string, Call>;

/** The name of a call. */
export type CallName = keyof typeof calls;

function authorizeForRoles(caller: ManagementCaller, ofTenant: string | undefined): void {
  if (ofTenant === undefined) authorize(caller, { permission: 'write:roles', ids: {} });
  else authorize(caller, { permission: 'write:tenant-roles', ids: { tenantId: ofTenant } });
}

function chosenRole(choices: Choices, model: AuthorityModel) {
  const roleId = chosen(model.state.roleIds, choices);
  return { roleId, tenantId: model.find(roleRecordKey(roleId))?.tenantId };
}
