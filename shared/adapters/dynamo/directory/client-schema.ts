import * as z from 'zod';
import type {
  Client,
  LongLivedToken,
  Rotation,
  StoredKey,
  StoredSecret,
  Subject,
} from '#shared/domain/records/client.ts';
import {
  type ApplicationRegistration,
  CLIENT_CREDENTIALS,
  type ClaimCondition,
  contentEncryptions,
  encryptionAlgorithms,
  grantTypes,
  type Trust,
  trustAlgorithms,
} from '#shared/domain/records/registration.ts';
import { authenticationMethods } from '#shared/domain/registration/authentication-methods.ts';
import type { BranchShapeOf, ShapeOf } from '#shared/shape-of.ts';
import {
  metadata,
  permissionReference,
  seconds,
  signingAlgorithm,
  status,
  tokenQuota,
  versioned,
} from './stored-members.ts';

const subject = z.discriminatedUnion('type', [
  z.object({ type: z.literal('application') } satisfies BranchShapeOf<Subject, 'application'>),
  z.object({ type: z.literal('tenant'), tenantId: z.string() } satisfies BranchShapeOf<Subject, 'tenant'>),
  z.object({
    type: z.literal('serviceUser'),
    tenantId: z.string(),
    serviceUserId: z.string(),
  } satisfies BranchShapeOf<Subject, 'serviceUser'>),
  z.object({
    type: z.literal('user'),
    tenantId: z.string(),
    userId: z.string(),
    membershipId: z.string(),
  } satisfies BranchShapeOf<Subject, 'user'>),
  z.object({
    type: z.literal('workspaceMember'),
    userId: z.string(),
    membershipId: z.string(),
  } satisfies BranchShapeOf<Subject, 'workspaceMember'>),
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
} satisfies ShapeOf<StoredSecret>);

const clientKeyAlgorithm = z.enum(['RS256', 'ES256']);

const storedKey = z.object({
  algorithm: clientKeyAlgorithm,
  jwk: z.record(z.string(), z.string()),
} satisfies ShapeOf<StoredKey>);

const claimPath = z.union([z.string(), z.array(z.string())]);

type EqualsCondition = Extract<ClaimCondition, { readonly equals: string }>;

type StartsWithCondition = Extract<ClaimCondition, { readonly startsWith: string }>;

const trust = z.object({
  issuer: z.string(),
  audience: z.string(),
  algorithms: z.array(z.enum(trustAlgorithms)),
  conditions: z.array(
    z.union([
      z.object({ claim: claimPath, equals: z.string() } satisfies ShapeOf<EqualsCondition>),
      z.object({ claim: claimPath, startsWith: z.string() } satisfies ShapeOf<StartsWithCondition>),
    ]),
  ),
  jwksUri: z.string().optional(),
  jwks: z.array(z.record(z.string(), z.string())).optional(),
  reusable: z.boolean(),
} satisfies ShapeOf<Trust>);

const rotation = z.object({
  selector: z.string(),
  endsAtSeconds: seconds,
  before: z.array(
    z.object({
      selector: z.string(),
      expiresAtSeconds: seconds.optional(),
    } satisfies ShapeOf<Rotation['before'][number]>),
  ),
} satisfies ShapeOf<Rotation>);

const registration = z.object({
  party: z.enum(['first', 'third']),
  tokenEndpointAuthMethod: z.enum(authenticationMethods),
  grantTypes: z.array(z.enum(grantTypes)).default([CLIENT_CREDENTIALS]),
  redirectUris: z.array(z.string()),
  postLogoutRedirectUris: z.array(z.string()).default([]),
  jwks: z.array(z.record(z.string(), z.string())).optional(),
  jwksUri: z.string().optional(),
  tokenEndpointAuthSigningAlg: signingAlgorithm.optional(),
  tokenEndpointAudienceAllowed: z.boolean().optional(),
  introspectionSignedResponseAlg: signingAlgorithm.optional(),
  introspectionEncryptedResponseAlg: z.enum(encryptionAlgorithms).optional(),
  introspectionEncryptedResponseEnc: z.enum(contentEncryptions).optional(),
  tlsClientAuthSubjectDn: z.string().optional(),
  tlsClientAuthSanDns: z.string().optional(),
  tlsClientAuthSanUri: z.string().optional(),
  tlsClientAuthSanIp: z.string().optional(),
  tlsClientAuthSanEmail: z.string().optional(),
  requirePushedAuthorizationRequests: z.boolean().optional(),
  dpopBoundAccessTokens: z.boolean().optional(),
  tlsClientCertificateBoundAccessTokens: z.boolean().optional(),
} satisfies ShapeOf<ApplicationRegistration>);

/** The stored form of a client in the Clients table. */
export const clientSchema = z.object({
  ...versioned,
  id: z.string(),
  subject,
  description: z.string(),
  metadata: metadata.optional(),
  roleIds: z.array(z.string()),
  permissions: z.array(permissionReference).optional(),
  accessToken: z
    .object({ tokenId: z.string(), apiId: z.string(), api: z.string() } satisfies ShapeOf<LongLivedToken>)
    .optional(),
  apiIds: z.array(z.string()),
  userApiIds: z.array(z.string()).optional(),
  registration: registration.optional(),
  ownerUserId: z.string().optional(),
  isPausedByOwner: z.literal(true).optional(),
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
} satisfies ShapeOf<Client>);
