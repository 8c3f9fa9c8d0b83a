import { findApi } from '../access/entitlement.ts';
import { DomainError } from '../errors.ts';
import type { Look } from '../records/look.ts';
import type { PermissionReference } from '../records/permissions.ts';

/** A permission as a caller names it: the API by its identifier. */
export interface NamedPermission {
  readonly api: string;
  readonly value: string;
}

/** The permissions behind their names; undefined for one that no API declares. */
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

/** @throws DomainError `invalid_request` for a permission that no API declares */
export function declared(permissions: readonly (PermissionReference | undefined)[]): readonly PermissionReference[] {
  return permissions.map((permission) => {
    if (permission !== undefined) return permission;
    throw new DomainError('invalid_request', 'No API with this identifier declares such a permission.', {
      field: 'permissions',
    });
  });
}
