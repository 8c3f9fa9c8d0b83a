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

/**
 * Says that a representation has every member of its record: `_rest` must be empty. A representation is a record in the
 * form that the management API shows, with times in ISO 8601, no hashes and nothing internal. The type of the record
 * names the hidden members, as in `Omit<StoredSecret, 'hash'>`. A new member does not compile until it is shown or named
 * as hidden.
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

/** The members that an application does not show: those of other clients, and those with answers of their own. */
type HiddenOfApplication = 'roleIds' | 'permissions' | 'accessToken' | 'key' | 'trust' | 'apiIds' | 'rotation';

/** Shows an application without its secrets. */
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

/** Shows the keys of a registration as a key set (RFC 7517 §5). */
function registrationRepresentation({ jwks, ...registration }: ApplicationRegistration) {
  return { ...registration, ...(jwks && { jwks: { keys: jwks } }) };
}

export function clientGrantRepresentation({ createdAtSeconds, ...grant }: ClientGrant) {
  return { ...grant, createdAt: timestamp(createdAtSeconds) };
}

/** The members that credentials of service users do not show, and the members that differ by the type of credential. */
type HiddenOfCredential =
  | 'id'
  | 'secrets'
  | 'key'
  | 'trust'
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

/**
 * Shows the members that secrets, keys and federated credentials of service users have in common. `made` says when and
 * by which caller the credential was made, and when it expires.
 */
export function credentialMembers(client: Omit<Client, HiddenOfCredential>) {
  const { subject, description, createdAtSeconds, createdBy, expiresAtSeconds, version, ...rest } = client;
  nothingLeft(rest);
  if (subject.type !== 'serviceUser') throw new Error('This client is not a credential of a service user.');
  const made = {
    createdAt: timestamp(createdAtSeconds),
    createdBy,
    expiresAt: timestampOrNull(expiresAtSeconds),
  };
  return { serviceUserId: subject.serviceUserId, title: description, made, version };
}

/** Shows a secret of a service user, which is a client with its own `clientId`. */
export function serviceUserSecretRepresentation(client: Client, lastUses?: LastUses) {
  const { id, secrets } = client;
  const { serviceUserId, title, made, version } = credentialMembers(client);
  return {
    clientId: id,
    serviceUserId,
    title,
    lastFour: secrets.map(({ lastFour }) => lastFour).join(' '),
    imported: secrets[0]?.imported,
    ...made,
    ...lastUse({ clientId: id, selector: secrets[0]?.selector ?? '' }, lastUses),
    version,
  };
}

/** The members that an API token does not show: those of other clients, and those with answers of their own. */
type HiddenOfApiToken =
  | 'key'
  | 'trust'
  | 'apiIds'
  | 'registration'
  | 'rotation'
  | 'revokedBeforeSeconds'
  | 'tokenLifetimeSeconds'
  | 'tokenQuota';

/** Shows an API token with the last four characters of its secrets. */
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

/** Shows the kind of an API token. A long-lived JWT is known by its `jti`, as in introspection and the authorizer. */
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

/** Turns a time of a request into seconds since 1970, as the domain counts. */
export function secondsOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Math.floor(Date.parse(time) / 1_000);
}

/** Shows a page of records as a page of their representations. */
export function pageRepresentation<Item, Shown>({ items, nextCursor }: Page<Item>, show: (item: Item) => Shown) {
  return { items: items.map(show), ...(nextCursor !== undefined && { nextCursor }) };
}

/** Shows the secrets of a client of any kind, and when the overlap of a rotation ends. */
export function secretsRepresentation({ id, secrets, rotation, version }: Client) {
  return {
    clientId: id,
    secrets: secretRepresentations({ id, secrets }),
    rotationEndsAt: timestampOrNull(rotation?.endsAtSeconds),
    version,
  };
}

/** Shows secrets by the members that tell them apart. Without `lastUses`, `lastUsedAt` is left out. */
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

/** Shows when a credential was last used. Without `lastUses`, the member is left out. */
export function lastUse(credential: CredentialName, lastUses: LastUses | undefined) {
  return lastUses === undefined ? {} : { lastUsedAt: timestampOrNull(lastUses.get(credentialKey(credential))) };
}

/** Shows the last second whose tokens are revoked, if tokens were revoked by their time of issue. */
function revocationMark({ revokedBeforeSeconds }: { readonly revokedBeforeSeconds?: number | undefined }) {
  return revokedBeforeSeconds === undefined ? undefined : { tokensRevokedUntil: timestamp(revokedBeforeSeconds - 1) };
}

/** Shows seconds since 1970 as an ISO 8601 time. */
export function timestamp(seconds: number): string {
  return new Date(seconds * 1_000).toISOString();
}

/** Shows seconds since 1970 as an ISO 8601 time, and undefined as null. */
export function timestampOrNull(seconds: number | undefined): string | null {
  return seconds === undefined ? null : timestamp(seconds);
}
