import * as z from 'zod';
import type { DefaultRoles } from '#shared/domain/directory/default-roles.ts';
import type { SigningKeys } from '#shared/domain/keys/signing-key.ts';
import type { SigningSecret, SigningSecrets } from '#shared/domain/keys/signing-secrets.ts';
import type { Consent } from '#shared/domain/people-records/consent.ts';
import type { Identity } from '#shared/domain/people-records/identity.ts';
import { type IdentityProvider, identityProviderTypes } from '#shared/domain/people-records/identity-provider.ts';
import type { Invitation, InvitedRole, Inviter } from '#shared/domain/people-records/invitation.ts';
import type { FullMembers, WorkspaceMember } from '#shared/domain/people-records/workspace-member.ts';
import type { ClientRoster } from '#shared/domain/records/client.ts';
import {
  type Api,
  type ClientGrant,
  grantees,
  type NameClaim,
  type Permission,
  type Role,
  roleKinds,
  userPermissionRules,
} from '#shared/domain/records/permissions.ts';
import type { Membership, ServiceUser, Tenant, User } from '#shared/domain/records/principals.ts';
import type { DirectoryKind, RecordKind } from '#shared/domain/records/record-key.ts';
import type { Deleted, Removal } from '#shared/domain/records/removals.ts';
import type { WorkspaceSettings } from '#shared/domain/records/settings.ts';
import type { BranchShapeOf, ShapeOf } from '#shared/shape-of.ts';
import { settingsSchema } from './settings-schema.ts';
import { signingKeysSchema } from './signing-keys-schema.ts';
import { metadata, permissionReference, seconds, signingAlgorithm, status, versioned } from './stored-members.ts';

/** Schemas of stored records. Each record is parsed, because another version of the product may have written it. */

const permission = z.object({ value: z.string(), description: z.string().optional() } satisfies ShapeOf<Permission>);

const invitedRole = z.object({
  id: z.string(),
  level: z.int(),
  permissions: z.array(z.string()),
} satisfies ShapeOf<InvitedRole>);

const deleted = z.discriminatedUnion('type', [
  z.object({ type: z.literal('tenant'), tenantId: z.string() } satisfies BranchShapeOf<Deleted, 'tenant'>),
  z.object({ type: z.literal('user'), userId: z.string(), email: z.string() } satisfies BranchShapeOf<Deleted, 'user'>),
  z.object({
    type: z.literal('membership'),
    tenantId: z.string(),
    userId: z.string(),
    membershipId: z.string(),
  } satisfies BranchShapeOf<Deleted, 'membership'>),
  z.object({
    type: z.literal('workspaceMember'),
    userId: z.string(),
    membershipId: z.string(),
  } satisfies BranchShapeOf<Deleted, 'workspaceMember'>),
  z.object({
    type: z.literal('serviceUser'),
    tenantId: z.string(),
    serviceUserId: z.string(),
  } satisfies BranchShapeOf<Deleted, 'serviceUser'>),
  z.object({ type: z.literal('application'), clientId: z.string() } satisfies BranchShapeOf<Deleted, 'application'>),
  z.object({ type: z.literal('api'), apiId: z.string() } satisfies BranchShapeOf<Deleted, 'api'>),
]);

/** The type of the records of each kind in the Directory table. The keys of a kind have the same type. */
export interface DirectoryRecords {
  readonly tenant: Tenant;
  readonly user: User;
  readonly membership: Membership;
  readonly serviceUser: ServiceUser;
  readonly role: Role;
  readonly defaultRoles: DefaultRoles;
  readonly api: Api;
  readonly grant: ClientGrant;
  readonly name: NameClaim;
  readonly removal: Removal;
  readonly settings: WorkspaceSettings;
  readonly signingKeys: SigningKeys;
  readonly signingSecrets: SigningSecrets;
  readonly roster: ClientRoster;
  readonly consent: Consent;
  readonly workspaceMember: WorkspaceMember;
  readonly fullMembers: FullMembers;
  readonly invitation: Invitation;
  readonly identityProvider: IdentityProvider;
  readonly identity: Identity;
}

const directorySchemas: { readonly [Kind in DirectoryKind]: z.ZodType<DirectoryRecords[Kind]> } = {
  tenant: z.object({
    ...versioned,
    id: z.string(),
    name: z.string(),
    status: z.enum(['active', 'disabled', 'deleted']),
    metadata: metadata.optional(),
    revokedBeforeSeconds: seconds.optional(),
  } satisfies ShapeOf<Tenant>),
  user: z.object({
    ...versioned,
    id: z.string(),
    email: z.string(),
    name: z.string().optional(),
    status: z.enum(['active', 'disabled', 'deleted']),
    metadata: metadata.optional(),
    isEmailVerified: z.literal(true).optional(),
    isDeveloper: z.literal(true).optional(),
    signedOutBeforeSeconds: seconds.optional(),
  } satisfies ShapeOf<User>),
  membership: z.object({
    ...versioned,
    id: z.string(),
    tenantId: z.string(),
    userId: z.string(),
    roleIds: z.array(z.string()),
  } satisfies ShapeOf<Membership>),
  serviceUser: z.object({
    ...versioned,
    id: z.string(),
    tenantId: z.string(),
    name: z.string(),
    description: z.string().optional(),
    roleIds: z.array(z.string()),
    status,
    metadata: metadata.optional(),
  } satisfies ShapeOf<ServiceUser>),
  role: z.object({
    ...versioned,
    id: z.string(),
    kind: z.enum(roleKinds).default('tenant'),
    tenantId: z.string().optional(),
    key: z.string(),
    name: z.string(),
    description: z.string().optional(),
    level: z.int(),
    permissions: z.array(permissionReference),
  } satisfies ShapeOf<Role>),
  defaultRoles: z.object({ ...versioned, roleIds: z.array(z.string()) } satisfies ShapeOf<DefaultRoles>),
  api: z.object({
    ...versioned,
    id: z.string(),
    identifier: z.string(),
    name: z.string(),
    signingAlgorithm: z.enum([...signingAlgorithm.options, 'HS256']),
    tokenLifetimeSeconds: seconds,
    permissions: z.array(permission),
    allowRefreshTokens: z.boolean().default(false),
    skipConsent: z.boolean().default(false),
    userPermissions: z.enum(userPermissionRules).default('roles'),
    dpopBoundAccessTokensRequired: z.boolean().default(false),
    acceptsSelfSignedTokens: z.boolean().default(false),
    tlsClientCertificateBoundAccessTokens: z.boolean().default(false),
    tlsClientCertificateBoundAccessTokensRequired: z.boolean().default(false),
    statusList: z.boolean().default(false),
  } satisfies ShapeOf<Api>),
  grant: z.object({
    ...versioned,
    id: z.string(),
    clientId: z.string(),
    apiId: z.string(),
    for: z.enum(grantees).default('client'),
    permissions: z.union([z.literal('all'), z.array(z.string())]),
  } satisfies ShapeOf<ClientGrant>),
  name: z.object({ ...versioned, ownerId: z.string() } satisfies ShapeOf<NameClaim>),
  removal: z.object({ ...versioned, id: z.string(), deleted } satisfies ShapeOf<Removal>),
  settings: settingsSchema,
  signingKeys: signingKeysSchema,
  signingSecrets: z.object({
    ...versioned,
    secrets: z.array(
      z.object({
        kid: z.string(),
        wrapped: z.string(),
        signsFromSeconds: seconds,
        createdBy: z.string(),
      } satisfies ShapeOf<SigningSecret>),
    ),
  } satisfies ShapeOf<SigningSecrets>),
  roster: z.object({
    ...versioned,
    entries: z.array(
      z.object({ clientId: z.string(), addedAtSeconds: seconds } satisfies ShapeOf<ClientRoster['entries'][number]>),
    ),
  } satisfies ShapeOf<ClientRoster>),
  consent: z.object({
    ...versioned,
    id: z.string(),
    userId: z.string(),
    clientId: z.string(),
    apiId: z.string().optional(),
    tenantId: z.string().optional(),
    allowed: z.array(z.string()),
    declined: z.array(z.string()),
    told: z.array(z.string()).default([]),
    applicationDigest: z.string(),
  } satisfies ShapeOf<Consent>),
  workspaceMember: z.object({
    ...versioned,
    id: z.string(),
    userId: z.string(),
    roleIds: z.union([z.literal('all'), z.array(z.string())]),
  } satisfies ShapeOf<WorkspaceMember>),
  fullMembers: z.object({ ...versioned, userIds: z.array(z.string()) } satisfies ShapeOf<FullMembers>),
  invitation: z.object({
    ...versioned,
    id: z.string(),
    tenantId: z.string().optional(),
    email: z.string(),
    roles: z.union([z.literal('all'), z.array(invitedRole)]),
    invitedBy: z.object({ clientId: z.string(), subject: z.string() } satisfies ShapeOf<Inviter>),
    expiresAtSeconds: seconds,
    acceptedAtSeconds: seconds.optional(),
  } satisfies ShapeOf<Invitation>),
  identityProvider: z.object({
    ...versioned,
    id: z.string(),
    name: z.string(),
    type: z.enum(identityProviderTypes),
    issuer: z.string(),
    clientId: z.string(),
    sealedSecret: z.string(),
    trustedDomains: z.array(z.string()),
    forMembers: z.boolean(),
    isEnabled: z.boolean(),
  } satisfies ShapeOf<IdentityProvider>),
  identity: z.object({
    ...versioned,
    id: z.string(),
    userId: z.string(),
    providerId: z.string(),
    issuer: z.string(),
    subject: z.string(),
    email: z.string().optional(),
    lastUsedAtSeconds: seconds.optional(),
  } satisfies ShapeOf<Identity>),
};

/** Returns the schema of a kind. A test of types compares the types of all keys with `DirectoryRecords`. */
export function schemaOf<Kept>({ kind }: RecordKind<DirectoryKind, Kept>): z.ZodType<Kept> {
  return directorySchemas[kind] as z.ZodType<Kept>;
}
