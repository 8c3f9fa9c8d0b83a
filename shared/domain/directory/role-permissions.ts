import { findApi } from '../access/entitlement.ts';
import { DomainError } from '../errors.ts';
import type { Look } from '../records/look.ts';
import type { PermissionReference } from '../records/permissions.ts';

/** A permission as a request names it. `api` is the identifier of the API. */
export interface NamedPermission {
  readonly api: string;
  readonly value: string;
}

/** Finds permissions by their names. The result has undefined in the place of a permission that no API declares. */
export async function findPermissions(
  named: readonly NamedPermission[],
  look: Look,
): Promise<readonly (PermissionReference | undefined)[]> {
  return Promise.all(
    named.map(async ({ api: identifier, value }) => {
      const api = await findApi(identifier, look);
      const isDeclared = api?.permissions.some((permission) => permission.value === value);
      return api !== undefined && isDeclared ? { apiId: api.id, api: identifier, value } : undefined;
    }),
  );
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
