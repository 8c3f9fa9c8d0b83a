import { strongestLevel } from '#shared/domain/access/authority.ts';
import type { GivenConsent } from '#shared/domain/authorization/given-consents.ts';
import { ADDRESS_ID, type NamedIdentity, type OwnIdentities } from '#shared/domain/identities/own-identities.ts';
import type { OwnAuthority, OwnMembership, OwnProfile } from '#shared/domain/login/own-profile.ts';
import type { Session } from '#shared/domain/people-records/session.ts';
import type { Role } from '#shared/domain/records/permissions.ts';
import { permissionsToGiveRepresentation, userRepresentation } from './directory-representations.ts';
import { nothingLeft, timestamp } from './representations.ts';

/** What people see of their own accounts, as the management API shows it. */

/** Shows a consent. What the person declined, and the form of the application from then, stay internal. */
export function consentRepresentation({ consent, applicationName, api }: GivenConsent) {
  const {
    id,
    userId,
    clientId,
    apiId: _api,
    tenantId,
    allowed,
    declined: _declined,
    told,
    applicationDigest: _digest,
    createdAtSeconds,
    version,
    ...rest
  } = consent;
  nothingLeft(rest);
  return {
    id,
    userId,
    clientId,
    applicationName,
    api: api?.identifier,
    tenantId,
    permissions: allowed,
    scopes: told,
    createdAt: timestamp(createdAtSeconds),
    version,
  };
}

/** Shows a person's own account: the user as administrators see it, the memberships, and which API tokens may be made. */
export function ownProfileRepresentation({ user, memberships, workspaceRoles, apiTokens, ...rest }: OwnProfile) {
  nothingLeft(rest);
  return {
    ...userRepresentation(user),
    memberships: memberships.map(membershipMembers),
    ...(workspaceRoles && {
      workspaceRoles: workspaceRoles === 'all' ? ('all' as const) : workspaceRoles.map(heldRole),
    }),
    apiTokens,
  };
}

/** Shows what a person may hand on in one tenant. */
export function ownAuthorityRepresentation({ permissions, assignableRoles, ...membership }: OwnAuthority) {
  return {
    ...membershipMembers(membership),
    permissions: permissions.map(permissionsToGiveRepresentation),
    assignableRoles: assignableRoles.map(heldRole),
  };
}

function membershipMembers({ tenant, roles }: OwnMembership) {
  return {
    tenantId: tenant.id,
    tenantName: tenant.name,
    roles: roles.map(heldRole),
    ...(roles.length > 0 && { level: strongestLevel(roles) }),
  };
}

function heldRole({ id, name, level }: Role) {
  return { id, name, level };
}

/** Shows a live session. `currentId` is the session on which the caller's token depends. */
export function sessionRepresentation(session: Omit<Session, 'endedAtSeconds'>, currentId: string | undefined) {
  const {
    id,
    secretDigest: _digest,
    userId: _user,
    methods,
    identityId: _identity,
    isOfMember: _member,
    startedAtSeconds,
    authenticatedAtSeconds,
    lastSeenAtSeconds,
    source,
    userAgent,
    expiresAtSeconds,
    version: _version,
    ...rest
  } = session;
  nothingLeft(rest);
  return {
    id,
    isCurrent: id === currentId,
    methods,
    source,
    userAgent,
    startedAt: timestamp(startedAtSeconds),
    ...(authenticatedAtSeconds !== undefined && { authenticatedAt: timestamp(authenticatedAtSeconds) }),
    lastSeenAt: timestamp(lastSeenAtSeconds),
    expiresAt: timestamp(expiresAtSeconds),
  };
}

/** Shows the ways in which a user can log in, the address first. */
export function identitiesRepresentation({ user, subjects }: OwnIdentities) {
  const verified = user.isEmailVerified === true;
  const address = { id: ADDRESS_ID, type: 'email', email: user.email, verified } as const;
  return { items: [address, ...subjects.map(subjectRepresentation)] };
}

function subjectRepresentation({ identity, providerName }: NamedIdentity) {
  const {
    id,
    userId: _user,
    providerId,
    issuer,
    subject,
    email,
    createdAtSeconds,
    lastUsedAtSeconds,
    ...others
  } = identity;
  const { version, ...rest } = others;
  nothingLeft(rest);
  return {
    id,
    type: 'provider' as const,
    ...(email !== undefined && { email }),
    verified: true,
    providerId,
    providerName,
    issuer,
    subject,
    linkedAt: timestamp(createdAtSeconds),
    ...(lastUsedAtSeconds !== undefined && { lastUsedAt: timestamp(lastUsedAtSeconds) }),
    version,
  };
}
