import type { SigningAlgorithm } from '../records/permissions.ts';
import type { Custody, KeyCreation, SigningKey } from './signing-key.ts';

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

/** A key of the workspace, wrapped by KMS, that marks secrets as our own. */
export interface Pepper {
  /** Eight base62 characters that only the holder of the pepper can compute. */
  seal(message: string): Promise<string>;
  /** True for a seal under any live pepper; takes the same time for every wrong one. */
  isSealed(message: string, seal: string): Promise<boolean>;
}

/** Makes the workspace's first pepper; does nothing where one exists. */
export interface PepperFounder {
  found(): Promise<void>;
}

/** A pepper as it is kept. */
export interface WrappedPepper {
  /** Base64 of what KMS wrapped. */
  readonly wrapped: string;
  readonly createdAtSeconds?: number | undefined;
}

/** The workspace's peppers, the current one first, and which of all writes this is. */
export interface KeptPeppers {
  readonly peppers: readonly [WrappedPepper, ...WrappedPepper[]];
  readonly version: string;
}

/** Changes which peppers there are. */
export interface PepperVault {
  /** Undefined before the workspace is founded. */
  read(): Promise<KeptPeppers | undefined>;
  /** Has another one made and wrapped; it is not kept yet. */
  wrapNew(): Promise<string>;
  /** Keeps these; false where the version does not stand any more. */
  replace(peppers: KeptPeppers['peppers'], version: string): Promise<boolean>;
}

/** A signing secret of an API, wrapped by KMS. */
export interface WrappedSecret {
  readonly kid: string;
  /** Whose it is: KMS unwraps it for nobody who says another one. */
  readonly apiId: string;
  readonly wrapped: string;
}

/** Has KMS make a secret; the clear text is in this answer only. */
export interface SigningSecretMaker {
  make(apiId: string): Promise<{ readonly secret: string; readonly wrapped: string }>;
}

/** A public JSON Web Key as it is published (RFC 7517). */
export interface PublicJwk {
  readonly kty: string;
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly use: 'sig';
  readonly [member: string]: string;
}

/** The public halves of the signing keys. */
export interface KeySet {
  /** Those that verifiers are to know now; a revoked one is left out after a second at most. */
  publicKeys(nowSeconds: number): Promise<readonly PublicJwk[]>;
  /** Algorithms this workspace has signing keys for. */
  readonly algorithms: readonly SigningAlgorithm[];
}

/** Vouches for the public halves, for verifiers that know one of the keys already. */
export interface KeySetSigner {
  /** The key set as a JWT (OpenID Federation 1.0 §5.2.1, `signed_jwks_uri`). */
  signedKeySet(nowSeconds: number): Promise<string>;
}
