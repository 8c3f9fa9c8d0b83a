import type { Versioned } from './lifecycle.ts';
import type { RecordKey, RecordList } from './record-key.ts';

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

/** Names a role among the directory's records. (A role's `key` is its name for people and programs.) */
export function roleRecordKey(id: string): RecordKey<'role', Role> {
  return { kind: 'role', id };
}

/** Lists the roles of a tenant, or of the workspace where no tenant is named. */
export function roleList(tenantId: string | undefined): RecordList<'role', Role> {
  return { kind: 'role', owner: tenantId === undefined ? undefined : { tenantId } };
}

export interface Permission {
  readonly value: string;
  readonly description?: string | undefined;
}

/** Algorithms that signing keys are kept for (RFC 7518 §3.1; `EdDSA` with Ed25519, RFC 8037 §3.1). */
export type SigningAlgorithm = 'RS256' | 'PS256' | 'ES256' | 'EdDSA';

/** What an API's tokens can be signed with; HS256 by a secret that the API shares, where the deployment allows that. */
export type ApiSigningAlgorithm = SigningAlgorithm | 'HS256';

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

/** Names an API among the directory's records. (An API key would be a credential.) */
export function apiRecordKey(id: string): RecordKey<'api', Api> {
  return { kind: 'api', id };
}

/** Lists all APIs. */
export const apiList: RecordList<'api', Api> = { kind: 'api', owner: undefined };

/** What one application may ask for at one API: a ceiling. */
export interface ClientGrant extends Versioned {
  readonly id: string;
  readonly clientId: string;
  readonly apiId: string;
  readonly permissions: readonly string[] | 'all';
}

/** Names a client grant among the directory's records. */
export function grantKey(clientId: string, apiId: string): RecordKey<'grant', ClientGrant> {
  return { kind: 'grant', id: `${clientId}/${apiId}` };
}

/** Lists the client grants of an application. */
export function grantList(clientId: string): RecordList<'grant', ClientGrant> {
  return { kind: 'grant', owner: { clientId } };
}

/** Says that a unique name (an e-mail address, a role key, an API identifier) belongs to one record. */
export interface NameClaim extends Versioned {
  readonly ownerId: string;
}

/** Names the claim on a unique name, e.g. `email/ada@example.com`. */
export function nameKey(space: 'email' | 'role' | 'api' | 'administrator', name: string): RecordKey<'name', NameClaim> {
  return { kind: 'name', id: `${space}/${name}` };
}

/** Names the claim on a role's key: each tenant has keys of its own, and so has the workspace. */
export function roleNameKey({ tenantId, key }: Pick<Role, 'tenantId' | 'key'>): RecordKey<'name', NameClaim> {
  return nameKey('role', tenantId === undefined ? key : `${tenantId}/${key}`);
}

/** A longer identifier no API has; keys of DynamoDB end at 2048 bytes. */
export const API_IDENTIFIER_CHARACTERS_MAX = 256;

/**
 * Names the claim on an API identifier. Identifiers that differ only in case or a last slash share one claim, because
 * a careless verifier might take one for the other (G8).
 */
export function apiNameKey(identifier: string): RecordKey<'name', NameClaim> {
  return nameKey('api', identifier.toLowerCase().replace(/\/+$/, ''));
}

/** How an API wants its access tokens bound to their senders. */
export interface BindingRules {
  /** Whether it takes access tokens only that are bound to a key by DPoP (RFC 9728 §2). */
  readonly dpopBoundAccessTokensRequired: boolean;
  /** Whether they are bound to the certificate of whoever asks for them by mutual TLS (RFC 9728 §2). */
  readonly tlsClientCertificateBoundAccessTokens: boolean;
  /** Whether it takes access tokens only that are bound to a certificate. */
  readonly tlsClientCertificateBoundAccessTokensRequired: boolean;
}

/** The system API keeps this id when the issuer moves to another host, so grants and roles go on meaning it. */
export const SYSTEM_API_ID = 'api_0000000000000000000000';
