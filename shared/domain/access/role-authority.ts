import { DomainError } from '../errors.ts';
import { type PermissionReference, SYSTEM_API_ID } from '../records/permissions.ts';
import { assertHolds, isHeld, isWithinLevel, type ManagementCaller } from './authority.ts';

/** What makes a role strong. A permission that no API declares is undefined. */
interface RoleStrength {
  readonly level: number;
  readonly permissions: readonly (PermissionReference | undefined)[];
}

/**
 * Nobody makes, changes or deletes a role that is stronger than himself. Whoever holds only roles needs a level as
 * strong and each of the permissions; they are not told which others exist. Administrators need what the role gives at
 * the management API.
 * @throws DomainError `forbidden`
 */
export function assertMayShape(caller: ManagementCaller, { level, permissions }: RoleStrength): void {
  if (!isWithinLevel(caller, { level })) {
    throw new DomainError('forbidden', 'You may only keep roles that are as strong as your own or weaker.', {
      field: 'level',
    });
  }
  const isTenants = caller.tenantId !== undefined;
  if (isTenants && !permissions.every((permission) => permission && isHeld(caller, permission))) {
    throw new DomainError('forbidden', 'You may only keep roles whose permissions you hold yourself.', {
      field: 'permissions',
    });
  }
  const overWorkspace = permissions.flatMap((one) => (one?.apiId === SYSTEM_API_ID ? [one.value] : []));
  assertHolds(caller, overWorkspace);
}
