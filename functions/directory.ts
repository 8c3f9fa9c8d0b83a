import {
  dynamoDirectoryLister,
  dynamoDirectoryWriter,
  dynamoIdentityProviderRecords,
} from '#shared/adapters/dynamo/directory/directory.ts';
import { dynamoRequestMemory } from '#shared/adapters/dynamo/tokens/request-memory.ts';
import { kmsProviderSecretSealer } from '#shared/adapters/identity-providers/provider-secrets.ts';
import { kmsPepper } from '#shared/adapters/kms/pepper.ts';
import { ambient } from '#shared/adapters/node/ambient.ts';
import { management } from '#shared/adapters/sets/management.ts';
import { directory } from '#shared/api/management/directory.ts';
import { createApi, deleteApi, getApi, listApis, updateApi } from '#shared/domain/directory/apis.ts';
import {
  deleteMember,
  getMember,
  listMembers,
  listMembershipsOfUser,
  setMember,
} from '#shared/domain/directory/memberships.ts';
import { listPermissionsToGive } from '#shared/domain/directory/permissions-to-give.ts';
import { createRole, deleteRole, getRole, listRoles, updateRole } from '#shared/domain/directory/roles.ts';
import { getSettings, updateSettings } from '#shared/domain/directory/settings.ts';
import { createTenant, deleteTenant, getTenant, listTenants, updateTenant } from '#shared/domain/directory/tenants.ts';
import { createUser, deleteUser, getUser, listUsers, updateUser } from '#shared/domain/directory/users.ts';
import {
  createIdentityProvider,
  deleteIdentityProvider,
  getIdentityProvider,
  listIdentityProviders,
  updateIdentityProvider,
} from '#shared/domain/identities/identity-providers.ts';
import { lambda } from '#shared/http/lambda.ts';
import {
  apiRepresentation,
  identityProviderRepresentation,
  memberRepresentation,
  permissionsToGiveRepresentation,
  roleRepresentation,
  settingsRepresentation,
  tenantRepresentation,
  userRepresentation,
} from '#shared/http/reply/directory-representations.ts';
import { quickstart } from '#shared/http/reply/quickstart.ts';
import { created, done, ok } from '#shared/http/reply/replies.ts';
import { pageRepresentation } from '#shared/http/reply/representations.ts';

const adapters = {
  ...ambient,
  ...management,
  pepper: kmsPepper,
  directory: dynamoDirectoryWriter,
  directoryList: dynamoDirectoryLister,
  identityProviders: dynamoIdentityProviderRecords,
  providerSecretSealer: kmsProviderSecretSealer,
  memory: dynamoRequestMemory,
};

/**
 * Serves tenants, users, memberships, roles, APIs, settings and identity providers. Each operation is one use case and one representation.
 */
export const handler = lambda(directory, adapters, {
  createTenant: async ({ body }, ports) => {
    const tenant = await createTenant(body, ports);
    return created(tenantRepresentation(tenant), { tenantId: tenant.id });
  },
  listTenants: async ({ query }, ports) =>
    ok(pageRepresentation(await listTenants(query, ports), tenantRepresentation)),
  getTenant: async ({ params }, ports) => ok(tenantRepresentation(await getTenant(params.tenantId, ports))),
  updateTenant: async ({ params, body, expectedVersion }, ports) => {
    const { tokensRevokedUntil: tokensRevokedUntilSeconds, ...patch } = body;
    const change = { ...patch, tokensRevokedUntilSeconds };
    return ok(tenantRepresentation(await updateTenant(params.tenantId, change, expectedVersion, ports)));
  },
  deleteTenant: async ({ params, expectedVersion }, ports) => {
    await deleteTenant(params.tenantId, ports, expectedVersion);
    return done(204);
  },

  createUser: async ({ body }, ports) => {
    const user = await createUser(body, ports);
    return created(userRepresentation(user), { userId: user.id });
  },
  listUsers: async ({ query }, ports) => ok(pageRepresentation(await listUsers(query, ports), userRepresentation)),
  getUser: async ({ params }, ports) => ok(userRepresentation(await getUser(params.userId, ports))),
  updateUser: async ({ caller, params, body, expectedVersion }, ports) =>
    ok(userRepresentation(await updateUser(caller, params.userId, body, expectedVersion, ports))),
  deleteUser: async ({ params, expectedVersion }, ports) => {
    await deleteUser(params.userId, ports, expectedVersion);
    return done(204);
  },

  setMember: async ({ caller, params, body, expectedVersion }, ports) =>
    ok(memberRepresentation(await setMember(caller, params, body.roleIds, ports, expectedVersion))),
  listMembers: async ({ params, query }, ports) =>
    ok(pageRepresentation(await listMembers(params.tenantId, query, ports), memberRepresentation)),
  listMembershipsOfUser: async ({ params, query }, ports) =>
    ok(pageRepresentation(await listMembershipsOfUser(params.userId, query, ports), memberRepresentation)),
  getMember: async ({ params }, ports) => ok(memberRepresentation(await getMember(params, ports))),
  deleteMember: async ({ caller, params, expectedVersion }, ports) => {
    await deleteMember(caller, params, ports, expectedVersion);
    return done(204);
  },

  createRole: async ({ caller, body }, ports) => {
    const role = await createRole(caller, undefined, body, ports);
    return created(roleRepresentation(role), { roleId: role.id });
  },
  listRoles: async ({ caller, query }, ports) =>
    ok(pageRepresentation(await listRoles(caller, undefined, query, ports), roleRepresentation)),
  getRole: async ({ caller, params }, ports) => ok(roleRepresentation(await getRole(caller, params, ports))),
  updateRole: async ({ caller, params, body: patch, expectedVersion }, ports) =>
    ok(roleRepresentation(await updateRole(caller, params, { patch, expectedVersion }, ports))),
  deleteRole: async ({ caller, params, expectedVersion }, ports) => {
    await deleteRole(caller, params, ports, expectedVersion);
    return done(204);
  },

  listPermissionsToGive: async ({ caller, params, query }, ports) => {
    const page = await listPermissionsToGive(caller, params.tenantId, query, ports);
    return ok(pageRepresentation(page, permissionsToGiveRepresentation));
  },

  createTenantRole: async ({ caller, params, body }, ports) => {
    const role = await createRole(caller, params.tenantId, body, ports);
    return created(roleRepresentation(role), { roleId: role.id });
  },
  listTenantRoles: async ({ caller, params, query }, ports) =>
    ok(pageRepresentation(await listRoles(caller, params.tenantId, query, ports), roleRepresentation)),
  getTenantRole: async ({ caller, params }, ports) => ok(roleRepresentation(await getRole(caller, params, ports))),
  updateTenantRole: async ({ caller, params, body: patch, expectedVersion }, ports) =>
    ok(roleRepresentation(await updateRole(caller, params, { patch, expectedVersion }, ports))),
  deleteTenantRole: async ({ caller, params, expectedVersion }, ports) => {
    await deleteRole(caller, params, ports, expectedVersion);
    return done(204);
  },

  createApi: async ({ body }, ports) => {
    const api = await createApi(body, ports);
    return created(apiRepresentation(api), { apiId: api.id });
  },
  listApis: async ({ query }, ports) => ok(pageRepresentation(await listApis(query, ports), apiRepresentation)),
  getApi: async ({ params }, ports) => ok(apiRepresentation(await getApi(params.apiId, ports))),
  getApiQuickstart: async ({ params }, ports) =>
    ok(quickstart(await getApi(params.apiId, ports), { issuer: ports.issuer, algorithms: ports.verifier.algorithms })),
  updateApi: async ({ caller, params, body, expectedVersion }, ports) =>
    ok(apiRepresentation(await updateApi(caller, params.apiId, body, expectedVersion, ports))),
  deleteApi: async ({ params, expectedVersion }, ports) => {
    await deleteApi(params.apiId, ports, expectedVersion);
    return done(204);
  },
  getSettings: async (_request, ports) => ok(settingsRepresentation(await getSettings(ports))),
  updateSettings: async ({ body, expectedVersion }, ports) => {
    const { tokensRevokedUntil: tokensRevokedUntilSeconds, ...patch } = body;
    const change = { ...patch, tokensRevokedUntilSeconds };
    return ok(settingsRepresentation(await updateSettings(change, expectedVersion, ports)));
  },

  createIdentityProvider: async ({ caller, body }, ports) => {
    const provider = await createIdentityProvider(caller, body, ports);
    return created(identityProviderRepresentation(provider, ports), { providerId: provider.id });
  },
  listIdentityProviders: async ({ query }, ports) => {
    const page = await listIdentityProviders(query, ports);
    return ok(pageRepresentation(page, (provider) => identityProviderRepresentation(provider, ports)));
  },
  getIdentityProvider: async ({ params }, ports) =>
    ok(identityProviderRepresentation(await getIdentityProvider(params.providerId, ports), ports)),
  updateIdentityProvider: async ({ caller, params, body, expectedVersion }, ports) => {
    const provider = await updateIdentityProvider(caller, params.providerId, body, expectedVersion, ports);
    return ok(identityProviderRepresentation(provider, ports));
  },
  deleteIdentityProvider: async ({ caller, params, expectedVersion }, ports) => {
    await deleteIdentityProvider(caller, params.providerId, expectedVersion, ports);
    return done(204);
  },
});
