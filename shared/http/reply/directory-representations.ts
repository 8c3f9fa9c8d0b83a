import type { PermissionsToGive } from '#shared/domain/directory/permissions-to-give.ts';
import type { ShownRole } from '#shared/domain/directory/roles.ts';
import { callbackOf } from '#shared/domain/identities/provider-login.ts';
import type { IdentityProvider } from '#shared/domain/people-records/identity-provider.ts';
import type { AuditEvent } from '#shared/domain/records/audit.ts';
import type { Api, ClientGrant } from '#shared/domain/records/permissions.ts';
import type { Membership, ServiceUser, Tenant, User } from '#shared/domain/records/principals.ts';
import type { WorkspaceSettings } from '#shared/domain/records/settings.ts';
import { nothingLeft, permissionRepresentation, revocationMark, timestamp } from './representations.ts';

/** Records of the Directory table and events of the audit log, as the management API shows them. */

/** Shows a tenant. @throws Error for a deleted tenant, which no answer shows */
export function tenantRepresentation(record: Tenant) {
  const { id, name, metadata, status, createdAtSeconds, revokedBeforeSeconds, version, ...rest } = record;
  nothingLeft(rest);
  if (status === 'deleted') throw new Error('A deleted tenant is not shown.');
  const createdAt = timestamp(createdAtSeconds);
  return { id, name, metadata, ...revocationMark({ revokedBeforeSeconds }), status, createdAt, version };
}

/** Shows a user. @throws Error for a deleted user, which no answer shows */
export function userRepresentation(record: User) {
  const {
    id,
    email,
    name,
    metadata,
    status,
    createdAtSeconds,
    version,
    isEmailVerified,
    isDeveloper = false,
    signedOutBeforeSeconds: _hidden,
    ...rest
  } = record;
  nothingLeft(rest);
  if (status === 'deleted') throw new Error('A deleted user is not shown.');
  return {
    id,
    email,
    emailVerified: isEmailVerified === true,
    developer: isDeveloper,
    name,
    metadata,
    status,
    createdAt: timestamp(createdAtSeconds),
    version,
  };
}

/** Shows a membership by its tenant and user. Its id stays internal. */
export function memberRepresentation(record: Omit<Membership, 'id'>) {
  const { tenantId, userId, roleIds, createdAtSeconds, version, ...rest } = record;
  nothingLeft(rest);
  return { tenantId, userId, roleIds, createdAt: timestamp(createdAtSeconds), version };
}

/** Shows a role, with its permissions by the identifiers of their APIs. */
export function roleRepresentation(role: ShownRole) {
  const { id, kind, tenantId, key, name, description, level, permissions, createdAtSeconds, version, ...others } = role;
  const { isDefault, ...rest } = others;
  nothingLeft(rest);
  return {
    id,
    kind,
    tenantId,
    key,
    name,
    description,
    level,
    isDefault,
    permissions: permissions.map(permissionRepresentation),
    createdAt: timestamp(createdAtSeconds),
    version,
  };
}

/** Shows an API with its permissions and its rules for tokens. */
export function apiRepresentation(api: Api) {
  const {
    id,
    identifier,
    name,
    signingAlgorithm,
    tokenLifetimeSeconds,
    permissions,
    allowRefreshTokens,
    skipConsent,
    userPermissions,
    dpopBoundAccessTokensRequired,
    acceptsSelfSignedTokens,
    tlsClientCertificateBoundAccessTokens,
    tlsClientCertificateBoundAccessTokensRequired,
    statusList,
    createdAtSeconds,
    version,
    ...rest
  } = api;
  nothingLeft(rest);
  return {
    id,
    identifier,
    name,
    signingAlgorithm,
    tokenLifetimeSeconds,
    permissions,
    allowRefreshTokens,
    skipConsent,
    userPermissions,
    dpopBoundAccessTokensRequired,
    acceptsSelfSignedTokens,
    tlsClientCertificateBoundAccessTokens,
    tlsClientCertificateBoundAccessTokensRequired,
    statusList,
    createdAt: timestamp(createdAtSeconds),
    version,
  };
}

/** Shows the permissions of one API that a caller may give. */
export function permissionsToGiveRepresentation({ api, permissions }: PermissionsToGive) {
  return { api: api.identifier, apiName: api.name, permissions };
}

/** Shows a service user. */
export function serviceUserRepresentation(record: ServiceUser) {
  const { id, tenantId, name, description, roleIds, status, metadata, createdAtSeconds, version, ...rest } = record;
  nothingLeft(rest);
  const createdAt = timestamp(createdAtSeconds);
  return { id, tenantId, name, description, roleIds, status, metadata, createdAt, version };
}

/** Shows a client grant: the permissions that an application may ask for at one API. */
export function clientGrantRepresentation(grant: ClientGrant) {
  const { version, id, clientId, apiId, for: grantee, permissions, createdAtSeconds, ...rest } = grant;
  nothingLeft(rest);
  return { version, id, clientId, apiId, for: grantee, permissions, createdAt: timestamp(createdAtSeconds) };
}

/** Shows the settings without the time of their record. */
export function settingsRepresentation(record: Omit<WorkspaceSettings, 'createdAtSeconds'>) {
  const {
    version,
    revokedBeforeSeconds,
    defaultAudience,
    accessTokens,
    apiTokens,
    signingKeys,
    tokenQuota,
    statusLists,
    refreshTokens,
    sessions,
    signUp,
    developers,
    allowedOrigins,
    ...rest
  } = record;
  nothingLeft(rest);
  return {
    version,
    defaultAudience,
    accessTokens,
    apiTokens,
    signingKeys,
    tokenQuota,
    statusLists,
    refreshTokens,
    sessions,
    signUp,
    developers,
    allowedOrigins,
    ...revocationMark({ revokedBeforeSeconds }),
  };
}

/** Shows an audit event. */
export function auditEventRepresentation(event: AuditEvent) {
  const { type, outcome, timeSeconds, requestId, actor, target, reason, ...rest } = event;
  nothingLeft(rest);
  return { type, outcome, requestId, actor, target, reason, time: timestamp(timeSeconds) };
}

/** Shows an identity provider, with the redirect URI to register there, and without its client secret. */
export function identityProviderRepresentation(record: IdentityProvider, { issuer: own }: { readonly issuer: string }) {
  const { id, name, type, issuer, clientId, sealedSecret: _hidden, trustedDomains, forMembers, ...others } = record;
  const { isEnabled: enabled, createdAtSeconds, version, ...rest } = others;
  nothingLeft(rest);
  return {
    id,
    name,
    type,
    issuer,
    clientId,
    trustedDomains,
    forMembers,
    enabled,
    redirectUri: callbackOf({ id }, { issuer: own }),
    createdAt: timestamp(createdAtSeconds),
    version,
  };
}
