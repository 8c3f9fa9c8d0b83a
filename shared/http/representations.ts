import type { Page } from '#shared/domain/ports.ts';
import type { Api, Client, Membership, Role, StoredSecret, Tenant, User } from '#shared/domain/records.ts';

/** How records look on the wire of the management API: ISO 8601 times, no hashes, nothing internal. */

export function tenantRepresentation({ createdAtSeconds, status, ...tenant }: Tenant) {
  if (status === 'deleted') throw new Error('A deleted tenant is not shown.');
  return { ...tenant, status, createdAt: timestamp(createdAtSeconds) };
}

export function userRepresentation({ createdAtSeconds, ...user }: User) {
  return { ...user, createdAt: timestamp(createdAtSeconds) };
}

export function memberRepresentation({ tenantId, userId, roleIds, createdAtSeconds, version }: Membership) {
  return { tenantId, userId, roleIds, createdAt: timestamp(createdAtSeconds), version };
}

export function roleRepresentation({ permissions, createdAtSeconds, ...role }: Role) {
  const named = permissions.map(({ api, value }) => ({ api, value }));
  return { ...role, permissions: named, createdAt: timestamp(createdAtSeconds) };
}

export function apiRepresentation({ createdAtSeconds, ...api }: Api) {
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
    status: client.status,
    secrets: client.secrets.map(secretRepresentation),
    version: client.version,
  };
}

/** A page of records as a page of their representations. */
export function pageRepresentation<Item, Shown>({ items, nextCursor }: Page<Item>, show: (item: Item) => Shown) {
  return { items: items.map(show), ...(nextCursor !== undefined && { nextCursor }) };
}

function secretRepresentation({
  selector,
  title,
  lastFour,
  createdBy,
  createdAtSeconds,
  expiresAtSeconds,
}: StoredSecret) {
  return {
    id: selector,
    title,
    lastFour,
    createdBy,
    createdAt: timestamp(createdAtSeconds),
    expiresAt: timestampOrNull(expiresAtSeconds),
  };
}

function timestamp(seconds: number): string {
  return new Date(seconds * 1_000).toISOString();
}

function timestampOrNull(seconds: number | undefined): string | null {
  return seconds === undefined ? null : timestamp(seconds);
}
