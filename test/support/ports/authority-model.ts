import { randomBytes } from 'node:crypto';
import type { ManagementCaller } from '#shared/domain/access/authority.ts';
import { allowedPermissions } from '#shared/domain/access/entitlement.ts';
import { standingOf } from '#shared/domain/access/standing.ts';
import { type SystemPermission, systemPermissions } from '#shared/domain/access/system-api.ts';
import { permissionsOfUser, userStandingOf } from '#shared/domain/access/user-access.ts';
import { defaultRolesKey } from '#shared/domain/directory/default-roles.ts';
import { type Client, subjectId } from '#shared/domain/records/client.ts';
import type { DirectoryLister } from '#shared/domain/records/lists.ts';
import { apiNameKey, apiRecordKey, grantKey, SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import { membershipKey } from '#shared/domain/records/principals.ts';
import { registrationOf } from '#shared/domain/registration/registration.ts';
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
  'write:users',
  'write:workspace-members',
  'test:apis',
  'read:tenants',
] as const satisfies readonly SystemPermission[];

/** The identifier of the management API of the model. */
export const MANAGEMENT = 'https://auth.example.com/v1/';

/** The only tenant of the model. */
export const TENANT = 'ten_acme';

/** The people of the model: a member of the tenant, a workspace member without roles, and one with a role. */
export const USERS = ['usr_ada', 'usr_bob', 'usr_cyn'] as const;

/** The first-party application that acts for people. Its grant for users is everything. */
const PORTAL = 'cli_portal';

const NOW_SECONDS = 1_800_000_000;

const versioned = { createdAtSeconds: NOW_SECONDS, version: 1 };

/**
 * An access token for the management API. Without a scope it permits all that its client has. With `of`, it is the token
 * of a person in the tenant or outside of tenants, which the portal got.
 */
export interface HeldToken {
  readonly clientId: string;
  readonly of?: { readonly userId: string; readonly tenantId: string | undefined } | undefined;
  readonly scope?: readonly string[] | undefined;
}

/** How a workspace begins: four roles, the last one of the tenant, a role of the workspace, and whose token the caller has. */
export interface Beginning {
  readonly roles: readonly { level: number; permissions: readonly SystemPermission[]; isDefault: boolean }[];
  readonly grants: readonly (readonly SystemPermission[])[];
  /** What the workspace member may do. */
  readonly member: readonly SystemPermission[] | 'all';
  readonly caller: 'cli_robot' | 'cli_tenant' | 'cli_ada' | 'cli_service' | 'usr_ada' | 'usr_cyn';
  /** What the caller's token was narrowed to. */
  readonly scope: readonly SystemPermission[] | undefined;
}

/** Opens a workspace in memory with a principal of each kind. */
export function openAuthorityModel({ caller, scope, ...beginning }: Beginning) {
  const memory = memoryRecords({ clients: clientsOf(), records: recordsOf(beginning) });
  const state = {
    roleIds: beginning.roles.map((_, index) => `rol_${index}`),
    workspaceRoleIds: ['rol_w'],
    invitations: [] as { id: string; userId: string }[],
    personalIds: ['cli_ada', 'cli_cyn'],
    tenantClientIds: ['cli_tenant'],
    applicationIds: ['cli_robot', 'cli_other'],
    serviceUserIds: ['svc_1'],
    tokens: [firstToken(caller, scope)],
  };
  return { ...memory, state, ports: portsOver(memory) };
}

function firstToken(caller: Beginning['caller'], scope: HeldToken['scope']): HeldToken {
  if (caller === 'usr_ada') return tokenOfPerson(caller, TENANT, scope);
  return caller === 'usr_cyn' ? tokenOfPerson(caller, undefined, scope) : { clientId: caller, scope };
}

/** The token that somebody gets who can log in as a person. */
export function tokenOfPerson(userId: string, tenantId: string | undefined, scope?: HeldToken['scope']): HeldToken {
  return { clientId: PORTAL, of: { userId, tenantId }, scope };
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
    aClient({
      id: 'cli_cyn',
      subject: { type: 'workspaceMember', userId: USERS[2], membershipId: 'mem_w' },
      roleIds: [],
    }),
    aClient({ id: 'cli_service', subject: machine, roleIds: [] }),
  ];
}

function recordsOf({ roles, grants, member }: Pick<Beginning, 'roles' | 'grants' | 'member'>) {
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
  const ofWorkspace = aRole({
    id: 'rol_w',
    kind: 'workspace',
    key: 'role-w',
    tenantId: undefined,
    level: 100,
    permissions: member === 'all' ? [] : member.map((value) => ({ apiId: SYSTEM_API_ID, api: MANAGEMENT, value })),
  });
  const roleIds = member === 'all' ? member : [ofWorkspace.id];
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
    role: Object.fromEntries([...made, ofWorkspace].map((role) => [role.id, role])),
    defaultRoles: { ...defaults(undefined), ...defaults(TENANT) },
    grant: { ...grantOf('cli_robot', grants[0]), ...grantOf('cli_other', grants[1]) },
    tenant: { [TENANT]: aTenant() },
    user: Object.fromEntries(USERS.map((id) => [id, aUser({ id, email: `${id}@example.com`, isEmailVerified: true })])),
    workspaceMember: {
      usr_bob: { id: 'mem_b', userId: 'usr_bob', roleIds: [], ...versioned },
      usr_cyn: { id: 'mem_w', userId: 'usr_cyn', roleIds, ...versioned },
    },
    membership: { [membershipKey(TENANT, membership.userId).id]: membership },
    serviceUser: { svc_1: aServiceUser({ roleIds: ['rol_2'] }) },
  };
}

function portsOver(memory: ReturnType<typeof memoryRecords>) {
  const key = { algorithm: 'ES256', jwk: {} } as const;
  return {
    ...memory,
    rosters: memory.directory,
    invitations: memory.directory,
    workspaceMembers: memory.directory,
    joining: memory.directory,
    users: memory.directory,
    directoryList: listerOver(memory),
    mailQueue: { isAvailable: true, enqueue: async () => {} },
    digests: { digest: (text: string) => text, derive: () => new Uint8Array(32) },
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

/** Lists the memberships of a person; every other list of the model is empty. */
function listerOver({ find }: ReturnType<typeof memoryRecords>): DirectoryLister {
  const listed = ({ kind, owner }: Parameters<DirectoryLister['list']>[0]): readonly unknown[] => {
    if (kind !== 'membership' || owner === undefined || !('userId' in owner)) return [];
    const membership = find(membershipKey(TENANT, owner.userId));
    return membership === undefined ? [] : [membership];
  };
  return { list: async (list) => ({ items: listed(list) as never[] }) };
}

/** The caller that a token makes, as the management API sees it; undefined for a token that permits nothing. */
export async function callerOf(token: HeldToken, model: AuthorityModel) {
  const { clientId, scope, of } = token;
  if (of !== undefined) return callerOfPerson({ ...token, of }, model);
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

async function callerOfPerson(
  { clientId, of, scope }: HeldToken & Required<Pick<HeldToken, 'of'>>,
  model: AuthorityModel,
): Promise<ManagementCaller | undefined> {
  const look = model.records.open(clientId);
  const [standing, api] = await Promise.all([of && userStandingOf(of, look), look.find(apiRecordKey(SYSTEM_API_ID))]);
  if (standing === undefined || api === undefined) return undefined;
  const own = permissionsOfUser(api, standing);
  return {
    clientId,
    subject: standing.userId,
    scope: standing.scope,
    userId: standing.userId,
    permissions: own.filter((value) => scope === undefined || isOwn(value) || scope.includes(value)),
    roles: standing.roles,
    heldPermissions: standing.permissions,
    registration: registrationOf({ registration: undefined }),
  };
}

/** Whether a permission is about the own account. Every person has these, so nobody gains by them. */
function isOwn(value: string): boolean {
  return /:(?:me|my-tokens|my-applications)$/.test(value);
}
