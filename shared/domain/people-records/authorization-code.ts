import type { ShortLived } from '../records/lifecycle.ts';
import type { RecordKey } from '../records/record-key.ts';
import type { AuthorizationRequest, IdentityScope } from './authorization-request.ts';
import type { LoginMethod } from './session.ts';

/**
 * What a person lets an application do: who, in which tenant, at which API, with which permissions. It holds ids only;
 * what they are good for is decided again at each use.
 */
export interface UserGrant {
  readonly userId: string;
  readonly tenantId?: string | undefined;
  /** The membership from then. A user who leaves the tenant and joins again has another one. */
  readonly membershipId?: string | undefined;
  /** Undefined if the application only learns who the person is. */
  readonly apiId?: string | undefined;
  /** The permissions that this request asked for and the person allowed. */
  readonly permissions: readonly string[];
  readonly identityScopes: readonly IdentityScope[];
  /** The consent from then; undefined where none was given. A consent that was made again is another one. */
  readonly consentId?: string | undefined;
  /** The session on which the tokens depend. With `isOffline`, the tokens outlive it. */
  readonly sessionId: string;
  readonly isOffline: boolean;
  /** When the person logged in, in Unix time; undefined if an identity provider did not say it. */
  readonly authenticatedAtSeconds?: number | undefined;
  readonly methods: readonly LoginMethod[];
  /** When the person, or an earlier decision, granted this, in Unix time. */
  readonly grantedAtSeconds: number;
}

/** Proof that an interaction ended well. It works once, for its application only (RFC 6749 §4.1.2). */
export interface AuthorizationCode
  extends ShortLived,
    Pick<AuthorizationRequest, 'clientId' | 'redirectUri' | 'nonce' | 'codeChallenge' | 'keyThumbprint'> {
  /** Tokens that come from the code name this id, so that they end if the code is used twice. */
  readonly id: string;
  /** SHA-256 of the code. */
  readonly digest: string;
  readonly grant: UserGrant;
  readonly isRedeemed: boolean;
  /** The family of the first redemption, which a second one ends. */
  readonly familyId?: string | undefined;
}

/** How long a code works (RFC 6749 §4.1.2 recommends ten minutes at most). */
export const CODE_LIFETIME_SECONDS = 60;

/** Names an authorization code among the short-lived records. */
export function authorizationCodeKey(id: string): RecordKey<'code', AuthorizationCode> {
  return { kind: 'code', id };
}
