import { type ManagementCaller, mayGive } from '../access/authority.ts';
import type { DirectoryLister, Page, PageRequest } from '../records/lists.ts';
import type { Look, RecordReader } from '../records/look.ts';
import { type Api, apiList, apiRecordKey, type Permission, type PermissionReference } from '../records/permissions.ts';
import { assertExists, tenantKey } from '../records/principals.ts';

/** The permissions of one API that somebody may give to others. */
export interface PermissionsToGive {
  readonly api: Pick<Api, 'identifier' | 'name'>;
  readonly permissions: readonly Permission[];
}

interface Ports {
  readonly records: RecordReader;
  readonly directoryList: DirectoryLister;
}

/**
 * Lists the permissions that a caller may give in a tenant, with their descriptions, API by API. `assertMayGivePermissions`
 * decides by the same rule.
 * @throws DomainError `not_found` for the tenant; `invalid_request` if the cursor is malformed
 */
export async function listPermissionsToGive(
  caller: ManagementCaller,
  tenantId: string,
  page: PageRequest,
  { records, directoryList }: Ports,
): Promise<Page<PermissionsToGive>> {
  const look = records.open(tenantId);
  assertExists(await look.find(tenantKey(tenantId)));
  if (caller.scope.type !== 'workspace') {
    const held = caller.heldPermissions.filter((permission) => mayGive(caller, permission));
    return pageOf(await describedByApi(held, look), page);
  }
  const { items, nextCursor } = await directoryList.list(apiList, page);
  const found = items.map((api) => ({
    api,
    permissions: api.permissions.filter(({ value }) => mayGive(caller, { apiId: api.id, value })),
  }));
  return { items: found.filter(({ permissions }) => permissions.length > 0), nextCursor };
}

/** Describes held permissions as their APIs declare them now, API by API in the order of their ids. */
export async function describedByApi(
  held: readonly Pick<PermissionReference, 'apiId' | 'value'>[],
  look: Look,
): Promise<readonly (PermissionsToGive & { readonly apiId: string })[]> {
  const values = Map.groupBy(held, ({ apiId }) => apiId);
  const described = await Promise.all(
    [...values]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(async ([apiId, references]) => {
        const api = await look.find(apiRecordKey(apiId));
        const isHeld = ({ value }: Permission) => references.some((reference) => reference.value === value);
        return api && { apiId, api, permissions: api.permissions.filter(isHeld) };
      }),
  );
  return described.filter((one) => one !== undefined).filter(({ permissions }) => permissions.length > 0);
}

/** A page of a list that is read as a whole. The cursor is the id of the last API on the page before. */
function pageOf(
  all: readonly (PermissionsToGive & { readonly apiId: string })[],
  { limit, cursor = '' }: PageRequest,
): Page<PermissionsToGive> {
  const left = all.filter(({ apiId }) => apiId > cursor);
  const items = left.slice(0, limit);
  const last = items.at(-1);
  return { items, ...(last !== undefined && left.length > limit && { nextCursor: last.apiId }) };
}
