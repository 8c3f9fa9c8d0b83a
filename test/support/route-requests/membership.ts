import type { Desk, Prepare } from './desk.ts';

/** Requests about invitations and workspace members. */
export function membershipRequests({ acme, tenantPath, next, manage, create }: Desk) {
  const ofTenant = `${tenantPath}/invitations`;
  const ofWorkspace = '/v1/members/invitations';
  const forTenant = () => ({ email: `invited${next()}@example.com`, roleIds: [acme.readerRoleId] });
  const forWorkspace = () => ({ email: `invited${next()}@example.com`, roleIds: [] });
  const intoTenant = async () => `${ofTenant}/${(await create(ofTenant, forTenant())).id}`;
  const intoWorkspace = async () => `${ofWorkspace}/${(await create(ofWorkspace, forWorkspace())).id}`;
  return {
    createTenantInvitation: async () => manage('POST', ofTenant, forTenant()),
    listTenantInvitations: async () => manage('GET', ofTenant),
    getTenantInvitation: async () => manage('GET', await intoTenant()),
    deleteTenantInvitation: async () => manage('DELETE', await intoTenant()),
    resendTenantInvitation: async () => manage('POST', `${await intoTenant()}/resend`),
    createMemberInvitation: async () => manage('POST', ofWorkspace, forWorkspace()),
    listMemberInvitations: async () => manage('GET', ofWorkspace),
    getMemberInvitation: async () => manage('GET', await intoWorkspace()),
    deleteMemberInvitation: async () => manage('DELETE', await intoWorkspace()),
    resendMemberInvitation: async () => manage('POST', `${await intoWorkspace()}/resend`),
  } satisfies Record<string, Prepare>;
}
