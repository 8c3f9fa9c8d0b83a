import { memberOfWorkspace } from '../arrange/workspace-members.ts';
import type { Desk, Prepare } from './desk.ts';

/** Requests about invitations and workspace members. */
export function membershipRequests({ acme, tenantPath, next, manage, create }: Desk) {
  const ofTenant = `${tenantPath}/invitations`;
  const ofWorkspace = '/v1/members/invitations';
  const forTenant = () => ({ email: `invited${next()}@example.com`, roleIds: [acme.readerRoleId] });
  const forWorkspace = () => ({ email: `invited${next()}@example.com`, roleIds: [] });
  const intoTenant = async () => `${ofTenant}/${(await create(ofTenant, forTenant())).id}`;
  const intoWorkspace = async () => `${ofWorkspace}/${(await create(ofWorkspace, forWorkspace())).id}`;
  const newUser = () => create('/v1/users', { email: `member${next()}@example.com` });
  const member = async () => `/v1/members/${await memberOfWorkspace((await newUser()).id, [])}`;
  const newRole = () => ({
    kind: 'workspace',
    key: `operator-${next()}`,
    name: 'Operator',
    level: 100,
    permissions: [],
  });
  const role = async () => (await create('/v1/roles', newRole())).id;
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
    listWorkspaceMembers: async () => manage('GET', '/v1/members'),
    getWorkspaceMember: async () => manage('GET', await member()),
    updateWorkspaceMember: async () => manage('PATCH', await member(), { roleIds: [await role()] }),
    deleteWorkspaceMember: async () => manage('DELETE', await member()),
    resendMemberInvitation: async () => manage('POST', `${await intoWorkspace()}/resend`),
  } satisfies Record<string, Prepare>;
}
