import type { CredentialName, LastUses } from '#shared/domain/authentication/ports.ts';
import { credentialKey, KEY_SELECTOR } from '#shared/domain/authentication/usage.ts';
import type { ShownRole } from '#shared/domain/directory/roles.ts';
import type { AuditEvent } from '#shared/domain/records/audit.ts';
import type { Client, LongLivedToken, StoredSecret } from '#shared/domain/records/client.ts';
import type { Page } from '#shared/domain/records/lists.ts';
import type { Api, ClientGrant, PermissionReference } from '#shared/domain/records/permissions.ts';
import type { Membership, ServiceUser, Tenant, User } from '#shared/domain/records/principals.ts';
import type { ApplicationRegistration } from '#shared/domain/records/registration.ts';
import type { WorkspaceSettings } from '#shared/domain/records/settings.ts';
import { proofOf, registrationOf } from '#shared/domain/registration/registration.ts';

/** How records look on the wire of the management API: ISO 8601 times, no hashes, nothing internal. */

/**
 * Says that every member of a record has been shown, and that nothing is left of it. The type of the record names what
 * is not shown, as in `Omit<StoredSecret, 'hash'>`. A new member that is neither shown nor named there does not compile.
 */
export function nothingLeft(_rest: Readonly<Record<string, never>>): void {}

export function tenantRepresentation(record: Tenant) {
  const { id, status, createdAtSeconds, revokedBeforeSeconds: _mark, version, ...tenant } = record;
  if (status === 'deleted') throw new Error('A deleted tenant is not shown.');
  return { id, ...tenant, ...revocationMark(record), status, createdAt: timestamp(createdAtSeconds), version };
}

export function userRepresentation({ id, status, createdAtSeconds, version, ...user }: User) {
  if (status === 'deleted') throw new Error('A deleted user is not shown.');
  return { id, ...user, status, createdAt: timestamp(createdAtSeconds), version };
}

export function memberRepresentation(record: Omit<Membership, 'id'>) {
  const { tenantId, userId, roleIds, createdAtSeconds, version, ...rest } = record;
  nothingLeft(rest);
  return { tenantId, userId, roleIds, createdAt: timestamp(createdAtSeconds), version };
}

export function roleRepresentation({ id, permissions, createdAtSeconds, version, ...role }: ShownRole) {
  return {
    id,
    ...role,
    permissions: permissions.map(permissionRepresentation),
    createdAt: timestamp(createdAtSeconds),
    version,
  };
}

function permissionRepresentation({ api, value, ...rest }: Omit<PermissionReference, 'apiId'>) {
  nothingLeft(rest);
  return { api, value };
}

export function apiRepresentation({ id, createdAtSeconds, version, ...api }: Api) {
  return { id, ...api, createdAt: timestamp(createdAtSeconds), version };
}

export function serviceUserRepresentation({ id, createdAtSeconds, version, ...serviceUser }: ServiceUser) {
  return { id, ...serviceUser, createdAt: timestamp(createdAtSeconds), version };
}

/** What applications are shown without: members of other clients, and what has answers of its own. */
type HiddenOfApplication = 'roleIds' | 'permissions' | 'accessToken' | 'key' | 'trust' | 'apiIds' | 'rotation';

/** A client that acts for itself, without its secrets. */
export function applicationRepresentation(client: Client, lastUses?: LastUses) {
  const {
    id,
    subject,
    description,
    registration,
    metadata,
    tokenLifetimeSeconds,
    revokedBeforeSeconds,
    tokenQuota,
    createdAtSeconds,
    createdBy,
    expiresAtSeconds,
    status,
    secrets,
    version,
    ...rest
  }: Omit<Client, HiddenOfApplication> = client;
  nothingLeft(rest);
  if (subject.type !== 'application') throw new Error('This client is not an application.');
  const isSigner = proofOf(client) === 'assertion';
  return {
    clientId: id,
    name: description,
    ...registrationRepresentation(registrationOf({ registration })),
    ...(metadata && { metadata }),
    ...(tokenLifetimeSeconds !== undefined && { tokenLifetimeSeconds }),
    ...revocationMark({ revokedBeforeSeconds }),
    ...(tokenQuota && { tokenQuota }),
    createdAt: timestamp(createdAtSeconds),
    createdBy,
    expiresAt: timestampOrNull(expiresAtSeconds),
    status,
    secrets: secretRepresentations({ id, secrets }, lastUses),
    ...(isSigner && lastUse({ clientId: id, selector: KEY_SELECTOR }, lastUses)),
    version,
  };
}

/** With keys as the set that they are on the wire (RFC 7517 §5). */
function registrationRepresentation({ jwks, ...registration }: ApplicationRegistration) {
  return { ...registration, ...(jwks && { jwks: { keys: jwks } }) };
}

export function clientGrantRepresentation({ createdAtSeconds, ...grant }: ClientGrant) {
  return { ...grant, createdAt: timestamp(createdAtSeconds) };
}

/** What credentials of service users are shown without: members of other clients. */
type HiddenOfCredential =
  | 'roleIds'
  | 'permissions'
  | 'accessToken'
  | 'apiIds'
  | 'registration'
  | 'rotation'
  | 'metadata'
  | 'revokedBeforeSeconds'
  | 'status'
  | 'tokenLifetimeSeconds'
  | 'tokenQuota';

type Proof = 'secrets' | 'key' | 'trust';

/** A client that is one credential of a service user, of one kind: `ServiceUserCredential<'key'>` has a key. */
export type ServiceUserCredential<Own extends Proof> = Omit<Client, HiddenOfCredential | Exclude<Proof, Own>>;

/** One secret of a service user: a client of its own, with its own `clientId`. */
export function serviceUserSecretRepresentation(client: ServiceUserCredential<'secrets'>, lastUses?: LastUses) {
  const { id, subject, description, secrets, createdAtSeconds, createdBy, expiresAtSeconds, version, ...rest } = client;
  nothingLeft(rest);
  if (subject.type !== 'serviceUser') throw new Error('This is no credential of a service user.');
  return {
    clientId: id,
    serviceUserId: subject.serviceUserId,
    title: description,
    lastFour: secrets.map(({ lastFour }) => lastFour).join(' '),
    imported: secrets[0]?.imported,
    createdAt: timestamp(createdAtSeconds),
    createdBy,
    expiresAt: timestampOrNull(expiresAtSeconds),
    ...lastUse({ clientId: id, selector: secrets[0]?.selector ?? '' }, lastUses),
    version,
  };
}

/** What API tokens are shown without: members of other clients, and what has answers of its own. */
type HiddenOfApiToken =
  | 'key'
  | 'trust'
  | 'apiIds'
  | 'registration'
  | 'rotation'
  | 'revokedBeforeSeconds'
  | 'tokenLifetimeSeconds'
  | 'tokenQuota';

/** An API token without its secret; of that, lists show the last four characters. */
export function apiTokenRepresentation(client: Omit<Client, HiddenOfApiToken>, lastUses?: LastUses) {
  const {
    id,
    subject,
    accessToken,
    description,
    roleIds,
    permissions,
    metadata,
    createdAtSeconds,
    createdBy,
    expiresAtSeconds,
    status,
    secrets,
    version,
    ...rest
  } = client;
  nothingLeft(rest);
  if (subject.type !== 'tenant' && subject.type !== 'user') throw new Error('This client is not an API token.');
  return {
    clientId: id,
    ...kindRepresentation(accessToken),
    description,
    tenantId: subject.tenantId,
    ...(subject.type === 'user' ? { userId: subject.userId } : { roleIds }),
    ...(permissions && { permissions: permissions.map(permissionRepresentation) }),
    ...(metadata && { metadata }),
    createdAt: timestamp(createdAtSeconds),
    createdBy,
    expiresAt: timestampOrNull(expiresAtSeconds),
    status,
    secrets: secretRepresentations({ id, secrets }, lastUses),
    version,
  };
}

/** A long-lived JWT is known by its `jti`, which introspection and the authorizer tell too. */
function kindRepresentation(accessToken: Omit<LongLivedToken, 'apiId'> | undefined) {
  if (accessToken === undefined) return { kind: 'client_credentials' as const };
  const { api: audience, tokenId, ...rest } = accessToken;
  nothingLeft(rest);
  return { kind: 'access_token' as const, audience, tokenId };
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
  return secrets.map((secret) => secretRepresentation(id, secret, lastUses));
}

function secretRepresentation(clientId: string, secret: Omit<StoredSecret, 'hash'>, lastUses: LastUses | undefined) {
  const { selector, title, lastFour, imported, createdBy, createdAtSeconds, expiresAtSeconds, ...rest } = secret;
  nothingLeft(rest);
  return {
    id: selector,
    title,
    lastFour,
    imported,
    createdBy,
    createdAt: timestamp(createdAtSeconds),
    expiresAt: timestampOrNull(expiresAtSeconds),
    ...lastUse({ clientId, selector }, lastUses),
  };
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
