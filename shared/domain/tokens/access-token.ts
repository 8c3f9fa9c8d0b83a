import type { JsonObject } from '../json.ts';
import { ACCESS_TOKEN_LIFETIME_SECONDS_MAX } from '../records/settings.ts';
import type { Confirmation } from '../records/token-family.ts';

/** Larger tokens do not fit into a form field or into the headers that API Gateway and load balancers take. */
export const TOKEN_CHARACTERS_MAX = 8_000;

/** How far the clocks of two processes may lie apart. */
const OWN_CLOCK_SKEW_SECONDS = 5;

/** What every token says (RFC 7519 §4.1, RFC 8693 §4.3). */
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

/** The claims of an access token that was exchanged (RFC 9068 §2.2), with what tenants need to be told. */
export interface AccessTokenClaims extends CommonClaims {
  readonly exp: number;
  readonly scope: string;
  /** Keys of the roles behind the permissions. */
  readonly roles?: readonly string[];
  readonly permissions?: readonly string[];
  readonly metadata?: JsonObject;
  /** Whom the token is bound to; without one it is for whoever bears it. */
  readonly cnf?: Confirmation;
  /** Where it says whether the token was taken back; of tokens for APIs with status lists. */
  readonly status?: TokenStatus;
  /** Ids of tokens, families and clients: without one of them, this token is worth nothing either. */
  readonly depends_on?: readonly string[];
  /** Who acts for the subject. */
  readonly act?: Actor;
  /** The only one who may become that. */
  readonly may_act?: MayAct;
  /** The subject's own client, where `client_id` is that of whoever acts. */
  readonly subject_client_id?: string;
  /** When the subject proved who it is (RFC 9068 §2.2.1), where this token was exchanged or refreshed since. */
  readonly auth_time?: number;
}

/**
 * The claims of an API token of kind `access_token`. It says nothing of what it allows, because that is for the records
 * to say whenever it is used; without `exp` it ends when it is deleted.
 */
export interface LongLivedTokenClaims extends CommonClaims {
  readonly exp?: number;
  readonly scope?: undefined;
  readonly cnf?: undefined;
  readonly status?: undefined;
  readonly depends_on?: undefined;
  readonly act?: undefined;
  readonly may_act?: undefined;
  readonly subject_client_id?: undefined;
  readonly auth_time?: undefined;
}

/** The claims of any token that Mintmark signs; only exchanged ones have a scope. */
export type TokenClaims = AccessTokenClaims | LongLivedTokenClaims;

/** `typ` of an exchanged access token (RFC 9068 §2.1). */
export const ACCESS_TOKEN_TYPE = 'at+jwt';

/** `typ` of a long-lived one: another, so that whoever verifies offline refuses what only the records can judge (RFC 8725 §3.11). */
export const LONG_LIVED_TOKEN_TYPE = 'mintmark-token+jwt';

/** How a token is presented (RFC 6750 §4, RFC 9449 §5); those bound to a certificate go as bearer tokens (RFC 8705 §3). */
export type TokenType = 'Bearer' | 'DPoP';

export function tokenTypeOf({ cnf }: TokenClaims): TokenType {
  return cnf?.jkt === undefined ? 'Bearer' : 'DPoP';
}

/** Whether the token's times hold now (RFC 7519 §4.1.4 to §4.1.6): expiry to the second, its beginning with skew. */
export function isWithinLifetime(claims: TokenClaims, nowSeconds: number): boolean {
  const { exp, iat, nbf } = claims;
  const latestStart = nowSeconds + OWN_CLOCK_SKEW_SECONDS;
  if (exp !== undefined && exp <= nowSeconds) return false;
  if (claims.scope !== undefined && claims.exp - iat > ACCESS_TOKEN_LIFETIME_SECONDS_MAX) return false;
  return iat <= latestStart && nbf <= latestStart;
}

/**
 * The values of a scope string (RFC 6749 §3.3), each once, in the order they stand. One space stands between two of
 * them; where there are more, one value is empty, and no API declares that.
 */
export function scopeValues(scope: string): readonly string[] {
  return [...new Set(scope.split(' '))];
}

/** Who acts for the subject of a token (RFC 8693 §4.1): the outermost one now, those inside it acted before. */
export type Actor = {
  readonly sub: string;
  readonly client_id: string;
  readonly act?: Actor;
};

/** The only one who may act for the subject (RFC 8693 §4.4). */
export interface MayAct {
  readonly sub: string;
  /** Who says so of that one; the issuer of the token where this is missing. */
  readonly iss?: string | undefined;
}

/** The claim `status` of a token that is on a list (draft-ietf-oauth-status-list, section 6). */
export interface TokenStatus {
  readonly status_list: { readonly idx: number; readonly uri: string };
}
