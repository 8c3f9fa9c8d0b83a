import * as z from 'zod';
import type { DefaultRoles } from '#shared/domain/directory/default-roles.ts';
import type { JsonObject } from '#shared/domain/json.ts';
import type { SigningKeys } from '#shared/domain/keys/signing-key.ts';
import type { SigningSecrets } from '#shared/domain/keys/signing-secrets.ts';
import type { ApiTokenRoster, Client } from '#shared/domain/records/client.ts';
import type { Api, ClientGrant, NameClaim, Role } from '#shared/domain/records/permissions.ts';
import type { Membership, ServiceUser, Tenant, User } from '#shared/domain/records/principals.ts';
import type { DirectoryKind, RecordKind } from '#shared/domain/records/record-key.ts';
import { CLIENT_CREDENTIALS, grantTypes, trustAlgorithms } from '#shared/domain/records/registration.ts';
import type { Removal } from '#shared/domain/records/removals.ts';
import {
  DEFAULT_REFRESH_TOKENS,
  DEFAULT_ROTATION,
  UNLIMITED,
  type WorkspaceSettings,
} from '#shared/domain/records/settings.ts';
import { authenticationMethods } from '#shared/domain/registration/authentication-methods.ts';
import { exactly } from '../../exactly.ts';
import { signingKeysSchema } from './signing-keys-schema.ts';

/** Schemas of stored records. Each record is parsed, because another version of the product may have written it. */

const seconds = z.int();

const versioned = { version: z.int(), createdAtSeconds: seconds };

const status = z.enum(['active', 'disabled']);

const metadata = z.string().transform((text) => JSON.parse(text) as JsonObject);

const signingAlgorithm = z.enum(['RS256', 'PS256', 'ES256', 'EdDSA']);

const clientKeyAlgorithm = z.enum(['RS256', 'ES256']);

const permissionReference = z.object({ apiId: z.string(), api: z.string(), value: z.string() });

const permission = z.object({ value: z.string(), description: z.string().optional() });

const tokenQuota = z.object({ perHour: z.int().nullable(), perDay: z.int().nullable(), enforce: z.boolean() });

const apiTokenKinds = z.array(z.enum(['client_credentials', 'access_token']));

const deleted = z.discriminatedUnion('type', [
  z.object({ type: z.literal('tenant'), tenantId: z.string() }),
  z.object({ type: z.literal('user'), userId: z.string(), email: z.string() }),
  z.object({ type: z.literal('membership'), tenantId: z.string(), userId: z.string(), membershipId: z.string() }),
  z.object({ type: z.literal('serviceUser'), tenantId: z.string(), serviceUserId: z.string() }),
  z.object({ type: z.literal('application'), clientId: z.string() }),
  z.object({ type: z.literal('api'), apiId: z.string() }),
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
  readonly roster: ApiTokenRoster;
}

const directorySchemas: { readonly [Kind in DirectoryKind]: z.ZodType<DirectoryRecords[Kind]> } = {
  tenant: exactly<Tenant>()(
    z.object({
      ...versioned,
      id: z.string(),
      name: z.string(),
      status: z.enum(['active', 'disabled', 'deleted']),
      metadata: metadata.optional(),
      revokedBeforeSeconds: seconds.optional(),
    }),
  ),
  user: exactly<User>()(
    z.object({
      ...versioned,
      id: z.string(),
      email: z.string(),
      name: z.string().optional(),
      status: z.enum(['active', 'disabled', 'deleted']),
      metadata: metadata.optional(),
    }),
  ),
  membership: exactly<Membership>()(
    z.object({
      ...versioned,
      id: z.string(),
      tenantId: z.string(),
      userId: z.string(),
      roleIds: z.array(z.string()),
    }),
  ),
  serviceUser: exactly<ServiceUser>()(
    z.object({
      ...versioned,
      id: z.string(),
      tenantId: z.string(),
      name: z.string(),
      description: z.string().optional(),
      roleIds: z.array(z.string()),
      status,
      metadata: metadata.optional(),
    }),
  ),
  role: exactly<Role>()(
    z.object({
      ...versioned,
      id: z.string(),
      tenantId: z.string().optional(),
      key: z.string(),
      name: z.string(),
      description: z.string().optional(),
      level: z.int(),
      permissions: z.array(permissionReference),
    }),
  ),
  defaultRoles: exactly<DefaultRoles>()(z.object({ ...versioned, roleIds: z.array(z.string()) })),
  api: exactly<Api>()(
    z.object({
      ...versioned,
      id: z.string(),
      identifier: z.string(),
      name: z.string(),
      signingAlgorithm: z.enum([...signingAlgorithm.options, 'HS256']),
      tokenLifetimeSeconds: seconds,
      permissions: z.array(permission),
      allowRefreshTokens: z.boolean().default(false),
      skipConsent: z.boolean().default(false),
      dpopBoundAccessTokensRequired: z.boolean().default(false),
      acceptsSelfSignedTokens: z.boolean().default(false),
      tlsClientCertificateBoundAccessTokens: z.boolean().default(false),
      tlsClientCertificateBoundAccessTokensRequired: z.boolean().default(false),
      statusList: z.boolean().default(false),
    }),
  ),
  grant: exactly<ClientGrant>()(
    z.object({
      ...versioned,
      id: z.string(),
      clientId: z.string(),
      apiId: z.string(),
      permissions: z.union([z.literal('all'), z.array(z.string())]),
    }),
  ),
  name: exactly<NameClaim>()(z.object({ ...versioned, ownerId: z.string() })),
  removal: exactly<Removal>()(z.object({ ...versioned, id: z.string(), deleted })),
  settings: exactly<WorkspaceSettings>()(
    z.object({
      ...versioned,
      revokedBeforeSeconds: seconds.optional(),
      defaultAudience: z.string().nullable(),
      accessTokens: z.object({ lifetimeSeconds: seconds, maxLifetimeSeconds: seconds }),
      apiTokens: z.object({
        kinds: z.object({ tenant: apiTokenKinds, user: apiTokenKinds }),
        maxLive: z.int().nullable(),
        lifetimeSeconds: seconds.nullable(),
        maxLifetimeSeconds: seconds.nullable(),
      }),
      signingKeys: z
        .object({
          mode: z.enum(['kms', 'wrapped']),
          rotationSeconds: seconds,
          leadSeconds: seconds,
          retentionSeconds: seconds,
        })
        .default(DEFAULT_ROTATION),
      tokenQuota: tokenQuota.default(UNLIMITED),
      statusLists: z.object({ ttlSeconds: seconds }).default({ ttlSeconds: 30 }),
      refreshTokens: z
        .object({
          lifetimeSeconds: seconds,
          idleLifetimeSeconds: seconds,
          graceSeconds: seconds,
          maxLivePerClient: z.int(),
        })
        .default(DEFAULT_REFRESH_TOKENS),
    }),
  ),
  signingKeys: signingKeysSchema,
  signingSecrets: exactly<SigningSecrets>()(
    z.object({
      ...versioned,
      secrets: z.array(
        z.object({ kid: z.string(), wrapped: z.string(), signsFromSeconds: seconds, createdBy: z.string() }),
      ),
    }),
  ),
  roster: exactly<ApiTokenRoster>()(
    z.object({ ...versioned, entries: z.array(z.object({ clientId: z.string(), addedAtSeconds: seconds })) }),
  ),
};

/** Returns the schema of a kind. A test of types compares the types of all keys with `DirectoryRecords`. */
export function schemaOf<Kept>({ kind }: RecordKind<DirectoryKind, Kept>): z.ZodType<Kept> {
  return directorySchemas[kind] as z.ZodType<Kept>;
}

const subject = z.discriminatedUnion('type', [
  z.object({ type: z.literal('application') }),
  z.object({ type: z.literal('tenant'), tenantId: z.string() }),
  z.object({ type: z.literal('serviceUser'), tenantId: z.string(), serviceUserId: z.string() }),
  z.object({ type: z.literal('user'), tenantId: z.string(), userId: z.string(), membershipId: z.string() }),
]);

const storedSecret = z.object({
  selector: z.string(),
  hash: z.string(),
  lastFour: z.string(),
  imported: z.literal(true).optional(),
  title: z.string().optional(),
  createdBy: z.string(),
  createdAtSeconds: seconds,
  expiresAtSeconds: seconds.optional(),
});

const storedKey = z.object({ algorithm: clientKeyAlgorithm, jwk: z.record(z.string(), z.string()) });

const claimPath = z.union([z.string(), z.array(z.string())]);

const trust = z.object({
  issuer: z.string(),
  audience: z.string(),
  algorithms: z.array(z.enum(trustAlgorithms)),
  conditions: z.array(
    z.union([
      z.object({ claim: claimPath, equals: z.string() }),
      z.object({ claim: claimPath, startsWith: z.string() }),
    ]),
  ),
  jwksUri: z.string().optional(),
  jwks: z.array(z.record(z.string(), z.string())).optional(),
  reusable: z.boolean(),
});

const rotation = z.object({
  selector: z.string(),
  endsAtSeconds: seconds,
  before: z.array(z.object({ selector: z.string(), expiresAtSeconds: seconds.optional() })),
});

const registration = z.object({
  party: z.enum(['first', 'third']),
  tokenEndpointAuthMethod: z.enum(authenticationMethods),
  grantTypes: z.array(z.enum(grantTypes)).default([CLIENT_CREDENTIALS]),
  redirectUris: z.array(z.string()),
  jwks: z.array(z.record(z.string(), z.string())).optional(),
  jwksUri: z.string().optional(),
  tokenEndpointAuthSigningAlg: signingAlgorithm.optional(),
  tlsClientAuthSubjectDn: z.string().optional(),
  tlsClientAuthSanDns: z.string().optional(),
  tlsClientAuthSanUri: z.string().optional(),
  tlsClientAuthSanIp: z.string().optional(),
  tlsClientAuthSanEmail: z.string().optional(),
  dpopBoundAccessTokens: z.boolean().optional(),
  tlsClientCertificateBoundAccessTokens: z.boolean().optional(),
});

/** The stored form of a client in the Clients table. */
export const clientSchema = exactly<Client>()(
  z.object({
    ...versioned,
    id: z.string(),
    subject,
    description: z.string(),
    metadata: metadata.optional(),
    roleIds: z.array(z.string()),
    permissions: z.array(permissionReference).optional(),
    accessToken: z.object({ tokenId: z.string(), apiId: z.string(), api: z.string() }).optional(),
    apiIds: z.array(z.string()),
    registration: registration.optional(),
    secrets: z.array(storedSecret),
    key: storedKey.optional(),
    trust: trust.optional(),
    rotation: rotation.optional(),
    revokedBeforeSeconds: seconds.optional(),
    status,
    createdBy: z.string(),
    expiresAtSeconds: seconds.optional(),
    tokenLifetimeSeconds: seconds.optional(),
    tokenQuota: tokenQuota.optional(),
  }),
);

/** Returns the stored form of a record. Metadata is JSON text: DynamoDB refuses some of JSON's numbers and names. */
export function storable(record: object): Readonly<Record<string, unknown>> {
  const hasMetadata = 'metadata' in record && record.metadata !== undefined;
  return { ...record, ...(hasMetadata && { metadata: JSON.stringify(record.metadata) }) };
}
