import type { SigningAlgorithm } from '../records/permissions.ts';
import type { Custody, KeyCreation, SigningKey } from './signing-key.ts';

/** The signing keys of the deployment, one for each algorithm. They are the first keys of a workspace. */
export interface FoundingKeys {
  readonly algorithms: readonly SigningAlgorithm[];
  /** Reads the keys. In the result, they are published and sign from the given moment on. */
  read(nowSeconds: number): Promise<readonly SigningKey[]>;
}

/** A key that was just made. No record names it yet. */
export interface NewSigningKey {
  readonly kid: string;
  readonly jwk: SigningKey['jwk'];
  readonly custody: Exclude<Custody, { readonly type: 'gone' }>;
}

/** Makes keys with KMS and disposes of keys in KMS. */
export interface SigningKeyMaker {
  /**
   * Makes the key of a slot. `isResumed` says that an earlier run began to make it. A key that the earlier run left in
   * KMS is used; if there are several keys, one is used and the others are disposed of.
   */
  make(creation: KeyCreation, isResumed: boolean): Promise<NewSigningKey>;
  /**
   * Schedules the deletion of a key in KMS: it cannot sign from now on. Succeeds if the deletion is scheduled already.
   */
  dispose(keyArn: string): Promise<void>;
}

/** A signing key in KMS that the product made. */
export interface MadeKey {
  readonly keyId: string;
  readonly algorithm: SigningAlgorithm;
}

/** The signing keys in KMS that the product made in this deployment. */
export interface MadeKeys {
  /** Lists the keys, also those that wait for their deletion. */
  list(): Promise<readonly MadeKey[]>;
  /** Lets the roles of the deployment use a key, beside the roles that may use it now. False if KMS knows no such role. */
  admit(key: MadeKey): Promise<boolean>;
  /** Lets the roles of the deployment use a key, and no others. False if KMS knows no such role. */
  settle(key: MadeKey): Promise<boolean>;
  /** Schedules the deletion of a key: it cannot sign from now on. Succeeds if the deletion is scheduled already. */
  end(key: MadeKey): Promise<void>;
  /** Waits until KMS may know a role that is new. */
  pause(): Promise<void>;
}

/** Seals secrets with a key of the workspace, the pepper, so that Mintmark recognises its own secrets. */
export interface Pepper {
  /** Computes a seal: eight base62 characters that only the holder of the pepper can compute. */
  seal(message: string): Promise<string>;
  /** Whether a seal was made with any live pepper. Takes the same time for every wrong seal. */
  isSealed(message: string, seal: string): Promise<boolean>;
}

/** Makes the first pepper of the workspace. */
export interface PepperFounder {
  /** Makes a pepper if there is none. */
  found(): Promise<void>;
}

/** A pepper as it is stored, wrapped by KMS. */
export interface WrappedPepper {
  /** The ciphertext of KMS, in Base64. */
  readonly wrapped: string;
  readonly createdAtSeconds?: number | undefined;
}

/** The peppers of the workspace as they are stored, the current pepper first. */
export interface KeptPeppers {
  readonly peppers: readonly [WrappedPepper, ...WrappedPepper[]];
  /** Changes with every write. */
  readonly version: string;
}

/** Stores the peppers of the workspace. */
export interface PepperVault {
  /** Reads the peppers; undefined before the workspace is founded. */
  read(): Promise<KeptPeppers | undefined>;
  /** Lets KMS make and wrap a new pepper. The pepper is not stored yet. */
  wrapNew(): Promise<string>;
  /** Replaces the peppers if their version is still the given version; resolves with false otherwise. */
  replace(peppers: KeptPeppers['peppers'], version: string): Promise<boolean>;
}

/** A signing secret of an API, wrapped by KMS. */
export interface WrappedSecret {
  readonly kid: string;
  /** The API that the secret belongs to. KMS unwraps the secret only for this id (encryption context). */
  readonly apiId: string;
  readonly wrapped: string;
}

/** Makes signing secrets for APIs. */
export interface SigningSecretMaker {
  /** Lets KMS make a secret. The clear text is in this answer only. */
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

/** The public signing keys of the workspace. */
export interface KeySet {
  /** Returns the keys that verifiers must know now. It leaves a revoked key out after one second at most. */
  publicKeys(nowSeconds: number): Promise<readonly PublicJwk[]>;
  /** The algorithms that this workspace has signing keys for. */
  readonly algorithms: readonly SigningAlgorithm[];
}

/** Signs the key set, for verifiers that know one of the keys already. */
export interface KeySetSigner {
  /** Returns the key set as a JWT (OpenID Federation 1.0 §5.2.1, `signed_jwks_uri`). */
  signedKeySet(nowSeconds: number): Promise<string>;
}
