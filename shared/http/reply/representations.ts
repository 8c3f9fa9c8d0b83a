import type { CredentialName, LastUses } from '#shared/domain/authentication/ports.ts';
import { credentialKey, KEY_SELECTOR } from '#shared/domain/authentication/usage.ts';
import type { ShownRole } from '#shared/domain/directory/roles.ts';
import type { AuditEvent } from '#shared/domain/records/audit.ts';
import type { Client } from '#shared/domain/records/client.ts';
import type { Page } from '#shared/domain/records/lists.ts';
import type { Api, ClientGrant } from '#shared/domain/records/permissions.ts';
import type { Membership, ServiceUser, Tenant, User } from '#shared/domain/records/principals.ts';
import type { ApplicationRegistration } from '#shared/domain/records/registration.ts';
import type { WorkspaceSettings } from '#shared/domain/records/settings.ts';
import { proofOf, registrationOf } from '#shared/domain/registration/registration.ts';

/** How records look on the wire of the management API: ISO 8601 times, no hashes, nothing internal. */

export function tenantRepresentation(record: Tenant) {
  const { id, status, createdAtSeconds, revokedBeforeSeconds: _mark, version, ...tenant } = record;
  if (status === 'deleted') throw new Error('A deleted tenant is not shown.');
  return { id, ...tenant, ...revocationMark(record), status, createdAt: timestamp(createdAtSeconds), version };
}

export function userRepresentation({ id, status, createdAtSeconds, version, ...user }: User) {
  if (status === 'deleted') throw new Error('A deleted user is not shown.');
  return { id, ...user, status, createdAt: timestamp(createdAtSeconds), version };
}

export function memberRepresentation({ tenantId, userId, roleIds, createdAtSeconds, version }: Membership) {
  return { tenantId, userId, roleIds, createdAt: timestamp(createdAtSeconds), version };
}

export function roleRepresentation({ id, permissions, createdAtSeconds, version, ...role }: ShownRole) {
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
export function applicationRepresentation({ subject, ...client }: Client, lastUses?: LastUses) {
  if (subject.type !== 'application') throw new Error('This client is not an application.');
  const isSigner = proofOf({ subject, ...client }) === 'assertion';
  return {
    clientId: client.id,
    name: client.description,
    ...registrationRepresentation(registrationOf(client)),
    ...(client.metadata && { metadata: client.metadata }),
    ...(client.tokenLifetimeSeconds !== undefined && { tokenLifetimeSeconds: client.tokenLifetimeSeconds }),
    ...revocationMark(client),
    ...(client.tokenQuota && { tokenQuota: client.tokenQuota }),
    createdAt: timestamp(client.createdAtSeconds),
    createdBy: client.createdBy,
    expiresAt: timestampOrNull(client.expiresAtSeconds),
    status: client.status,
    secrets: secretRepresentations(client, lastUses),
    ...(isSigner && lastUse({ clientId: client.id, selector: KEY_SELECTOR }, lastUses)),
    version: client.version,
  };
}

/** With keys as the set that they are on the wire (RFC 7517 §5). */
function registrationRepresentation({ jwks, ...registration }: ApplicationRegistration) {
  return { ...registration, ...(jwks && { jwks: { keys: jwks } }) };
}

export function clientGrantRepresentation({ createdAtSeconds, ...grant }: ClientGrant) {
  return { ...grant, createdAt: timestamp(createdAtSeconds) };
}

/** One secret of a service user: a client of its own, with its own `clientId`. */
export function serviceUserSecretRepresentation({ id, subject, secrets, ...client }: Client, lastUses?: LastUses) {
  if (subject.type !== 'serviceUser') throw new Error('This is no credential of a service user.');
  return {
    clientId: id,
    serviceUserId: subject.serviceUserId,
    title: client.description,
    lastFour: secrets.map(({ lastFour }) => lastFour).join(' '),
    imported: secrets[0]?.imported,
    createdAt: timestamp(client.createdAtSeconds),
    createdBy: client.createdBy,
    expiresAt: timestampOrNull(client.expiresAtSeconds),
    ...lastUse({ clientId: id, selector: secrets[0]?.selector ?? '' }, lastUses),
    version: client.version,
  };
}

/** An API token without its secret; of that, lists show the last four characters. */
export function apiTokenRepresentation({ subject, ...client }: Client, lastUses?: LastUses) {
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
    secrets: secretRepresentations(client, lastUses),
    version: client.version,
  };
}

/** A long-lived JWT is known by its `jti`, which introspection and the authorizer tell too. */
function kindRepresentation({ accessToken }: Pick<Client, 'accessToken'>) {
  if (accessToken === undefined) return { kind: 'client_credentials' as const };
  return { kind: 'access_token' as const, audience: accessToken.api, tokenId: accessToken.tokenId };
}

export function settingsRepresentation(record: WorkspaceSettings) {
  const { createdAtSeconds: _createdAt, revokedBeforeSeconds: _mark, ...settings } = record;
  return { ...settings, ...revocationMark(record) };
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
    secrets: secretRepresentations({ id, secrets }),
    rotationEndsAt: timestampOrNull(rotation?.endsAtSeconds),
    version,
  };
}

/** Secrets by what tells them apart. Answers to changes do not say when each was last used. */
function secretRepresentations({ id, secrets }: Pick<Client, 'id' | 'secrets'>, lastUses?: LastUses) {
  return secrets.map((secret) => ({
    id: secret.selector,
    title: secret.title,
    lastFour: secret.lastFour,
    imported: secret.imported,
    createdBy: secret.createdBy,
    createdAt: timestamp(secret.createdAtSeconds),
    expiresAt: timestampOrNull(secret.expiresAtSeconds),
    ...lastUse({ clientId: id, selector: secret.selector }, lastUses),
  }));
}

/** When this credential was last used; nothing where nobody has looked. */
export function lastUse(credential: CredentialName, lastUses: LastUses | undefined) {
  return lastUses === undefined ? {} : { lastUsedAt: timestampOrNull(lastUses.get(credentialKey(credential))) };
}

/** The last second whose tokens are worth nothing, where anything was revoked by time of issue. */
function revocationMark({ revokedBeforeSeconds }: { readonly revokedBeforeSeconds?: number | undefined }) {
  return revokedBeforeSeconds === undefined ? undefined : { tokensRevokedUntil: timestamp(revokedBeforeSeconds - 1) };
}

/** A moment as it goes over the wire. */
export function timestamp(seconds: number): string {
  return new Date(seconds * 1_000).toISOString();
}

/** The same for what may never come. */
export function timestampOrNull(seconds: number | undefined): string | null {
  return seconds === undefined ? null : timestamp(seconds);
}
