import type { Credentials } from '../world/world.ts';
import type { Desk, Prepare } from './desk.ts';

/** Requests about API tokens of a tenant and of a member. */
export function apiTokenRequests({ acme, tenantPath, memberPath, manage, create }: Desk) {
  const ofTenant = `${tenantPath}/api-tokens`;
  const ofMember = `${memberPath}/api-tokens`;
  const forTenant = { description: 'nightly export', roleIds: [acme.readerRoleId] };
  const forMember = { description: 'my laptop' };
  const existing = async (path: string, body: object) => `${path}/${(await create<Credentials>(path, body)).clientId}`;
  return {
    createTenantApiToken: async () => manage('POST', ofTenant, forTenant),
    createMemberApiToken: async () => manage('POST', ofMember, forMember),
    listTenantApiTokens: async () => manage('GET', ofTenant),
    listMemberApiTokens: async () => manage('GET', ofMember),
    getTenantApiToken: async () => manage('GET', `${ofTenant}/${acme.tenantToken.clientId}`),
    getMemberApiToken: async () => manage('GET', `${ofMember}/${acme.personalToken.clientId}`),
    updateTenantApiToken: async () => manage('PATCH', await existing(ofTenant, forTenant), { description: 'weekly' }),
    updateMemberApiToken: async () => manage('PATCH', await existing(ofMember, forMember), { description: 'my desk' }),
    deleteTenantApiToken: async () => manage('DELETE', await existing(ofTenant, forTenant)),
    deleteMemberApiToken: async () => manage('DELETE', await existing(ofMember, forMember)),
  } satisfies Record<string, Prepare>;
}
