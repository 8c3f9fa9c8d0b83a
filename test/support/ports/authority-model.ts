import { randomBytes } from 'node:crypto';
import type { ManagementCaller } from '#shared/domain/access/authority.ts';
import { allowedPermissions } from '#shared/domain/access/entitlement.ts';
import { standingOf } from '#shared/domain/access/standing.ts';
import { type SystemPermission, systemPermissions } from '#shared/domain/access/system-api.ts';
import { defaultRolesKey } from '#shared/domain/directory/default-roles.ts';
import { type Client, subjectId } from '#shared/domain/records/client.ts';
import {
  apiNameKey,
  apiRecordKey,
  type Grantee,
  grantKey,
  type PermissionReference,
  roleRecordKey,
  SYSTEM_API_ID,
} from '#shared/domain/records/permissions.ts';
import { membershipKey, serviceUserKey } from '#shared/domain/records/principals.ts';
import { memoryRecords } from './memory-records.ts';
import { aClient, aMembership, anApi, aRole, aServiceUser, aTenant, aUser } from './records.ts';

/** The permissions that roles and grants of the model have: most of them let a caller give something to others. */
export const HANDED_ON = [
  'write:tenant-tokens',
  'write:user-tokens',
  'write:service-users',
  'write:members',
  'write:roles',
  'write:tenant-roles',
  'write:applications',
  'test:apis',
  'read:tenants',
] as const satisfies readonly SystemPermission[];

/** The identifier of the management API of the model. */
export const MANAGEMENT = 'https://auth.example.com/v1/';

/** The only tenant of the model. */
export const TENANT = 'ten_acme';

/** The members of the model, present and future. */
export const USERS = ['usr_ada', 'usr_bob'] as const;

const NOW_SECONDS = 1_800_000_000;

const versioned = { createdAtSeconds: NOW_SECONDS, version: 1 };

/** An access token for the management API. Without a scope it permits all that its client has. */
export interface HeldToken {
  readonly clientId: string;
  readonly scope?: readonly string[] | undefined;
}

/** How a workspace begins: four roles, the last one of the tenant, and the client whose token the caller has. */
export interface Beginning {
  readonly roles: readonly { level: number; permissions: readonly SystemPermission[]; isDefault: boolean }[];
  readonly grants: readonly (readonly SystemPermission[])[];
  readonly caller: 'cli_robot' | 'cli_tenant' | 'cli_ada' | 'cli_service';
  /** What the caller's token was narrowed to. */
  readonly scope: readonly SystemPermission[] | undefined;
}

/** Opens a workspace in memory with a principal of each kind. */
export function openAuthorityModel({ roles, grants, caller, scope }: Beginning) {
  const memory = memoryRecords({ clients: clientsOf(), records: recordsOf({ roles, grants }) });
  const state = {
    roleIds: roles.map((_, index) => `rol_${index}`),
    tenantClientIds: ['cli_tenant'],
    applicationIds: ['cli_robot', 'cli_other'],
    serviceUserIds: ['svc_1'],
    tokens: [{ clientId: caller, scope }] as HeldToken[],
  };
  return { ...memory, state, ports: portsOver(memory) };
}

/** A workspace of the model. */
export type AuthorityModel = ReturnType<typeof openAuthorityModel>;

function clientsOf(): readonly Client[] {
  const member = { type: 'user', tenantId: TENANT, userId: USERS[0], membershipId: 'mem_1' } as const;
  const machine = { type: 'serviceUser', tenantId: TENANT, serviceUserId: 'svc_1' } as const;
  return [
    aClient({ id: 'cli_robot', subject: { type: 'application' }, roleIds: [], apiIds: [SYSTEM_API_ID] }),
    aClient({ id: 'cli_other', subject: { type: 'application' }, roleIds: [], apiIds: [SYSTEM_API_ID] }),
    aClient({ id: 'cli_tenant', roleIds: ['rol_0', 'rol_3'] }),
    aClient({ id: 'cli_ada', subject: member, roleIds: [] }),
    aClient({ id: 'cli_service', subject: machine, roleIds: [] }),
  ];
}

function recordsOf({ roles, grants }: Pick<Beginning, 'roles' | 'grants'>) {
  const api = anApi({ id: SYSTEM_API_ID, identifier: MANAGEMENT, permissions: systemPermissions });
  const made = roles.map(({ level, permissions }, index) =>
    aRole({
      id: `rol_${index}`,
      key: `role-${index}`,
      tenantId: index === 3 ? TENANT : undefined,
      level,
      permissions: permissions.map((value) => ({ apiId: SYSTEM_API_ID, api: MANAGEMENT, value })),
    }),
  );
  const grantOf = (clientId: string, permissions: readonly string[] = []) => ({
    [grantKey(clientId, SYSTEM_API_ID).id]: {
      ...{ id: `grn_${clientId}`, clientId, apiId: SYSTEM_API_ID, for: 'client' as const, permissions, ...versioned },
    },
  });
  const defaults = (tenantId: string | undefined) => ({
    [defaultRolesKey(tenantId).id]: {
      ...versioned,
      roleIds: made.filter((role, index) => role.tenantId === tenantId && roles[index]?.isDefault).map(({ id }) => id),
    },
  });
  const membership = aMembership({ roleIds: ['rol_1'] });
  return {
    api: { [SYSTEM_API_ID]: api },
    name: { [apiNameKey(MANAGEMENT).id]: { ownerId: SYSTEM_API_ID, ...versioned } },
    role: Object.fromEntries(made.map((role) => [role.id, role])),
    defaultRoles: { ...defaults(undefined), ...defaults(TENANT) },
    grant: { ...grantOf('cli_robot', grants[0]), ...grantOf('cli_other', grants[1]) },
    tenant: { [TENANT]: aTenant() },
    user: Object.fromEntries(USERS.map((id) => [id, aUser({ id })])),
    membership: { [membershipKey(TENANT, membership.userId).id]: membership },
    serviceUser: { svc_1: aServiceUser({ roleIds: ['rol_2'] }) },
  };
}

function portsOver(memory: ReturnType<typeof memoryRecords>) {
  const key = { algorithm: 'ES256', jwk: {} } as const;
  return {
    ...memory,
    rosters: memory.directory,
    clientList: { list: async () => ({ items: [] }) },
    issuer: 'https://auth.example.com',
    defaultAudience: undefined,
    importedSecrets: false,
    hs256Apis: false,
    clock: { nowSeconds: () => NOW_SECONDS },
    random: { bytes: (length: number) => randomBytes(length) },
    pepper: { seal: async () => 'sealed00', isSealed: async () => true },
    hasher: { hash: async () => '', compare: async () => false, remembers: () => false, decoyHash: '' },
    signer: { sign: async () => 'header.payload.signature', signIdToken: async () => '' },
    verifier: { algorithms: ['RS256'] as const },
    trustedKeys: { isStrong: () => true },
    clientKeys: { generate: async () => ({ key, privateKey: '' }), examine: () => key },
    issuance: { count: async () => ({ isCounted: true, inHour: 1, inDay: 1 }) },
    secretTokens: { sign: async () => '', read: () => undefined, verify: async () => undefined },
    statusPlaces: { assign: async () => ({ list: 0, index: 0 }) },
    proofMemory: { redeem: async () => true },
  };
}

/** The caller that a token makes, as the management API sees it; undefined for a token that permits nothing. */
export async function callerOf({ clientId, scope }: HeldToken, model: AuthorityModel) {
  const look = model.records.open(clientId);
  const [client, api] = await Promise.all([look.client(clientId), look.find(apiRecordKey(SYSTEM_API_ID))]);
  const standing = client && (await standingOf(client, look));
  if (client === undefined || api === undefined || standing === undefined) return undefined;
  const allowed = await allowedPermissions(client, standing, api, look);
  const caller: ManagementCaller = {
    clientId,
    subject: subjectId(client),
    scope: standing.scope,
    userId: standing.userId,
    permissions: allowed.filter((value) => scope === undefined || scope.includes(value)),
    roles: standing.roles,
    heldPermissions: standing.permissions,
  };
  return caller;
}

/** The permissions of the management API that a token permits, by a reference that shares no code with the product. */
export function permitted({ clientId, scope }: HeldToken, model: AuthorityModel): readonly string[] {
  const held = heldBy(clientId, model);
  return scope === undefined ? held : held.filter((value) => scope.includes(value));
}

function heldBy(clientId: string, model: AuthorityModel): readonly string[] {
  const client = model.client(clientId);
  if (client === undefined) return [];
  const { subject, roleIds, permissions = [] } = client;
  if (subject.type === 'application') return grantedTo(clientId, model, 'client');
  if (subject.type === 'tenant') return [...throughRoles(roleIds, model), ...atManagement(permissions)];
  if (subject.type === 'serviceUser') return ofServiceUser(subject.serviceUserId, model);
  if (subject.type === 'workspaceMember') throw new Error('The model has no workspace members.');
  const membership = model.find(membershipKey(TENANT, subject.userId));
  return membership?.id === subject.membershipId ? inPersonalTokens(throughRoles(membership.roleIds, model)) : [];
}

/** Personal tokens permit no changes of identities, members or roles. */
function inPersonalTokens(values: readonly string[]): readonly string[] {
  return values.filter((value) => !['write:members', 'write:roles', 'write:tenant-roles'].includes(value));
}

/** The permissions of every principal, role and grant, each under its name. */
export function everythingHeld(model: AuthorityModel): ReadonlyMap<string, readonly string[]> {
  const { roleIds, tenantClientIds, applicationIds, serviceUserIds } = model.state;
  return new Map([
    ...roleIds.map((id) => [id, throughRoles([id], model)] as const),
    ...[...tenantClientIds, ...applicationIds].map((id) => [id, heldBy(id, model)] as const),
    ...serviceUserIds.map((id) => [id, ofServiceUser(id, model)] as const),
    ...applicationIds.map((id) => [`users of ${id}`, grantedTo(id, model, 'user')] as const),
    ...USERS.map((id) => [id, throughRoles(model.find(membershipKey(TENANT, id))?.roleIds ?? [], model)] as const),
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
