import { findApi } from '../access/entitlement.ts';
import { DomainError } from '../errors.ts';
import type { Look } from '../records/look.ts';
import { bytesOf, type PermissionReference } from '../records/permissions.ts';

/** A permission as a request names it. `api` is the identifier of the API. */
export interface NamedPermission {
  readonly api: string;
  readonly value: string;
}

/** The holder of permissions in a request: how many bytes they may have, and the permissions that it had before. */
interface PermissionHolder {
  readonly bytesMax: number;
  readonly before?: readonly PermissionReference[] | undefined;
}

/**
 * Finds permissions by their names. The result has undefined in the place of a permission that no API declares. If the
 * holder had this permission before, it is left out, so that a record can be written back as it was read.
 * @throws DomainError `invalid_request` for permissions that have too many bytes, and more than before
 */
export async function findPermissions(
  named: readonly NamedPermission[],
  look: Look,
  { bytesMax, before = [] }: PermissionHolder,
): Promise<readonly (PermissionReference | undefined)[]> {
  const isKnown = ({ api, value }: NamedPermission) => before.some((held) => held.api === api && held.value === value);
  const found = await Promise.all(
    named.map(async ({ api: identifier, value }) => {
      const api = await findApi(identifier, look);
      const isDeclared = api?.permissions.some((permission) => permission.value === value);
      return api !== undefined && isDeclared ? { apiId: api.id, api: identifier, value } : undefined;
    }),
  );
  assertWeight(
    found.filter((permission) => permission !== undefined),
    { bytesMax, before },
  );
  return found.filter((permission, index) => permission !== undefined || !named.slice(index, index + 1).some(isKnown));
}

/** Every exchange of a holder reads the permissions, so their size is limited. */
function assertWeight(after: readonly PermissionReference[], { bytesMax, before = [] }: PermissionHolder): void {
  if (bytesOf(after) <= Math.max(bytesMax, bytesOf(before))) return;
  throw new DomainError('invalid_request', `Permissions may have ${bytesMax} bytes at most, as they are stored.`, {
    field: 'permissions',
  });
}

/** Returns the permissions. @throws DomainError `invalid_request` if one of them is undefined: no API declares it */
export function requireDeclared(
  permissions: readonly (PermissionReference | undefined)[],
): readonly PermissionReference[] {
  return permissions.map((permission) => {
    if (permission !== undefined) return permission;
    throw new DomainError('invalid_request', 'No API with this identifier declares this permission.', {
      field: 'permissions',
    });
  });
}
