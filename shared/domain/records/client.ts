import type { JsonObject } from '../json.ts';
import type { Versioned } from './lifecycle.ts';
import type { PermissionReference, SigningAlgorithm } from './permissions.ts';
import { membershipKey } from './principals.ts';
import type { RecordKey } from './record-key.ts';
import type { ApplicationRegistration, Trust } from './registration.ts';

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

/** Those of them that keys of service users are made and taken for. */
export type ClientKeyAlgorithm = Extract<SigningAlgorithm, 'RS256' | 'ES256'>;

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

/** What a client proves itself with: secrets, a key of its own, or the tokens of an issuer that it trusts. */
export const credentialTypes = ['secret', 'key', 'trust'] as const;

export type CredentialType = (typeof credentialTypes)[number];

/** What this client proves itself with. */
export function credentialTypeOf({ key, trust }: Pick<Client, 'key' | 'trust'>): CredentialType {
  if (trust !== undefined) return 'trust';
  return key === undefined ? 'secret' : 'key';
}

/** What `sub` says of a client's tokens: the user, the service user, else the client itself (RFC 9068 §2.2). */
export function subjectId({ id, subject }: Client): string {
  if (subject.type === 'user') return subject.userId;
  return subject.type === 'serviceUser' ? subject.serviceUserId : id;
}

/**
 * Whose clients: a tenant's own, one member's, one service user's; without a tenant the workspace's applications.
 * A service user's secrets, its keys and its federated credentials are a list each.
 */
export interface ClientOwner {
  readonly tenantId?: string | undefined;
  readonly userId?: string | undefined;
  readonly serviceUserId?: string | undefined;
  readonly credential?: CredentialType | undefined;
}

/** Names the roster of an owner among the directory's records. */
export function rosterKey({ tenantId = '', userId }: ClientOwner): RecordKey<'roster', ApiTokenRoster> {
  return { kind: 'roster', id: userId === undefined ? tenantId : membershipKey(tenantId, userId).id };
}
