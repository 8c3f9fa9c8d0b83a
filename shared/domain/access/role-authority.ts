import { DomainError } from '../errors.ts';
import { type PermissionReference, SYSTEM_API_ID } from '../records/permissions.ts';
import { assertHolds, isHeld, isWithinLevel, type ManagementCaller } from './authority.ts';

/** The level and the permissions of a role. A permission that no API declares is undefined. */
interface RoleStrength {
  readonly level: number;
  readonly permissions: readonly (PermissionReference | undefined)[];
}

/**
 * Checks that a caller may make, change or delete a role. A caller that is bound to a tenant needs a role that is as
 * strong or stronger, and each permission of the role; it gets the same error for a permission that no API declares. A
 * caller of the whole workspace needs the permissions that the role has at the management API.
 * @throws DomainError `forbidden`
 */
export function assertMayManageRole(caller: ManagementCaller, { level, permissions }: RoleStrength): void {
  if (!isWithinLevel(caller, { level })) {
    throw new DomainError('forbidden', 'You may only manage roles that are as strong as your own or weaker.', {
      field: 'level',
    });
  }
  if (
    caller.scope.type !== 'workspace' &&
    !permissions.every((permission) => permission && isHeld(caller, permission))
  ) {
    throw new DomainError('forbidden', 'You may only manage roles whose permissions you hold yourself.', {
      field: 'permissions',
    });
  }
  const atManagementApi = permissions.flatMap((permission) =>
    permission?.apiId === SYSTEM_API_ID ? [permission.value] : [],
  );
  assertHolds(caller, atManagementApi);
}
