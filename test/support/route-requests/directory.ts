import { REPORTS } from '../world/world.ts';
import type { Desk, Prepare } from './desk.ts';

/** Requests about tenants, users, members, roles and APIs. */
export function directoryRequests({ acme, tenantPath, memberPath, next, manage, create }: Desk) {
  const newTenant = () => ({ name: 'Globex', id: `globex-${next()}` });
  const newUser = () => ({ email: `grace${next()}@example.com` });
  const newRole = () => ({
    key: `role-${next()}`,
    name: 'Role',
    level: 100,
    permissions: [{ api: REPORTS, value: 'read:reports' }],
  });
  const newTenantRole = () => ({ ...newRole(), permissions: [] });
  const tenantRoles = `${tenantPath}/roles`;
  const newApi = () => ({ identifier: `https://api.example.com/requested/${next()}`, name: 'API', permissions: [] });
  const existing = async (path: string, body: object) => `${path}/${(await create(path, body)).id}`;
  const existingSettings = async () => {
    await create('/v1/settings', {}, 'PATCH');
    return '/v1/settings';
  };
  const newMember = async () => `${tenantPath}/members/${(await create('/v1/users', newUser())).id}`;
  const existingMember = async () => {
    const path = await newMember();
    await create(path, { roleIds: [] }, 'PUT');
    return path;
  };
  const newSecret = async () => `${await existing('/v1/apis', newApi())}/signing-secrets`;
  const existingSecret = async () => {
    const path = await newSecret();
    return `${path}/${(await create<{ kid: string }>(path, {})).kid}`;
  };
  const rename = { name: 'Renamed' };
  return {
    getSettings: async () => manage('GET', '/v1/settings'),
    updateSettings: async () => manage('PATCH', await existingSettings(), { accessTokens: { lifetimeSeconds: 1_800 } }),
    createTenant: async () => manage('POST', '/v1/tenants', newTenant()),
    listTenants: async () => manage('GET', '/v1/tenants'),
    getTenant: async () => manage('GET', tenantPath),
    updateTenant: async () => manage('PATCH', await existing('/v1/tenants', newTenant()), { status: 'disabled' }),
    deleteTenant: async () => manage('DELETE', await existing('/v1/tenants', newTenant())),
    createUser: async () => manage('POST', '/v1/users', newUser()),
    listUsers: async () => manage('GET', '/v1/users'),
    getUser: async () => manage('GET', `/v1/users/${acme.userId}`),
    updateUser: async () => manage('PATCH', await existing('/v1/users', newUser()), rename),
    deleteUser: async () => manage('DELETE', await existing('/v1/users', newUser())),
    setMember: async () => manage('PUT', await existingMember(), { roleIds: [acme.readerRoleId] }),
    listMembers: async () => manage('GET', `${tenantPath}/members`),
    listMembershipsOfUser: async () => manage('GET', `/v1/users/${acme.userId}/memberships`),
    getMember: async () => manage('GET', memberPath),
    deleteMember: async () => manage('DELETE', await existingMember()),
    createRole: async () => manage('POST', '/v1/roles', newRole()),
    listRoles: async () => manage('GET', '/v1/roles'),
    getRole: async () => manage('GET', `/v1/roles/${acme.readerRoleId}`),
    updateRole: async () => manage('PATCH', await existing('/v1/roles', newRole()), rename),
    deleteRole: async () => manage('DELETE', await existing('/v1/roles', newRole())),
    listPermissionsToGive: async () => manage('GET', `${tenantPath}/permissions`),
    createTenantRole: async () => manage('POST', tenantRoles, newTenantRole()),
    listTenantRoles: async () => manage('GET', tenantRoles),
    getTenantRole: async () => manage('GET', await existing(tenantRoles, newTenantRole())),
    updateTenantRole: async () => manage('PATCH', await existing(tenantRoles, newTenantRole()), rename),
    deleteTenantRole: async () => manage('DELETE', await existing(tenantRoles, newTenantRole())),
    createApi: async () => manage('POST', '/v1/apis', newApi()),
    listApis: async () => manage('GET', '/v1/apis'),
    getApi: async () => manage('GET', `/v1/apis/${acme.apiId}`),
    getApiQuickstart: async () => manage('GET', `/v1/apis/${acme.apiId}/quickstart`),
    updateApi: async () => manage('PATCH', await existing('/v1/apis', newApi()), rename),
    createSigningSecret: async () => manage('POST', await newSecret(), { leadSeconds: 0 }),
    deleteSigningSecret: async () => manage('DELETE', await existingSecret()),
    deleteApi: async () => manage('DELETE', await existing('/v1/apis', newApi())),
  } satisfies Record<string, Prepare>;
}
