import type { SigningAlgorithm } from './records.ts';
import type { Custody, KeyCreation, SigningKey } from './signing-keys.ts';

/** The signing keys that the deployment brings, one for each algorithm: the first that a workspace has. */
export interface FoundingKeys {
  readonly algorithms: readonly SigningAlgorithm[];
  /** As keys that sign since the given moment. */
  read(nowSeconds: number): Promise<readonly SigningKey[]>;
}

/** A key that was just made, and that nobody knows of yet. */
export interface NewSigningKey {
  readonly kid: string;
  readonly jwk: SigningKey['jwk'];
  readonly custody: Exclude<Custody, { readonly type: 'gone' }>;
}

/** Makes keys in KMS, and takes them back. */
export interface SigningKeyMaker {
  /**
   * Makes the key of a slot. `isResumed` says that somebody else began with it: what that one left is found again, and
   * of several all but one are given up.
   */
  make(creation: KeyCreation, isResumed: boolean): Promise<NewSigningKey>;
  /** Gives a key in KMS up: it signs no more from now on, and is gone some weeks later. Succeeds where that was done before. */
  dispose(keyArn: string): Promise<void>;
}
