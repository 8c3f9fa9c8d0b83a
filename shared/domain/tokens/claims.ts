import type { Confirmation } from '../authentication/confirmation.ts';
import type { JsonObject } from '../json.ts';
import type { Client } from '../records/client.ts';

/** The claims of every token (RFC 7519 §4.1, RFC 8693 §4.3). Times are seconds since 1970, UTC. */
interface CommonClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  readonly iat: number;
  readonly nbf: number;
  readonly jti: string;
  readonly client_id: string;
  readonly tenant_id?: string;
}

/** The claims that a token has from the record of the subject's client. They inform an API and decide nothing. */
interface ClientClaims {
  readonly metadata?: JsonObject;
}

/** Returns the claims that a token has from the record of the subject's client. */
export function clientClaims({ metadata }: Client): ClientClaims {
  return { ...(metadata && { metadata }) };
}

/** The claims of a short-lived access token (RFC 9068 §2.2), with the claims that a tenant's API needs. */
export interface AccessTokenClaims extends CommonClaims, ClientClaims {
  readonly exp: number;
  readonly scope: string;
  /** Keys of the roles that give the permissions. */
  readonly roles?: readonly string[];
  readonly permissions?: readonly string[];
  /** The key and the certificate that the sender must prove to hold; a token without it is a bearer token. */
  readonly cnf?: Confirmation;
  /** The place on a status list that says whether the token is revoked; only for APIs with status lists. */
  readonly status?: TokenStatus;
  /**
   * Ids of tokens, families and clients that this token comes from, and of the client grants and APIs that entitle its
   * clients. The token ends when one of them ends.
   */
  readonly depends_on?: readonly string[];
  /** The actor: it acts for the subject. */
  readonly act?: Actor;
  /** The only party that may become the actor. */
  readonly may_act?: MayAct;
  /** The subject's own client, where `client_id` is the client of an actor. */
  readonly subject_client_id?: string;
  /** When the subject authenticated (RFC 9068 §2.2.1), if this token was refreshed or exchanged since. */
  readonly auth_time?: number;
  /** The session of the user on which the token depends (OpenID Connect Front-Channel Logout §3). */
  readonly sid?: string;
  /** When the user granted what the token comes from. Only tokens of users have it. */
  readonly granted_at?: number;
}

/**
 * The claims of an API token of kind `access_token`. They name no permissions, because the records decide about them
 * at every use. A token without `exp` ends when it is deleted.
 */
export interface LongLivedTokenClaims extends CommonClaims {
  readonly exp?: number;
  readonly scope?: never;
  readonly cnf?: never;
  readonly status?: never;
  readonly depends_on?: never;
  readonly act?: never;
  readonly may_act?: never;
  readonly subject_client_id?: never;
  readonly auth_time?: never;
  readonly sid?: never;
  readonly granted_at?: never;
}

/** The claims of any token that Mintmark signs; only access tokens have a scope. */
export type TokenClaims = AccessTokenClaims | LongLivedTokenClaims;

/** The claims that only inform an API. */
type InformingClaims = 'roles' | 'permissions' | 'status' | keyof ClientClaims;

/**
 * The claims that decide whether a token is active. The other claims are `never`, so that a new claim of a client does
 * not compile until `decidingClaims` leaves it out.
 */
export type DecidingClaims = Omit<AccessTokenClaims, InformingClaims> & {
  readonly [Name in InformingClaims]?: never;
};

/** Returns the claims that decide whether a token is active. */
export function decidingClaims(claims: AccessTokenClaims): DecidingClaims {
  const { roles: _roles, permissions: _permissions, status: _status, metadata: _metadata, ...deciding } = claims;
  return deciding;
}

/**
 * An actor that acts for the subject (RFC 8693 §4.1). The outermost actor acts now; the actors inside it acted before.
 */
export type Actor = {
  readonly sub: string;
  readonly client_id: string;
  readonly act?: Actor;
};

/** The only party that may act for the subject (RFC 8693 §4.4). */
export interface MayAct {
  readonly sub: string;
  /** The issuer of `sub`; without it, the issuer of the token. */
  readonly iss?: string | undefined;
}

/** The claim `status` of a token on a status list (draft-ietf-oauth-status-list, section 6). */
export interface TokenStatus {
  readonly status_list: { readonly idx: number; readonly uri: string };
}
