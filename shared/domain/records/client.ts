import type { JsonObject } from '../json.ts';
import type { Versioned } from './lifecycle.ts';
import type { PermissionReference, SigningAlgorithm } from './permissions.ts';
import { membershipKey } from './principals.ts';
import type { RecordKey } from './record-key.ts';
import type { ApplicationRegistration, Trust } from './registration.ts';

/**
 * The two kinds of API tokens: a secret that is exchanged for access tokens, or a long-lived JWT that is itself the
 * secret.
 */
export type ApiTokenKind = 'client_credentials' | 'access_token';

/** The number of access tokens that a client may obtain in an hour and on a day, both in UTC; null sets no limit. */
export interface TokenQuota {
  readonly perHour: number | null;
  readonly perDay: number | null;
  /** Whether tokens beyond the quota are refused. If not, they are counted and issued. */
  readonly enforce: boolean;
}

/** One secret of a client. The clear text is not stored. */
export interface StoredSecret {
  /** Names this secret among all secrets of the client; it is part of the clear text. */
  readonly selector: string;
  /** A bcrypt hash. */
  readonly hash: string;
  /** The last four characters of the clear text; empty for an imported secret, of which only the hash is known. */
  readonly lastFour: string;
  /** Whether another product made the secret and only its hash was imported. */
  readonly imported?: true | undefined;
  readonly title?: string | undefined;
  readonly createdBy: string;
  readonly createdAtSeconds: number;
  readonly expiresAtSeconds?: number | undefined;
}

/** A replacement of a client's secrets during which the old secrets still work. */
export interface Rotation {
  /** The selector of the new secret. */
  readonly selector: string;
  /** The moment at which the old secrets end. */
  readonly endsAtSeconds: number;
  /** The old secrets, each with the expiry that it had before the rotation. */
  readonly before: readonly { readonly selector: string; readonly expiresAtSeconds?: number | undefined }[];
}

/** The public key of the pair that a client signs its assertions with. Mintmark never stores the private key. */
export interface StoredKey {
  readonly algorithm: ClientKeyAlgorithm;
  /** Public members only (RFC 7518 §6): `kty` with `n` and `e`, or with `crv`, `x` and `y`. */
  readonly jwk: Readonly<Record<string, string>>;
}

/** The signing algorithms (RFC 7518 §3.1) that the keys of service users can have. */
export type ClientKeyAlgorithm = Extract<SigningAlgorithm, 'RS256' | 'ES256'>;

/** The party that a client acts for; `application` means that the client acts for itself. */
export type Subject =
  | { readonly type: 'application' }
  | { readonly type: 'tenant'; readonly tenantId: string }
  | { readonly type: 'serviceUser'; readonly tenantId: string; readonly serviceUserId: string }
  | { readonly type: 'user'; readonly tenantId: string; readonly userId: string; readonly membershipId: string }
  | { readonly type: 'workspaceMember'; readonly userId: string; readonly membershipId: string };

/** The long-lived JWT of an API token, named by its id. The JWT itself is not stored. */
export interface LongLivedToken {
  /** The token's `jti`. */
  readonly tokenId: string;
  /** The API that the JWT is for. */
  readonly apiId: string;
  /** The API's identifier, kept for showing. */
  readonly api: string;
}

/** A `client_id` with credentials that acts for a subject. */
export interface Client extends Versioned {
  readonly id: string;
  readonly subject: Subject;
  readonly description: string;
  readonly metadata?: JsonObject | undefined;
  /** The roles of a tenant's API token. The roles of any other subject are kept with the subject. */
  readonly roleIds: readonly string[];
  /** The permissions of a tenant's API token that has no roles. */
  readonly permissions?: readonly PermissionReference[] | undefined;
  /** The JWT that an API token of kind `access_token` consists of; such a client has no secrets. */
  readonly accessToken?: LongLivedToken | undefined;
  /** The APIs at which an application has a client grant for itself. */
  readonly apiIds: readonly string[];
  /** The APIs at which an application has a client grant for its users. */
  readonly userApiIds?: readonly string[] | undefined;
  /** For applications only; undefined if an application was registered with no more than a name. */
  readonly registration?: ApplicationRegistration | undefined;
  /** The developer who owns an application; undefined for an application of the workspace, and for other clients. */
  readonly ownerUserId?: string | undefined;
  /** Whether the developer disabled the application. Only then may the developer enable it again. */
  readonly isPausedByOwner?: true | undefined;
  /** Empty if the client has a key, or trusts another issuer. */
  readonly secrets: readonly StoredSecret[];
  readonly key?: StoredKey | undefined;
  /** The other issuer whose tokens authenticate the client. */
  readonly trust?: Trust | undefined;
  readonly rotation?: Rotation | undefined;
  /** Access tokens that were issued before this moment are not valid. */
  readonly revokedBeforeSeconds?: number | undefined;
  readonly status: 'active' | 'disabled';
  readonly createdBy: string;
  readonly expiresAtSeconds?: number | undefined;
  readonly tokenLifetimeSeconds?: number | undefined;
  /** Undefined if the client has the quota of the workspace. */
  readonly tokenQuota?: TokenQuota | undefined;
}

/** The types of credentials: secrets, a key of the client, or the tokens of an issuer that the client trusts. */
export const credentialTypes = ['secret', 'key', 'trust'] as const;

/** One type of credentials. */
export type CredentialType = (typeof credentialTypes)[number];

/** Tells which type of credential a client has. */
export function credentialTypeOf({ key, trust }: Pick<Client, 'key' | 'trust'>): CredentialType {
  if (trust !== undefined) return 'trust';
  return key === undefined ? 'secret' : 'key';
}

/**
 * Returns the `sub` of a client's tokens: the user's id, the service user's id, or else the client's (RFC 9068 §2.2).
 */
export function subjectId({ id, subject }: Client): string {
  if (subject.type === 'serviceUser') return subject.serviceUserId;
  return userIdOf({ subject }) ?? id;
}

/** The user whose personal API token a client is; undefined for any other client. */
export function userIdOf({ subject }: Pick<Client, 'subject'>): string | undefined {
  return 'userId' in subject ? subject.userId : undefined;
}

/** The tenant of a client; undefined for applications and workspace members, which belong to the workspace. */
export function tenantIdOf({ subject }: Pick<Client, 'subject'>): string | undefined {
  return 'tenantId' in subject ? subject.tenantId : undefined;
}

/**
 * The owner of a list of clients: a tenant, a member of a tenant, a service user, or without a tenant a workspace member
 * or the workspace, which owns the applications. A service user has one list for each type of credential.
 */
export interface ClientOwner {
  readonly tenantId?: string | undefined;
  readonly userId?: string | undefined;
  readonly serviceUserId?: string | undefined;
  readonly credential?: CredentialType | undefined;
  /** Without a tenant: the developer who owns applications. The list of the workspace has them, too. */
  readonly developerId?: string | undefined;
}

/** Clients of one owner: the API tokens that were made recently, or all applications of a developer. */
export interface ClientRoster extends Versioned {
  readonly entries: readonly { readonly clientId: string; readonly addedAtSeconds: number }[];
}

/** Names the roster of an owner: of API tokens, or of the applications of a developer. */
export function rosterKey({ tenantId = '', userId, developerId }: ClientOwner): RecordKey<'roster', ClientRoster> {
  if (developerId !== undefined) return { kind: 'roster', id: `developer/${developerId}` };
  return { kind: 'roster', id: userId === undefined ? tenantId : membershipKey(tenantId, userId).id };
}
