import type { LambdaTable, Route } from '#shared/api/table.ts';
import { tables } from '#shared/api/tables.ts';
import type { Operation } from '../route-requests/index.ts';

/** What belongs to one tenant: its own tokens may do it with the permission, nobody else's may know of it. */
const ofTenant: readonly Operation[] = [
  'getTenant',
  'createTenantRole',
  'listTenantRoles',
  'getTenantRole',
  'updateTenantRole',
  'deleteTenantRole',
  'listMembers',
  'getMember',
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

/** What belongs to one member: in a tenant nobody else may touch it, whatever the permissions. */
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

/** What every tenant may see. Everything that is in none of these lists is for the workspace alone. */
const ofEverybody: readonly Operation[] = ['listRoles', 'getRole'];

/** An id that nobody ever had. */
const UNKNOWN = 'nobody';

export interface ManagementRoute extends Route {
  readonly name: Operation;
}

/** Every route of the management API, read off the API tables; public keys, which anyone may read, lie among them. */
export const managementRoutes: readonly ManagementRoute[] = (tables as readonly LambdaTable[])
  .flatMap((table) => Object.entries(table.routes).map(([name, route]) => ({ ...route, name: name as Operation })))
  .filter(({ path, caller }) => path.startsWith('/v1/') && caller !== 'anyone');

/** Whether what a route is about is hidden from other tenants. */
export function isHidden({ name }: ManagementRoute): boolean {
  return !ofEverybody.includes(name);
}

/** Who asks. A strong one holds every permission there is. */
export interface Actor {
  readonly name: string;
  /** The tenant that it is bound to; undefined for an administrator of the workspace. */
  readonly tenantId: string | undefined;
  /** The user behind a personal token. */
  readonly userId?: string;
  readonly isStrong: boolean;
}

/** A path as it is asked for, with the ids in it. */
export interface Target {
  readonly route: ManagementRoute;
  readonly path: string;
}

/** The same request with other ids: its own, with an unknown one at the end, and with unknown ones throughout. */
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

/** The rule by which every management request is answered, told from the path and the lists above. */
export function expectedStatus(actor: Actor, { route, path }: Target): number {
  const success = path.includes(UNKNOWN) ? 404 : route.reply.status;
  if (actor.tenantId === undefined) return success;
  if (ofEverybody.includes(route.name)) return actor.isStrong ? success : 403;
  if (!route.path.includes('{')) return 403;
  const [, , collection, tenantId] = path.split('/');
  const isInside = collection === 'tenants' && tenantId === actor.tenantId;
  return isInside ? insideStatus(actor, { route, path }, success) : 404;
}

function insideStatus(actor: Actor, { route, path }: Target, success: number): number {
  if (!actor.isStrong) return 403;
  if (ofTenant.includes(route.name)) return success;
  if (!ofMember.includes(route.name)) return 403;
  return path.split('/')[5] === actor.userId ? success : 404;
}
