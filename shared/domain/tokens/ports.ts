import type { WrappedSecret } from '../keys/ports.ts';
import type { SigningKeys } from '../keys/signing-key.ts';
import type { SigningAlgorithm } from '../records/permissions.ts';
import type { AccessTokenClaims, TokenClaims } from './claims.ts';
import type { StatusPlace } from './status-places.ts';

/** Signs tokens; `typ` in their header says of which kind they are. */
export interface TokenSigner {
  /**
   * Signs with the workspace's key as `keys` has it, which is the record of this request's look; without, as this process
   * has seen it a moment ago. Rejects with `invalid_scope` where there is more to sign than the algorithm takes.
   */
  sign(claims: TokenClaims, algorithm: SigningAlgorithm, keys?: SigningKeys): Promise<string>;
}

/** What a token says, and by which of our keys. */
export interface VerifiedToken {
  readonly claims: TokenClaims;
  readonly key: { readonly kid: string; readonly algorithm: SigningAlgorithm };
}

/**
 * Checks form, type, algorithm, key, signature and issuer of a token; undefined for whatever is not ours. The keys are
 * those that this process has seen a moment ago: a revoked key is no key after that moment.
 */
export interface TokenVerifier {
  verify(token: string, nowSeconds: number): Promise<VerifiedToken | undefined>;
  /** Algorithms this workspace has signing keys for. */
  readonly algorithms: readonly SigningAlgorithm[];
}

/** Signs and verifies with the secrets of APIs (HS256, RFC 7518 §3.2). */
export interface SecretTokens {
  sign(claims: AccessTokenClaims, secret: WrappedSecret): Promise<string>;
  /** Which secret of which audience such a token names; undefined for all other tokens. Nobody has verified it. */
  read(token: string): { readonly kid: string; readonly audience: string } | undefined;
  /** The claims, if this secret signed them, with this algorithm and issuer; undefined for everything else. */
  verify(token: string, secret: WrappedSecret): Promise<AccessTokenClaims | undefined>;
}

/** Keeps revoked ids of tokens and families until what they are about would have ended anyway. */
export interface Revocations {
  /** Resolves only when every later look sees this as revoked. */
  revoke(id: string, expiresAtSeconds: number): Promise<void>;
}

/** What of a token decides about its worth: everything but what it tells its API. */
export type DecidingClaims = Omit<AccessTokenClaims, 'roles' | 'permissions' | 'metadata' | 'status'>;

/** Gives tokens their places on status lists. */
export interface StatusPlaces {
  /** A place that no other token has or will have; resolves when it is written down whose it is. */
  assign(claims: DecidingClaims): Promise<StatusPlace>;
}

/** Reads which tokens have places on a status list. */
export interface StatusEntries {
  /** Undefined for a list on which no token has a place yet. */
  read(list: number): Promise<readonly { readonly index: number; readonly claims: DecidingClaims }[] | undefined>;
}

/** Keeps the lists that this process has made, so that one is made for all who ask at the same time. */
export interface StatusListMemory<List> {
  /** What is known, as long as it is fresh; else what `make` makes, or is making already. */
  recall(
    list: number,
    isFresh: (known: List) => boolean,
    make: () => Promise<List | undefined>,
  ): Promise<List | undefined>;
}
