import type { BindingRules } from './confirmation.ts';
import type { ApplicationRegistration } from './registration.ts';
import type { Removal } from './removals.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { SigningSecrets } from './signing-secrets.ts';
import type { Trust } from './trust.ts';
import type { WorkspaceSettings } from './workspace-settings.ts';

export type { WorkspaceSettings } from './workspace-settings.ts';

/** The records that Mintmark keeps. Times are seconds since 1970, UTC. */

/** What every record that can change carries: `version` grows by one with each change. */
export interface Versioned {
  readonly version: number;
  readonly createdAtSeconds: number;
}

/** A customer organisation. A deleted one is kept as a nameless mark, so that its id can never come back to life. */
export interface Tenant extends Versioned {
  readonly id: string;
  readonly name: string;
  readonly status: 'active' | 'disabled' | 'deleted';
  readonly metadata?: JsonObject | undefined;
  /** Its tokens that were issued before this moment are worth nothing. */
  readonly revokedBeforeSeconds?: number | undefined;
}

/** A person, a member of any number of tenants. A deleted one is kept as a mark too, without name and address. */
export interface User extends Versioned {
  readonly id: string;
  readonly email: string;
  readonly name?: string | undefined;
  readonly status: 'active' | 'disabled' | 'deleted';
  readonly metadata?: JsonObject | undefined;
}

/** A user's place in a tenant. `id` is new whenever somebody joins again, so credentials of the first time stay dead. */
export interface Membership extends Versioned {
  readonly id: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly roleIds: readonly string[];
}

/** A machine principal inside one tenant. */
export interface ServiceUser extends Versioned {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly roleIds: readonly string[];
  readonly status: 'active' | 'disabled';
  readonly metadata?: JsonObject | undefined;
}

/** A permission of an API as a role or a grant names it. */
export interface PermissionReference {
  readonly apiId: string;
  /** The API's identifier, kept for showing. */
  readonly api: string;
  readonly value: string;
}

/** A named set of permissions. A smaller `level` is stronger. */
export interface Role extends Versioned {
  readonly id: string;
  /** The only tenant that it can be assigned in; undefined for a role of the whole workspace. */
  readonly tenantId?: string | undefined;
  readonly key: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly level: number;
  readonly permissions: readonly PermissionReference[];
}

/** Which roles, of the workspace or of one tenant, new members get who are given no others. */
export interface DefaultRoles extends Versioned {
  /** May name roles that were deleted since. */
  readonly roleIds: readonly string[];
}

export interface Permission {
  readonly value: string;
  readonly description?: string | undefined;
}

/** Algorithms that signing keys are kept for (RFC 7518 §3.1; `EdDSA` with Ed25519, RFC 8037 §3.1). */
export type SigningAlgorithm = 'RS256' | 'PS256' | 'ES256' | 'EdDSA';

/** What an API's tokens can be signed with; HS256 by a secret that the API shares, where the deployment allows that. */
export type ApiSigningAlgorithm = SigningAlgorithm | 'HS256';

/** Those of them that keys of service users are made and taken for. */
export type ClientKeyAlgorithm = Extract<SigningAlgorithm, 'RS256' | 'ES256'>;

/** A resource server; `identifier` is the audience of its tokens and never changes. */
export interface Api extends Versioned, BindingRules {
  readonly id: string;
  readonly identifier: string;
  readonly name: string;
  readonly signingAlgorithm: ApiSigningAlgorithm;
  readonly tokenLifetimeSeconds: number;
  readonly permissions: readonly Permission[];
  /** Whether whoever asks for `offline_access` gets a refresh token here. */
  readonly allowRefreshTokens: boolean;
  /** Whether users are not asked before a first-party application acts for them at this API. */
  readonly skipConsent: boolean;
  /** Whether its access tokens are on status lists, so that verifiers learn of a revocation without asking about each token. */
  readonly statusList: boolean;
  /** Whether it also takes JWTs that service users sign for it themselves. */
  readonly acceptsSelfSignedTokens: boolean;
}

/** What one application may ask for at one API: a ceiling. */
export interface ClientGrant extends Versioned {
  readonly id: string;
  readonly clientId: string;
  readonly apiId: string;
  readonly permissions: readonly string[] | 'all';
}

/** Says that a unique name (an e-mail address, a role key, an API identifier) belongs to one record. */
export interface NameClaim extends Versioned {
  readonly ownerId: string;
}

/** How an API token works: a secret to exchange, or a long-lived JWT that is itself the secret. */
export type ApiTokenKind = 'client_credentials' | 'access_token';

/** How many access tokens a client may obtain; null for any number. */
export interface TokenQuota {
  readonly perHour: number | null;
  readonly perDay: number | null;
  /** False where what is beyond is told and not refused. */
  readonly enforce: boolean;
}

/** The API tokens that one owner has made lately. */
export interface ApiTokenRoster extends Versioned {
  readonly entries: readonly { readonly clientId: string; readonly addedAtSeconds: number }[];
}

/** The directory's records by kind. */
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
export type DirectoryKind = keyof DirectoryRecords;

/** One secret of a client: the clear text is gone, `selector` says which secret this is. */
export interface StoredSecret {
  readonly selector: string;
  readonly hash: string;
  /** Empty for an imported secret, of which nobody here has seen the clear text. */
  readonly lastFour: string;
  /** Made by another product; only its hash was brought here. */
  readonly imported?: true | undefined;
  readonly title?: string | undefined;
  readonly createdBy: string;
  readonly createdAtSeconds: number;
  readonly expiresAtSeconds?: number | undefined;
}

/** A change of secrets during which the old ones still work. */
export interface Rotation {
  /** The new secret. */
  readonly selector: string;
  /** When the old secrets end. */
  readonly endsAtSeconds: number;
  /** The old secrets, with the expiry each would have had without the rotation. */
  readonly before: readonly { readonly selector: string; readonly expiresAtSeconds?: number | undefined }[];
}

/** The public key that a client signs its assertions with. The private half was never stored. */
export interface StoredKey {
  readonly algorithm: ClientKeyAlgorithm;
  /** Public members only (RFC 7518 §6): `kty` with `n` and `e`, or with `crv`, `x` and `y`. */
  readonly jwk: Readonly<Record<string, string>>;
}

/** For whom a client acts. */
export type Subject =
  | { readonly type: 'application' }
  | { readonly type: 'tenant'; readonly tenantId: string }
  | { readonly type: 'serviceUser'; readonly tenantId: string; readonly serviceUserId: string }
  | { readonly type: 'user'; readonly tenantId: string; readonly userId: string; readonly membershipId: string };

/** Which JWT it is, and for which API. The JWT itself is not kept. */
export interface LongLivedToken {
  readonly tokenId: string;
  readonly apiId: string;
  /** The API's identifier, kept for showing. */
  readonly api: string;
}

/** A `client_id` with credentials, acting for a subject. */
export interface Client extends Versioned {
  readonly id: string;
  readonly subject: Subject;
  readonly description: string;
  readonly metadata?: JsonObject | undefined;
  /** Roles of a tenant token; every other subject's roles or grants live with the subject. */
  readonly roleIds: readonly string[];
  /** Permissions of a tenant token that has no roles. */
  readonly permissions?: readonly PermissionReference[] | undefined;
  /** The JWT that an API token of kind `access_token` consists of; such a client has no secrets. */
  readonly accessToken?: LongLivedToken | undefined;
  /** APIs that an application has a grant for. */
  readonly apiIds: readonly string[];
  /** Of applications only; undefined for one that was registered with nothing but a name. */
  readonly registration?: ApplicationRegistration | undefined;
  /** None where the client has a key, or trusts another issuer. */
  readonly secrets: readonly StoredSecret[];
  readonly key?: StoredKey | undefined;
  /** Whose tokens are its credential. */
  readonly trust?: Trust | undefined;
  readonly rotation?: Rotation | undefined;
  /** Access tokens issued before this moment are worth nothing. */
  readonly revokedBeforeSeconds?: number | undefined;
  readonly status: 'active' | 'disabled';
  readonly createdBy: string;
  readonly expiresAtSeconds?: number | undefined;
  readonly tokenLifetimeSeconds?: number | undefined;
  /** Undefined where that of the workspace holds. */
  readonly tokenQuota?: TokenQuota | undefined;
}

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** Names a membership among the directory's records. */
export function membershipKey(tenantId: string, userId: string): string {
  return `${tenantId}/${userId}`;
}

/** Names a client grant among the directory's records. */
export function grantKey(clientId: string, apiId: string): string {
  return `${clientId}/${apiId}`;
}

/** Names the claim on a unique name, e.g. `email/ada@example.com`. */
export function nameKey(space: 'email' | 'role' | 'api' | 'administrator', name: string): string {
  return `${space}/${name}`;
}

/** Names the claim on a role's key: each tenant has keys of its own, and so has the workspace. */
export function roleNameKey({ tenantId, key }: Pick<Role, 'tenantId' | 'key'>): string {
  return nameKey('role', tenantId === undefined ? key : `${tenantId}/${key}`);
}

/** Names the default roles of a tenant, or of the workspace, among the directory's records. */
export function defaultRolesKey(tenantId: string | undefined): string {
  return tenantId === undefined ? 'workspace' : `tenant/${tenantId}`;
}

/** A longer identifier no API has; keys of DynamoDB end at 2048 bytes. */
export const API_IDENTIFIER_CHARACTERS_MAX = 256;

/**
 * Names the claim on an API identifier. Identifiers that differ only in case or a last slash share one claim, because
 * a careless verifier might take one for the other (G8).
 */
export function apiNameKey(identifier: string): string {
  return nameKey('api', identifier.toLowerCase().replace(/\/+$/, ''));
}
