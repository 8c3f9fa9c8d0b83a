import type { AuditEvent } from '#shared/domain/audit.ts';
import type { Page } from '#shared/domain/ports.ts';
import type {
  Api,
  Client,
  ClientGrant,
  Membership,
  Role,
  ServiceUser,
  StoredSecret,
  Tenant,
  User,
  WorkspaceSettings,
} from '#shared/domain/records.ts';

/** How records look on the wire of the management API: ISO 8601 times, no hashes, nothing internal. */

export function tenantRepresentation({ id, status, createdAtSeconds, version, ...tenant }: Tenant) {
  if (status === 'deleted') throw new Error('A deleted tenant is not shown.');
  return { id, ...tenant, status, createdAt: timestamp(createdAtSeconds), version };
}

export function userRepresentation({ id, createdAtSeconds, version, ...user }: User) {
  return { id, ...user, createdAt: timestamp(createdAtSeconds), version };
}

export function memberRepresentation({ tenantId, userId, roleIds, createdAtSeconds, version }: Membership) {
  return { tenantId, userId, roleIds, createdAt: timestamp(createdAtSeconds), version };
}

export function roleRepresentation({ id, permissions, createdAtSeconds, version, ...role }: Role) {
  const named = permissions.map(({ api, value }) => ({ api, value }));
  return { id, ...role, permissions: named, createdAt: timestamp(createdAtSeconds), version };
}

export function apiRepresentation({ id, createdAtSeconds, version, ...api }: Api) {
  return { id, ...api, createdAt: timestamp(createdAtSeconds), version };
}

export function serviceUserRepresentation({ id, createdAtSeconds, version, ...serviceUser }: ServiceUser) {
  return { id, ...serviceUser, createdAt: timestamp(createdAtSeconds), version };
}

/** A client that acts for itself, without its secrets. */
export function applicationRepresentation({ subject, ...client }: Client) {
  if (subject.type !== 'application') throw new Error('This client is not an application.');
  return {
    clientId: client.id,
    name: client.description,
    ...(client.metadata && { metadata: client.metadata }),
    ...(client.tokenLifetimeSeconds !== undefined && { tokenLifetimeSeconds: client.tokenLifetimeSeconds }),
    createdAt: timestamp(client.createdAtSeconds),
    createdBy: client.createdBy,
    expiresAt: timestampOrNull(client.expiresAtSeconds),
    status: client.status,
    secrets: client.secrets.map(secretRepresentation),
    version: client.version,
  };
}

export function clientGrantRepresentation({ createdAtSeconds, ...grant }: ClientGrant) {
  return { ...grant, createdAt: timestamp(createdAtSeconds) };
}

/** One secret of a service user: a client of its own, with its own `clientId`. */
export function serviceUserSecretRepresentation({ id, subject, secrets, ...client }: Client) {
  if (subject.type !== 'serviceUser') throw new Error('This is no credential of a service user.');
  return {
    clientId: id,
    serviceUserId: subject.serviceUserId,
    title: client.description,
    lastFour: secrets.map(({ lastFour }) => lastFour).join(' '),
    createdAt: timestamp(client.createdAtSeconds),
    createdBy: client.createdBy,
    expiresAt: timestampOrNull(client.expiresAtSeconds),
    version: client.version,
  };
}

/** An API token without its secret; of that, lists show the last four characters. */
export function apiTokenRepresentation({ subject, ...client }: Client) {
  if (subject.type !== 'tenant' && subject.type !== 'user') throw new Error('This client is not an API token.');
  return {
    clientId: client.id,
    ...kindRepresentation(client),
    description: client.description,
    tenantId: subject.tenantId,
    ...(subject.type === 'user' ? { userId: subject.userId } : { roleIds: client.roleIds }),
    ...(client.permissions && { permissions: client.permissions.map(({ api, value }) => ({ api, value })) }),
    ...(client.metadata && { metadata: client.metadata }),
    createdAt: timestamp(client.createdAtSeconds),
    createdBy: client.createdBy,
    expiresAt: timestampOrNull(client.expiresAtSeconds),
    status: client.status,
    secrets: client.secrets.map(secretRepresentation),
    version: client.version,
  };
}

/** A long-lived JWT is known by its `jti`, which introspection and the authorizer tell too. */
function kindRepresentation({ accessToken }: Pick<Client, 'accessToken'>) {
  if (accessToken === undefined) return { kind: 'client_credentials' as const };
  return { kind: 'access_token' as const, audience: accessToken.api, tokenId: accessToken.tokenId };
}

export function settingsRepresentation({ createdAtSeconds: _createdAtSeconds, ...settings }: WorkspaceSettings) {
  return settings;
}

export function auditEventRepresentation({ timeSeconds, ...event }: AuditEvent) {
  return { ...event, time: timestamp(timeSeconds) };
}

/** A moment that came over the wire, as the domain counts it. */
export function secondsOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Math.floor(Date.parse(time) / 1_000);
}

/** A page of records as a page of their representations. */
export function pageRepresentation<Item, Shown>({ items, nextCursor }: Page<Item>, show: (item: Item) => Shown) {
  return { items: items.map(show), ...(nextCursor !== undefined && { nextCursor }) };
}

/** The secrets of a client of any kind, and how long a rotation's overlap goes on. */
export function secretsRepresentation({ id, secrets, rotation, version }: Client) {
  return {
    clientId: id,
    secrets: secrets.map(secretRepresentation),
    rotationEndsAt: timestampOrNull(rotation?.endsAtSeconds),
    version,
  };
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
