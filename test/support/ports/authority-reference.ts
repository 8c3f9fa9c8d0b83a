import { systemPermissions } from '#shared/domain/access/system-api.ts';
import { workspaceMemberKey } from '#shared/domain/people-records/workspace-member.ts';
import {
  type Grantee,
  grantKey,
  type PermissionReference,
  roleRecordKey,
  SYSTEM_API_ID,
} from '#shared/domain/records/permissions.ts';
import { membershipKey, serviceUserKey } from '#shared/domain/records/principals.ts';
import { type AuthorityModel, type HeldToken, TENANT, USERS } from './authority-model.ts';

/** The permissions of the management API that a token permits, by a reference that shares no code with the product. */
export function permitted({ clientId, scope, of }: HeldToken, model: AuthorityModel): readonly string[] {
  const held = of === undefined ? heldBy(clientId, model) : heldByPerson(of, model);
  return scope === undefined ? held : held.filter((value) => scope.includes(value));
}

function heldBy(clientId: string, model: AuthorityModel): readonly string[] {
  const client = model.client(clientId);
  if (client === undefined) return [];
  const { subject, roleIds, permissions = [] } = client;
  if (subject.type === 'application') return grantedTo(clientId, model, 'client');
  if (subject.type === 'tenant') return [...throughRoles(roleIds, model), ...atManagement(permissions)];
  if (subject.type === 'serviceUser') return ofServiceUser(subject.serviceUserId, model);
  if (subject.type === 'workspaceMember') {
    const isMember = model.find(workspaceMemberKey(subject.userId))?.id === subject.membershipId;
    return isMember ? inPersonalTokens(inWorkspace(subject.userId, model)) : [];
  }
  const membership = model.find(membershipKey(TENANT, subject.userId));
  return membership?.id === subject.membershipId ? inPersonalTokens(throughRoles(membership.roleIds, model)) : [];
}

function heldByPerson({ userId, tenantId }: NonNullable<HeldToken['of']>, model: AuthorityModel): readonly string[] {
  if (tenantId === undefined) return inWorkspace(userId, model);
  return throughRoles(model.find(membershipKey(TENANT, userId))?.roleIds ?? [], model);
}

function inWorkspace(userId: string, model: AuthorityModel): readonly string[] {
  const roleIds = model.find(workspaceMemberKey(userId))?.roleIds ?? [];
  if (roleIds !== 'all') return throughRoles(roleIds, model);
  return systemPermissions.map(({ value }) => value);
}

/** Personal tokens permit no changes of identities, invitations, members or roles. */
function inPersonalTokens(values: readonly string[]): readonly string[] {
  return values.filter(
    (value) =>
      !/^write:(?:me|my-tokens|my-applications|users|identity-providers|(?:workspace-)?members|(?:tenant-)?roles)$/.test(
        value,
      ),
  );
}

/** The permissions of every principal, role and grant, each under its name. */
export function everythingHeld(model: AuthorityModel): ReadonlyMap<string, readonly string[]> {
  const { roleIds, workspaceRoleIds, tenantClientIds, applicationIds, serviceUserIds, personalIds } = model.state;
  return new Map([
    ...[...roleIds, ...workspaceRoleIds].map((id) => [id, throughRoles([id], model)] as const),
    ...[...tenantClientIds, ...applicationIds, ...personalIds].map((id) => [id, heldBy(id, model)] as const),
    ...serviceUserIds.map((id) => [id, ofServiceUser(id, model)] as const),
    ...applicationIds.map((id) => [`users of ${id}`, grantedTo(id, model, 'user')] as const),
    ...USERS.map((id) => [id, heldByPerson({ userId: id, tenantId: TENANT }, model)] as const),
    ...USERS.map((id) => [`${id} in the workspace`, inWorkspace(id, model)] as const),
  ]);
}

function grantedTo(clientId: string, model: AuthorityModel, grantee: Grantee): readonly string[] {
  const { permissions = [] } = model.find(grantKey(clientId, SYSTEM_API_ID, grantee)) ?? {};
  return permissions === 'all' ? systemPermissions.map(({ value }) => value) : permissions;
}

function ofServiceUser(id: string, model: AuthorityModel): readonly string[] {
  return throughRoles(model.find(serviceUserKey(id))?.roleIds ?? [], model);
}

function throughRoles(roleIds: readonly string[], model: AuthorityModel): readonly string[] {
  return roleIds.flatMap((id) => atManagement(model.find(roleRecordKey(id))?.permissions ?? []));
}

function atManagement(permissions: readonly PermissionReference[]): readonly string[] {
  return permissions.filter(({ apiId }) => apiId === SYSTEM_API_ID).map(({ value }) => value);
}
