import type { Versioned } from './lifecycle.ts';
import type { RecordKey, RecordList } from './record-key.ts';

/** A permission of one API, as a role or a client refers to it. */
export interface PermissionReference {
  readonly apiId: string;
  /** The API's identifier, kept to be shown. */
  readonly api: string;
  readonly value: string;
}

/** The kinds of roles: those that are assigned in tenants, and those of the workspace, which no tenant ever assigns. */
export const roleKinds = ['tenant', 'workspace'] as const;

/** One of `roleKinds`. */
export type RoleKind = (typeof roleKinds)[number];

/** A named set of permissions. A smaller `level` is stronger. */
export interface Role extends Versioned {
  readonly id: string;
  /** Whether members, service users and API tokens of tenants can have the role, or members of the workspace. */
  readonly kind: RoleKind;
  /** The only tenant in which the role can be assigned; undefined for a role that every tenant can assign. */
  readonly tenantId?: string | undefined;
  readonly key: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly level: number;
  readonly permissions: readonly PermissionReference[];
}

/** How many roles a principal may get. The default roles of a new member are as many at most. */
export const ROLES_MAX = 20;

/** How many bytes the permissions of one role may have as they are stored: about 75 permissions. */
export const ROLE_BYTES_MAX = 8_192;

/** How many bytes the permissions of an API token may have that has them one by one, in the place of roles. */
export const PERMISSIONS_BYTES_MAX = 32_768;

/**
 * How many bytes the permissions of all roles may have that a principal gets. It is the product of the other limits, so
 * roles that grow after they were assigned stay below it.
 */
export const AUTHORITY_BYTES_MAX = ROLES_MAX * ROLE_BYTES_MAX;

/** How many bytes permissions have as they are stored. Identifiers and values have ASCII characters only. */
export function bytesOf(permissions: readonly PermissionReference[]): number {
  return JSON.stringify(permissions).length;
}

/** Names the record of a role. (The role's own `key` is its name for people and programs.) */
export function roleRecordKey(id: string): RecordKey<'role', Role> {
  return { kind: 'role', id };
}

/** Names the list of a tenant's roles, or without a tenant of the workspace's roles. */
export function roleList(tenantId: string | undefined): RecordList<'role', Role> {
  return { kind: 'role', owner: tenantId === undefined ? undefined : { tenantId } };
}

/** A permission that an API declares; `value` is its name in scopes and tokens. */
export interface Permission {
  readonly value: string;
  readonly description?: string | undefined;
}

/** The algorithms of the workspace's signing keys (RFC 7518 §3.1; `EdDSA` with Ed25519, RFC 8037 §3.1). */
export type SigningAlgorithm = 'RS256' | 'PS256' | 'ES256' | 'EdDSA';

/**
 * The algorithms that can sign an API's tokens. HS256 uses a secret that the API shares, if the deployment allows it.
 */
export type ApiSigningAlgorithm = SigningAlgorithm | 'HS256';

/** The rules of an API for binding access tokens to the client that uses them. */
export interface BindingRules {
  /** Whether the API accepts only access tokens that are bound to a key by DPoP (RFC 9728 §2). */
  readonly dpopBoundAccessTokensRequired: boolean;
  /** Whether an access token is bound to the client certificate of the connection that requests it (RFC 9728 §2). */
  readonly tlsClientCertificateBoundAccessTokens: boolean;
  /** Whether the API accepts only access tokens that are bound to a certificate. */
  readonly tlsClientCertificateBoundAccessTokensRequired: boolean;
}

/** The ways in which an API decides what users may do there. */
export const userPermissionRules = ['roles', 'all'] as const;

/** One of `userPermissionRules`. */
export type UserPermissions = (typeof userPermissionRules)[number];

/** A resource server. `identifier` is the audience of its tokens and never changes. */
export interface Api extends Versioned, BindingRules {
  readonly id: string;
  readonly identifier: string;
  readonly name: string;
  readonly signingAlgorithm: ApiSigningAlgorithm;
  readonly tokenLifetimeSeconds: number;
  readonly permissions: readonly Permission[];
  /** Whether a client that requests the scope `offline_access` gets a refresh token for this API. */
  readonly allowRefreshTokens: boolean;
  /** Whether a first-party application may act for users at this API without asking them. */
  readonly skipConsent: boolean;
  /** What users may do at this API through applications: what their roles permit, or all that the API declares. */
  readonly userPermissions: UserPermissions;
  /** Whether status lists contain its access tokens, so that verifiers learn of revocations without introspection. */
  readonly statusList: boolean;
  /** Whether the API also accepts JWTs that service users sign themselves. */
  readonly acceptsSelfSignedTokens: boolean;
}

/** Names the record of an API. (The name `apiKey` would suggest a credential.) */
export function apiRecordKey(id: string): RecordKey<'api', Api> {
  return { kind: 'api', id };
}

/** Names the list of all APIs. */
export const apiList: RecordList<'api', Api> = { kind: 'api', owner: undefined };

/**
 * The id of the management API. It stays the same when the issuer moves to another host, so grants and roles stay
 * valid.
 */
export const SYSTEM_API_ID = 'api_0000000000000000000000';

/** Whom a client grant is for: the application itself (`client`), or the people who use it (`user`). */
export const grantees = ['client', 'user'] as const;

/** One of `grantees`. */
export type Grantee = (typeof grantees)[number];

/**
 * The permissions that one application may request at one API, either for itself or for its users. They are an upper
 * limit. A grant for users gives nothing to the application itself.
 */
export interface ClientGrant extends Versioned {
  readonly id: string;
  readonly clientId: string;
  readonly apiId: string;
  readonly for: Grantee;
  readonly permissions: readonly string[] | 'all';
}

/** Names the client grant of an application for an API. The names of grants for the application itself are older. */
export function grantKey(
  clientId: string,
  apiId: string,
  grantee: Grantee = 'client',
): RecordKey<'grant', ClientGrant> {
  const ofClient = `${clientId}/${apiId}`;
  return { kind: 'grant', id: grantee === 'client' ? ofClient : `${ofClient}/${grantee}` };
}

/** Names the list of an application's client grants. */
export function grantList(clientId: string): RecordList<'grant', ClientGrant> {
  return { kind: 'grant', owner: { clientId } };
}

/** A claim on a unique name: the name (an e-mail address, a role key, an API identifier) belongs to one record. */
export interface NameClaim extends Versioned {
  readonly ownerId: string;
}

/** Names the claim on a unique name, for example `email/ada@example.com`. */
export function nameKey(space: 'email' | 'role' | 'api' | 'administrator', name: string): RecordKey<'name', NameClaim> {
  return { kind: 'name', id: `${space}/${name}` };
}

/** Names the claim on a role's key. A key is unique within one tenant, or among the roles of the workspace. */
export function roleNameKey({ tenantId, key }: Pick<Role, 'tenantId' | 'key'>): RecordKey<'name', NameClaim> {
  return nameKey('role', tenantId === undefined ? key : `${tenantId}/${key}`);
}

/** The longest identifier that an API can have. A key of DynamoDB has at most 2,048 bytes. */
export const API_IDENTIFIER_CHARACTERS_MAX = 256;

/**
 * Names the claim on an API identifier. Identifiers that differ only in case or in slashes at the end share one claim,
 * because a verifier might compare them without these differences (G8).
 */
export function apiNameKey(identifier: string): RecordKey<'name', NameClaim> {
  return nameKey('api', identifier.toLowerCase().replace(/\/+$/, ''));
}
