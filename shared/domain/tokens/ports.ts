import type { WrappedSecret } from '../keys/ports.ts';
import type { SigningKeys } from '../keys/signing-key.ts';
import type { SigningAlgorithm } from '../records/permissions.ts';
import type { AccessTokenClaims, DecidingClaims, TokenClaims } from './claims.ts';
import type { IdTokenClaims } from './identity-claims.ts';
import type { StatusPlace } from './status-places.ts';

/** Signs tokens with the workspace's keys. The header `typ` tells access tokens from long-lived tokens. */
export interface TokenSigner {
  /**
   * Signs with the current key of `keys`, the record that this request has read. Without `keys`, it uses the record
   * that this process has read last. Rejects with `invalid_scope` if the claims are too long to be signed.
   */
  sign(claims: TokenClaims, algorithm: SigningAlgorithm, keys?: SigningKeys): Promise<string>;
}

/** Signs ID tokens with the workspace's keys. The header `typ` tells them from all tokens that APIs accept. */
export interface IdTokenSigner {
  /** Signs as `TokenSigner` does. */
  signIdToken(claims: IdTokenClaims, algorithm: SigningAlgorithm, keys?: SigningKeys): Promise<string>;
}

/** What an ID token says about a login. */
export type LoginClaims = Pick<IdTokenClaims, 'aud' | 'sub' | 'sid'>;

/** Verifies ID tokens that applications hand back (OpenID Connect Core §3.1.2.1, `id_token_hint`). */
export interface IdTokenVerifier {
  /**
   * Verifies form, type, algorithm, key, signature and issuer. An ID token that has expired counts, too. Undefined for
   * every other text. It uses the keys that this process has read last.
   */
  verifyIdToken(token: string, nowSeconds: number): Promise<LoginClaims | undefined>;
}

/** The claims of a verified token, and the key that signed it. */
export interface VerifiedToken {
  readonly claims: TokenClaims;
  readonly key: { readonly kid: string; readonly algorithm: SigningAlgorithm };
}

/**
 * Verifies form, type, algorithm, key, signature and issuer of a token. It uses the keys that this process has read
 * last, so a key that was revoked since can still count.
 */
export interface TokenVerifier {
  /** Verifies a token; undefined for a token that Mintmark did not sign. */
  verify(token: string, nowSeconds: number): Promise<VerifiedToken | undefined>;
  /** The algorithms for which this workspace has signing keys. */
  readonly algorithms: readonly SigningAlgorithm[];
}

/** Signs and verifies tokens with the secrets of APIs (HS256, RFC 7518 §3.2). */
export interface SecretTokens {
  sign(claims: AccessTokenClaims, secret: WrappedSecret): Promise<string>;
  /** The secret and the audience that an HS256 token names, not verified; undefined for all other tokens. */
  read(token: string): { readonly kid: string; readonly audience: string } | undefined;
  /** The claims of a token that this secret signed with HS256 for our issuer; undefined for all other tokens. */
  verify(token: string, secret: WrappedSecret): Promise<AccessTokenClaims | undefined>;
}

/** Keeps the ids of revoked tokens and families until the tokens have expired. */
export interface Revocations {
  /** Revokes an id. Resolves as soon as every later look sees the revocation. `expiresAtSeconds` is in Unix time. */
  revoke(id: string, expiresAtSeconds: number): Promise<void>;
}

/** Gives tokens their places on status lists. */
export interface StatusPlaces {
  /** Gives a token a place that no other token ever gets. Resolves after the place is stored with these claims. */
  assign(claims: DecidingClaims): Promise<StatusPlace>;
}

/** Reads which tokens have places on a status list. */
export interface StatusEntries {
  /** The taken places of a list; undefined for a list on which no place is taken. */
  read(list: number): Promise<readonly { readonly index: number; readonly claims: DecidingClaims }[] | undefined>;
}

/** Keeps the lists that this process has made, so that parallel requests share one list. */
export interface StatusListMemory<List> {
  /** The known list if it is fresh; otherwise the list that `make` makes, or is already making. */
  recall(
    list: number,
    isFresh: (known: List) => boolean,
    make: () => Promise<List | undefined>,
  ): Promise<List | undefined>;
}
