import type { LambdaTable, Route } from '#shared/api/table.ts';
import { apiTables as tables } from '#shared/api/tables.ts';
import type { CallerScope } from '#shared/domain/access/caller-scope.ts';
import type { Operation } from '../route-requests/index.ts';

/** Routes about one tenant: its own tokens may use them with the permission, and other tenants learn nothing. */
const ofTenant: readonly Operation[] = [
  'getTenant',
  'listPermissionsToGive',
  'listTenantAuditEvents',
  'listTenantRoles',
  'getTenantRole',
  'listMembers',
  'getMember',
  'listTenantInvitations',
  'getTenantInvitation',
  'createTenantApiToken',
  'listTenantApiTokens',
  'getTenantApiToken',
  'updateTenantApiToken',
  'deleteTenantApiToken',
  'addTenantApiTokenSecret',
  'rotateTenantApiTokenSecrets',
  'finishTenantApiTokenRotation',
  'cancelTenantApiTokenRotation',
  'deleteTenantApiTokenSecret',
  'createServiceUser',
  'listServiceUsers',
  'getServiceUser',
  'updateServiceUser',
  'deleteServiceUser',
  'createServiceUserSecret',
  'listServiceUserSecrets',
  'deleteServiceUserSecret',
  'createServiceUserKey',
  'listServiceUserKeys',
  'getServiceUserKey',
  'deleteServiceUserKey',
  'createFederatedCredential',
  'listFederatedCredentials',
  'getFederatedCredential',
  'deleteFederatedCredential',
];

/** Routes that change members and roles: a tenant may use them, but not by a personal token. */
const ofMembership: readonly Operation[] = [
  'createTenantRole',
  'updateTenantRole',
  'deleteTenantRole',
  'setMember',
  'deleteMember',
  'createTenantInvitation',
  'deleteTenantInvitation',
  'resendTenantInvitation',
];

/** Routes about one member: no other caller of the tenant may use them, with any permission. */
const ofMember: readonly Operation[] = [
  'createMemberApiToken',
  'listMemberApiTokens',
  'getMemberApiToken',
  'updateMemberApiToken',
  'deleteMemberApiToken',
  'addMemberApiTokenSecret',
  'rotateMemberApiTokenSecrets',
  'finishMemberApiTokenRotation',
  'cancelMemberApiTokenRotation',
  'deleteMemberApiTokenSecret',
];

/** Routes for every tenant. Routes in none of these lists are for the workspace alone. */
const ofEverybody: readonly Operation[] = ['listRoles', 'getRole'];

/** Routes for users and their own accounts. They are for nobody else, with any permission. */
const ofSelf: readonly Operation[] = [
  'createMyApiToken',
  'listMyApiTokens',
  'getMyApiToken',
  'updateMyApiToken',
  'deleteMyApiToken',
  'addMyApiTokenSecret',
  'rotateMyApiTokenSecrets',
  'finishMyApiTokenRotation',
  'cancelMyApiTokenRotation',
  'deleteMyApiTokenSecret',
  'getMe',
  'getMyMembership',
  'listMyConsents',
  'endMyConsent',
  'getMySessions',
  'endMySession',
  'getMyIdentities',
  'removeMyIdentity',
  'createMyApplication',
  'getMyApplications',
  'getMyApplication',
  'updateMyApplication',
  'deleteMyApplication',
  'addMyApplicationSecret',
  'rotateMyApplicationSecrets',
  'finishMyApplicationRotation',
  'cancelMyApplicationRotation',
  'deleteMyApplicationSecret',
];

/** An id that nobody ever had. */
const UNKNOWN = 'nobody';

/** A route of the management API, with the name of its operation. */
export interface ManagementRoute extends Route {
  readonly name: Operation;
}

/** Every route of the management API, from the API tables, with the public keys that anyone may read. */
export const managementRoutes: readonly ManagementRoute[] = (tables as readonly LambdaTable[])
  .flatMap((table) => Object.entries(table.routes).map(([name, route]) => ({ ...route, name: name as Operation })))
  .filter(({ path, caller }) => path.startsWith('/v1/') && caller !== 'anyone');

/** Whether a route hides its subject from other tenants. */
export function isHidden({ name }: ManagementRoute): boolean {
  return !ofEverybody.includes(name);
}

/** Whether a route is for users and their own accounts. */
export function isOfSelf({ name }: Pick<ManagementRoute, 'name'>): boolean {
  return ofSelf.includes(name);
}

/** A caller. A strong one holds every permission. */
export interface Actor {
  readonly name: string;
  readonly scope: CallerScope;
  /** The user behind the token. */
  readonly userId?: string;
  readonly isStrong: boolean;
  /** Whether the user is a member of the tenant, with roles that permit more than this token. */
  readonly isStrongerInTenant?: true;
}

/** A path with ids in the places of its parameters. */
export interface Target {
  readonly route: ManagementRoute;
  readonly path: string;
}

/** The same path three times: with its own ids, with an unknown id at the end, and with unknown ids only. */
export function variantsOf({ route, path }: Target): readonly string[] {
  const parts = route.path.split('/');
  const parameters = parts.flatMap((part, index) => (part.startsWith('{') ? [index] : []));
  const replace = (unknown: readonly number[]) =>
    path
      .split('/')
      .map((part, index) => (unknown.includes(index) ? UNKNOWN : part))
      .join('/');
  return [...new Set([path, replace(parameters.slice(-1)), replace(parameters)])];
}

/** The status that every management request must have, by its path and the lists above. */
export function expectedStatus(actor: Actor, { route, path }: Target): number {
  const success = path.includes(UNKNOWN) ? 404 : route.reply.status;
  const { scope } = actor;
  if (isOfSelf(route)) return ownStatus(actor, { route, path });
  if (scope.type === 'workspace') return success;
  if (scope.type === 'tenant' && ofEverybody.includes(route.name)) return actor.isStrong ? success : 403;
  if (!route.path.includes('{')) return 403;
  const [, , collection, tenantId] = path.split('/');
  const isInside = scope.type === 'tenant' && collection === 'tenants' && tenantId === scope.tenantId;
  return isInside ? insideStatus(actor, { route, path }, success) : 404;
}

/** The ids in these requests belong to other users, and to the tenant. */
function ownStatus({ scope, userId, isStrongerInTenant }: Actor, { route, path }: Target): number {
  const { name, reply } = route;
  if (scope.type === 'tenant' || userId === undefined) return 403;
  if (name === 'createMyApiToken') return isStrongerInTenant ? 403 : 400;
  const isOwn = name === 'getMyMembership' && isStrongerInTenant && !path.includes(UNKNOWN);
  return route.path.includes('{') && !isOwn ? 404 : reply.status;
}

function insideStatus(actor: Actor, { route, path }: Target, success: number): number {
  if (!actor.isStrong) return 403;
  if (ofMembership.includes(route.name)) return actor.userId === undefined ? success : 403;
  if (ofTenant.includes(route.name)) return success;
  if (!ofMember.includes(route.name)) return 403;
  return path.split('/')[5] === actor.userId ? success : 404;
}
