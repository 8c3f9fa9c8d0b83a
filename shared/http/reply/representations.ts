import type { CredentialName, LastUses } from '#shared/domain/authentication/ports.ts';
import { credentialKey, KEY_SELECTOR } from '#shared/domain/authentication/usage.ts';
import type { Client, LongLivedToken, Rotation, StoredSecret } from '#shared/domain/records/client.ts';
import type { Page } from '#shared/domain/records/lists.ts';
import type { PermissionReference } from '#shared/domain/records/permissions.ts';
import type { ApplicationRegistration } from '#shared/domain/records/registration.ts';
import { proofOf, registrationOf } from '#shared/domain/registration/registration.ts';

/**
 * Says that a representation has every member of its record: `_rest` must be empty. A representation is a record in the
 * form that the management API shows, with times in ISO 8601, no hashes and nothing internal. The type of the record
 * names the hidden members, as in `Omit<StoredSecret, 'hash'>`. A record with a new member does not compile until the
 * member is shown or named as hidden.
 */
export function nothingLeft(_rest: Readonly<Record<string, never>>): void {}

/** Shows a permission without the id of its API, because a client of the API names it by its identifier. */
export function permissionRepresentation({ api, value, ...rest }: Omit<PermissionReference, 'apiId'>) {
  nothingLeft(rest);
  return { api, value };
}

/** The members that an application does not show: members of other clients, and members with answers of their own. */
type HiddenOfApplication =
  | 'roleIds'
  | 'permissions'
  | 'accessToken'
  | 'key'
  | 'trust'
  | 'apiIds'
  | 'userApiIds'
  | 'isPausedByOwner';

/** Shows an application without its secrets. */
export function applicationRepresentation(client: Client, lastUses?: LastUses) {
  const {
    id,
    subject,
    description,
    registration,
    ownerUserId,
    metadata,
    tokenLifetimeSeconds,
    revokedBeforeSeconds,
    tokenQuota,
    createdAtSeconds,
    createdBy,
    expiresAtSeconds,
    status,
    secrets,
    rotation,
    version,
    ...rest
  }: Omit<Client, HiddenOfApplication> = client;
  nothingLeft(rest);
  if (subject.type !== 'application') throw new Error('This client is not an application.');
  const isSigner = proofOf(client) === 'assertion';
  return {
    clientId: id,
    name: description,
    ownerUserId,
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
    ...rotationMember(rotation),
    ...(isSigner && lastUse({ clientId: id, selector: KEY_SELECTOR }, lastUses)),
    version,
  };
}

/** Shows the keys of a registration as a key set (RFC 7517 §5). */
function registrationRepresentation(registration: ApplicationRegistration) {
  const {
    party,
    tokenEndpointAuthMethod,
    grantTypes,
    redirectUris,
    postLogoutRedirectUris,
    jwks,
    jwksUri,
    tokenEndpointAuthSigningAlg,
    tokenEndpointAudienceAllowed,
    introspectionSignedResponseAlg,
    introspectionEncryptedResponseAlg,
    introspectionEncryptedResponseEnc,
    tlsClientAuthSubjectDn,
    tlsClientAuthSanDns,
    tlsClientAuthSanUri,
    tlsClientAuthSanIp,
    tlsClientAuthSanEmail,
    requirePushedAuthorizationRequests,
    dpopBoundAccessTokens,
    tlsClientCertificateBoundAccessTokens,
    ...rest
  } = registration;
  nothingLeft(rest);
  return {
    party,
    tokenEndpointAuthMethod,
    grantTypes,
    redirectUris,
    postLogoutRedirectUris,
    jwksUri,
    tokenEndpointAuthSigningAlg,
    tokenEndpointAudienceAllowed,
    introspectionSignedResponseAlg,
    introspectionEncryptedResponseAlg,
    introspectionEncryptedResponseEnc,
    tlsClientAuthSubjectDn,
    tlsClientAuthSanDns,
    tlsClientAuthSanUri,
    tlsClientAuthSanIp,
    tlsClientAuthSanEmail,
    requirePushedAuthorizationRequests,
    dpopBoundAccessTokens,
    tlsClientCertificateBoundAccessTokens,
    ...(jwks && { jwks: { keys: jwks } }),
  };
}

/** The members that only applications have. */
type OfApplications = 'apiIds' | 'userApiIds' | 'registration' | 'ownerUserId' | 'isPausedByOwner';

/** The members that credentials of service users do not show, and the members that differ by the type of credential. */
type HiddenOfCredential =
  | OfApplications
  | 'id'
  | 'secrets'
  | 'key'
  | 'trust'
  | 'roleIds'
  | 'permissions'
  | 'accessToken'
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

/** The members that an API token does not show: members of other clients, and members with answers of their own. */
type HiddenOfApiToken =
  | OfApplications
  | 'key'
  | 'trust'
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
    rotation,
    version,
    ...rest
  } = client;
  nothingLeft(rest);
  if (subject.type === 'application' || subject.type === 'serviceUser') throw new Error('This is not an API token.');
  return {
    clientId: id,
    ...kindRepresentation(accessToken),
    description,
    ...('tenantId' in subject && { tenantId: subject.tenantId }),
    ...('userId' in subject ? { userId: subject.userId } : { roleIds }),
    ...(permissions && { permissions: permissions.map(permissionRepresentation) }),
    ...(metadata && { metadata }),
    createdAt: timestamp(createdAtSeconds),
    createdBy,
    expiresAt: timestampOrNull(expiresAtSeconds),
    status,
    secrets: secretRepresentations({ id, secrets }, lastUses),
    ...rotationMember(rotation),
    version,
  };
}

function rotationMember(rotation: Rotation | undefined) {
  return rotation && { rotationEndsAt: timestamp(rotation.endsAtSeconds) };
}

/** Shows the kind of an API token. A long-lived JWT is known by its `jti`, as in introspection and the authorizer. */
function kindRepresentation(accessToken: Omit<LongLivedToken, 'apiId'> | undefined) {
  if (accessToken === undefined) return { kind: 'client_credentials' as const };
  const { api: audience, tokenId, ...rest } = accessToken;
  nothingLeft(rest);
  return { kind: 'access_token' as const, audience, tokenId };
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

/** Shows the moment up to which all issued tokens are revoked. Without a revocation mark, the member is left out. */
export function revocationMark({ revokedBeforeSeconds }: { readonly revokedBeforeSeconds?: number | undefined }) {
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
