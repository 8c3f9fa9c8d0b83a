import { DomainError, notFound } from '../errors.ts';
import type { Client } from '../records/client.ts';
import type { Look } from '../records/look.ts';
import {
  type ClientGrant,
  grantKey,
  type PermissionReference,
  type Role,
  SYSTEM_API_ID,
} from '../records/permissions.ts';
import { rolesAssigned } from './standing.ts';
import { reachOf, type SystemPermission, systemPermissions } from './system-api.ts';

/** Who calls the management API, with the authority that its token gives now. */
export interface ManagementCaller {
  readonly clientId: string;
  /** The token's `sub`. */
  readonly subject: string;
  /** The tenant that the caller is bound to; undefined for callers of the whole workspace. */
  readonly tenantId: string | undefined;
  readonly userId: string | undefined;
  /** What the token allows at the management API. */
  readonly permissions: readonly string[];
  readonly roles: readonly Role[];
  /** What its subject holds now, at any API; applications have client grants instead. */
  readonly heldPermissions: readonly PermissionReference[];
}

/** What a management request is about, as its path says. */
export interface ManagementTarget {
  readonly permission: SystemPermission;
  /** Ids in the path, by parameter name. */
  readonly ids: Readonly<Record<string, string>>;
}

/**
 * Whether a caller may do this at all. For callers bound to a tenant, whatever lies outside it looks as if it did not
 * exist, whichever permissions they hold (DEC6); only inside it does a missing permission show as such.
 * @throws DomainError `not_found` or `insufficient_scope`.
 */
export function authorize(caller: ManagementCaller, { permission, ids }: ManagementTarget): void {
  if (caller.tenantId !== undefined && !isWithinReach(caller.tenantId, { permission, ids })) {
    const isOutside = Object.keys(ids).length > 0 && ids.tenantId !== caller.tenantId;
    throw isOutside ? notFound() : insufficientScope(permission);
  }
  if (!caller.permissions.includes(permission)) throw insufficientScope(permission);
}

function isWithinReach(ownTenantId: string, { permission, ids }: ManagementTarget): boolean {
  const reach = reachOf(permission);
  return reach === 'anywhere' || (reach === 'tenant' && ids.tenantId === ownTenantId);
}

/**
 * Personal tokens carry a user's own authority, so inside a tenant only that user may handle them.
 * @throws DomainError `not_found`
 */
export function assertOwnUser(caller: ManagementCaller, userId: string): void {
  if (caller.tenantId !== undefined && caller.userId !== userId) throw notFound();
}

/**
 * The level rule: whoever holds only roles may assign only roles as weak as the strongest they hold, or weaker. Callers
 * of the whole workspace have no level; they hand on what a role gives at the management API, so they have to hold it.
 * @throws DomainError `forbidden`
 */
export function assertMayAssign(caller: ManagementCaller, roles: readonly Role[]): void {
  if (!roles.every((role) => isWithinLevel(caller, role))) {
    throw new DomainError('forbidden', 'You may only assign roles that are as strong as your own or weaker.', {
      field: 'roleIds',
    });
  }
  if (caller.tenantId === undefined) assertHolds(caller, valuesAtSystem(roles.flatMap((role) => role.permissions)));
}

/** Whether a role is as weak as the strongest that this caller holds, or weaker. Administrators hold no roles. */
export function isWithinLevel(caller: ManagementCaller, { level }: Pick<Role, 'level'>): boolean {
  return caller.tenantId === undefined || level >= Math.min(...caller.roles.map((role) => role.level));
}

/**
 * Nobody hands on more authority over the workspace than they hold: not by granting it to an application, and not by
 * taking hold of an application that has it.
 * @throws DomainError `forbidden`
 */
export function assertHolds(caller: ManagementCaller, permissions: ClientGrant['permissions']): void {
  const handedOn = permissions === 'all' ? systemPermissions.map(({ value }) => value) : permissions;
  if (handedOn.every((permission) => caller.permissions.includes(permission))) return;
  throw new DomainError('forbidden', 'You may only hand on permissions of the management API that you hold yourself.');
}

/**
 * Permissions are given one by one only by who holds each of them now; of those at any other API than this one, an
 * administrator of the workspace gives all. A tenant's callers are not told which others exist: one that no API
 * declares, which is undefined, is refused like one that they do not hold.
 * @throws DomainError `forbidden`
 */
export function assertMayGive(
  caller: ManagementCaller,
  permissions: readonly (PermissionReference | undefined)[],
): void {
  const declared = permissions.filter((permission) => permission !== undefined);
  assertHolds(caller, valuesAtSystem(declared));
  if (caller.tenantId === undefined) return;
  if (permissions.every((permission) => permission !== undefined && isHeld(caller, permission))) return;
  throw new DomainError('forbidden', 'You may only give permissions that you hold yourself.', { field: 'permissions' });
}

/** Whether a caller has this permission now, by its roles or directly. */
export function isHeld(
  { heldPermissions }: ManagementCaller,
  { apiId, value }: Pick<PermissionReference, 'apiId' | 'value'>,
): boolean {
  return heldPermissions.some((held) => held.apiId === apiId && held.value === value);
}

function valuesAtSystem(permissions: readonly PermissionReference[]): readonly string[] {
  return permissions.filter(({ apiId }) => apiId === SYSTEM_API_ID).map(({ value }) => value);
}

function insufficientScope(permission: SystemPermission): DomainError {
  return new DomainError('insufficient_scope', `This needs the permission ${permission}.`, { neededScope: permission });
}

/**
 * A credential gives whoever holds it the roles and permissions behind it, so that the rules for giving these hold for
 * making and changing credentials too; also while the service user behind it is disabled, which does not last.
 * @throws DomainError `forbidden`
 */
export async function assertMayGrant(
  caller: ManagementCaller,
  client: Pick<Client, 'subject' | 'roleIds' | 'permissions'> & { readonly id?: string },
  look: Look,
): Promise<void> {
  assertMayAssign(caller, await rolesAssigned(client, look));
  assertMayGive(caller, client.permissions ?? []);
  if (client.subject.type !== 'application' || client.id === undefined) return;
  const grant = await look.find(grantKey(client.id, SYSTEM_API_ID));
  if (grant !== undefined) assertHolds(caller, grant.permissions);
}
