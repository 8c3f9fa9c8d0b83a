import type { Page } from '#shared/domain/ports.ts';
import type { Api, Client, Membership, Role, StoredSecret, Tenant, User } from '#shared/domain/records.ts';

/** How records look on the wire of the management API: ISO 8601 times, no hashes, nothing internal. */

export function tenantRepresentation({ id, name, createdAtSeconds }: Tenant) {
  return { id, name, createdAt: timestamp(createdAtSeconds) };
}

export function userRepresentation({ id, email, name, createdAtSeconds }: User) {
  return { id, email, ...(name !== undefined && { name }), createdAt: timestamp(createdAtSeconds) };
}

export function memberRepresentation({ tenantId, userId, roleIds, createdAtSeconds }: Membership) {
  return { tenantId, userId, roleIds, createdAt: timestamp(createdAtSeconds) };
}

export function roleRepresentation({ id, key, name, level, permissions, createdAtSeconds }: Role) {
  const named = permissions.map(({ api, value }) => ({ api, value }));
  return { id, key, name, level, permissions: named, createdAt: timestamp(createdAtSeconds) };
}

export function apiRepresentation({ createdAtSeconds, version: _version, ...api }: Api) {
  return { ...api, createdAt: timestamp(createdAtSeconds) };
}

/** An API token without its secret; of that, lists show the last four characters. */
export function apiTokenRepresentation({ subject, ...client }: Client) {
  if (subject.type === 'application') throw new Error('An application is not an API token.');
  return {
    clientId: client.id,
    kind: 'client_credentials' as const,
    description: client.description,
    tenantId: subject.tenantId,
    ...(subject.type === 'user' ? { userId: subject.userId } : { roleIds: client.roleIds }),
    ...(client.metadata && { metadata: client.metadata }),
    createdAt: timestamp(client.createdAtSeconds),
    createdBy: client.createdBy,
    expiresAt: timestampOrNull(client.expiresAtSeconds),
    secrets: client.secrets.map(secretRepresentation),
  };
}

/** A page of records as a page of their representations. */
export function pageRepresentation<Item, Shown>({ items, nextCursor }: Page<Item>, show: (item: Item) => Shown) {
  return { items: items.map(show), ...(nextCursor !== undefined && { nextCursor }) };
}

function secretRepresentation({ lastFour, createdAtSeconds, expiresAtSeconds }: StoredSecret) {
  return { lastFour, createdAt: timestamp(createdAtSeconds), expiresAt: timestampOrNull(expiresAtSeconds) };
}

function timestamp(seconds: number): string {
  return new Date(seconds * 1_000).toISOString();
}

function timestampOrNull(seconds: number | undefined): string | null {
  return seconds === undefined ? null : timestamp(seconds);
}
