import { DomainError, notFound } from '../errors.ts';
import { type Client, userIdOf } from '../records/client.ts';
import type { Look } from '../records/look.ts';
import {
  type ClientGrant,
  grantees,
  grantKey,
  type PermissionReference,
  type Role,
  SYSTEM_API_ID,
} from '../records/permissions.ts';
import type { ApplicationRegistration } from '../records/registration.ts';
import { type CallerScope, containsTenant } from './caller-scope.ts';
import { holdingOf } from './standing.ts';
import { isForPersonalTokens, reachOf, type SystemPermission, systemPermissions } from './system-api.ts';

/** The caller of the management API, with the authority that its token gives now. */
export interface ManagementCaller {
  readonly clientId: string;
  /** The token's `sub`. */
  readonly subject: string;
  /** Where the caller may act. */
  readonly scope: CallerScope;
  /** The user for whom the token acts; undefined for any other caller. */
  readonly userId: string | undefined;
  /** The login behind the token; undefined for a token that depends on no session. */
  readonly login?: CallerLogin | undefined;
  /** The permissions that the token has at the management API. */
  readonly permissions: readonly string[];
  readonly roles: readonly Role[];
  /**
   * The permissions that the subject holds now, at all APIs. Empty for applications, which have client grants instead.
   */
  readonly heldPermissions: readonly PermissionReference[];
  /** The registration of an application; undefined for any other caller. */
  readonly registration?: ApplicationRegistration | undefined;
}

/** The login of the person whose browser obtained a token. */
export interface CallerLogin {
  /** The token's `sid`: it ends with this session. */
  readonly sessionId: string;
  /** When the person last proved who they are, in Unix time; undefined if the token does not say. */
  readonly authenticatedAtSeconds: number | undefined;
}

/** The target of a management request: the permission that the request needs, and the ids in its path. */
export interface ManagementTarget {
  readonly permission: SystemPermission;
  /** Ids in the path, by parameter name. */
  readonly ids: Readonly<Record<string, string>>;
}

/**
 * Checks that a caller may make a management request. For a caller that is bound to a tenant or to its own account,
 * resources outside look as if they did not exist, even if the caller has the permission (DEC6).
 * @throws DomainError `not_found` for a target outside the caller's scope; `insufficient_scope` for a missing
 * permission, and for a permission that the caller's scope cannot use
 */
export function authorize(caller: ManagementCaller, { permission, ids }: ManagementTarget): void {
  const { scope } = caller;
  if (!isWithinReach(caller, { permission, ids })) {
    throw isOutside(scope, { permission, ids }) ? notFound() : notForScope(scope, permission);
  }
  if (isPersonalToken(caller) && !isForPersonalTokens(permission)) throw notForPersonalTokens(permission);
  assertPermitted(caller, permission);
}

/** Checks that the access token of a caller has a permission. @throws DomainError `insufficient_scope` */
export function assertPermitted({ permissions }: ManagementCaller, permission: SystemPermission): void {
  if (!permissions.includes(permission)) throw insufficientScope(permission);
}

function isWithinReach({ scope, userId }: ManagementCaller, { permission, ids }: ManagementTarget): boolean {
  const reach = reachOf(permission);
  if (reach === 'self') return scope.type !== 'tenant' && userId !== undefined;
  if (scope.type === 'self') return false;
  if (scope.type === 'workspace' || reach === 'anywhere') return true;
  return reach === 'tenant' && ids.tenantId === scope.tenantId;
}

/** Whether a target must look missing. Requests about the own account do not name others, so they have nothing to hide. */
function isOutside(scope: CallerScope, { permission, ids }: ManagementTarget): boolean {
  return reachOf(permission) !== 'self' && Object.keys(ids).length > 0 && !containsTenant(scope, ids.tenantId);
}

/**
 * Checks that a caller may manage a user's personal tokens. The tokens carry the authority of the user, so outside the
 * workspace's own callers only this user may manage them.
 * @throws DomainError `not_found` for another caller
 */
export function assertOwnUser({ scope, userId: own }: ManagementCaller, userId: string): void {
  if (scope.type !== 'workspace' && own !== userId) throw notFound();
}

/**
 * The user whose own account the caller may act on: a user in no tenant, or a workspace member. A token in a tenant does
 * not show what its user does in others.
 * @throws DomainError `not_found` for any other caller
 */
export function ownAccountOf({ scope, userId }: ManagementCaller): string {
  if (scope.type === 'tenant' || userId === undefined) throw notFound();
  return userId;
}

/** Whether a caller is the API token of a user. An application that acts for a user has a registration. */
function isPersonalToken({ userId, registration }: ManagementCaller): boolean {
  return userId !== undefined && registration === undefined;
}

/**
 * Checks that a caller may assign roles. Its access token must permit everything that the roles permit at the
 * management API. So the roles cannot be used to get more, by any chain of calls. A caller that is bound to a tenant
 * also has a level: it may assign roles that are as strong as its own strongest role, or weaker. A caller that is bound
 * to its own account has no role, and assigns none.
 * @throws DomainError `forbidden`
 */
export function assertMayAssign(caller: ManagementCaller, roles: readonly Role[]): void {
  if (!roles.every((role) => isWithinLevel(caller, role))) {
    throw new DomainError('forbidden', 'You may only assign roles that are as strong as your own or weaker.', {
      field: 'roleIds',
    });
  }
  assertHolds(caller, valuesAtSystem(roles.flatMap((role) => role.permissions)));
}

/**
 * Whether a role is as strong as the caller's strongest role, or weaker. Callers of the whole workspace have no level.
 */
export function isWithinLevel(
  { scope, roles }: Pick<ManagementCaller, 'scope' | 'roles'>,
  { level }: Pick<Role, 'level'>,
): boolean {
  return scope.type === 'workspace' || level >= strongestLevel(roles);
}

/** The level of the strongest role; a smaller level is stronger. Infinite without roles. */
export function strongestLevel(roles: readonly Pick<Role, 'level'>[]): number {
  return Math.min(...roles.map(({ level }) => level));
}

/** Whether somebody may assign a role, as `assertMayAssign` decides. */
export function mayAssign(caller: Pick<ManagementCaller, 'scope' | 'roles' | 'permissions'>, role: Role): boolean {
  return isWithinLevel(caller, role) && holdsAll(caller, valuesAtSystem(role.permissions));
}

/**
 * Checks that a caller holds permissions of the management API. A caller needs them to grant them to an application,
 * and to make a credential of an application that has them.
 * @throws DomainError `forbidden`
 */
export function assertHolds(caller: ManagementCaller, permissions: ClientGrant['permissions']): void {
  const needed = permissions === 'all' ? systemPermissions.map(({ value }) => value) : permissions;
  if (holdsAll(caller, needed)) return;
  throw new DomainError('forbidden', 'You may only hand on permissions of the management API that you hold yourself.');
}

/**
 * Checks that a caller may give permissions directly, without a role. A caller of the whole workspace must hold the
 * permissions of the management API among them; it may give all permissions of other APIs. Any other caller must hold
 * each of them. `undefined` stands for a permission that no API declares: such a caller gets the same error for it and
 * does not learn which permissions exist.
 * @throws DomainError `forbidden`
 */
export function assertMayGivePermissions(
  caller: ManagementCaller,
  permissions: readonly (PermissionReference | undefined)[],
): void {
  const declared = permissions.filter((permission) => permission !== undefined);
  assertHolds(caller, valuesAtSystem(declared));
  if (caller.scope.type === 'workspace') return;
  if (permissions.every((permission) => permission !== undefined && mayGive(caller, permission))) return;
  throw new DomainError('forbidden', 'You may only give permissions that you hold yourself.', { field: 'permissions' });
}

/**
 * Whether a caller may give a permission: at the management API its access token must permit it, and outside the
 * workspace its subject must have it.
 */
export function mayGive(caller: ManagementCaller, permission: Pick<PermissionReference, 'apiId' | 'value'>): boolean {
  const { apiId, value } = permission;
  const isPermitted = apiId !== SYSTEM_API_ID || caller.permissions.includes(value);
  return isPermitted && (caller.scope.type === 'workspace' || isHeld(caller, permission));
}

/** Whether a caller's subject has this permission now, by a role or directly. */
export function isHeld(
  { heldPermissions }: ManagementCaller,
  { apiId, value }: Pick<PermissionReference, 'apiId' | 'value'>,
): boolean {
  return heldPermissions.some((held) => held.apiId === apiId && held.value === value);
}

function holdsAll({ permissions }: Pick<ManagementCaller, 'permissions'>, needed: readonly string[]): boolean {
  return needed.every((permission) => permissions.includes(permission));
}

/** The values among permissions that belong to the management API. */
export function valuesAtSystem(permissions: readonly PermissionReference[]): readonly string[] {
  return permissions.filter(({ apiId }) => apiId === SYSTEM_API_ID).map(({ value }) => value);
}

function insufficientScope(permission: SystemPermission): DomainError {
  const giving = 'An administrator gives it to the client, by a role or by a client grant.';
  return new DomainError(
    'insufficient_scope',
    `This request needs the permission ${permission} in the scope of the token. ${giving}`,
    { neededScope: permission },
  );
}

const WHOSE_TOKEN = {
  workspace: 'A token of the workspace',
  tenant: 'A token of a tenant',
  self: "A user's token without a tenant",
} as const satisfies Record<CallerScope['type'], string>;

function notForPersonalTokens(permission: SystemPermission): DomainError {
  const description = `A personal API token cannot make this request, even with ${permission}.`;
  return new DomainError('insufficient_scope', description, { neededScope: permission });
}

/** Makes the error for a token that may have the permission, but cannot use it because of its scope. */
function notForScope({ type }: CallerScope, permission: SystemPermission): DomainError {
  const able = reachOf(permission) === 'self' ? "A user's token without a tenant" : 'An application of the workspace';
  return new DomainError(
    'insufficient_scope',
    `${WHOSE_TOKEN[type]} cannot make this request, even with ${permission}. ${able} can.`,
    { neededScope: permission },
  );
}

/**
 * Checks that a caller may make or change a credential of a client. The holder of a credential gets the client's roles
 * and permissions, so the caller must be allowed to give them. Levels do not count for users who manage their own
 * tokens, because a user is as strong as the user. The rule also holds while the client's service user is disabled,
 * because an administrator can enable it again.
 * @throws DomainError `forbidden`
 */
export async function assertMayManageCredential(
  caller: ManagementCaller,
  client: Pick<Client, 'subject' | 'roleIds' | 'permissions'> & { readonly id?: string },
  look: Look,
): Promise<void> {
  const { roles, permissions } = await holdingOf(client, look);
  if (caller.userId === undefined || caller.userId !== userIdOf(client)) {
    assertMayAssign(caller, roles);
    assertMayGivePermissions(caller, client.permissions ?? []);
  }
  assertHolds(caller, valuesAtSystem(permissions));
  if (client.subject.type !== 'application' || client.id === undefined) return;
  const { id } = client;
  const grants = await Promise.all(grantees.map((grantee) => look.find(grantKey(id, SYSTEM_API_ID, grantee))));
  for (const grant of grants) if (grant !== undefined) assertHolds(caller, grant.permissions);
}
