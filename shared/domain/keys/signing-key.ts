import type { Versioned } from '../records/lifecycle.ts';
import type { SigningAlgorithm } from '../records/permissions.ts';
import type { RecordKey } from '../records/record-key.ts';

/**
 * The place of a private key. `kms`: KMS keeps it and signs with it. `wrapped`: the record keeps it, and KMS unwraps it
 * for the exchange only. `gone`: it is destroyed. `slot` names the creation of the key. By the slot, a later run finds
 * a key that a killed run left in KMS; a key of the deployment has no slot.
 */
export type Custody =
  | { readonly type: 'kms'; readonly keyArn: string; readonly slot?: string | undefined }
  | { readonly type: 'wrapped'; readonly slot: string; readonly ciphertext: string }
  | { readonly type: 'gone' };

/** The places of a private key that exists. */
export type LivingCustody = Exclude<Custody['type'], 'gone'>;

/** A signing key. The times that are set determine its state; each time is the moment at which it was written. */
export interface SigningKey {
  /** The thumbprint of the public key (RFC 7638). */
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  /** The members of the public key (RFC 7518 §6), without `kid`, `alg` and `use`. */
  readonly jwk: Readonly<Record<string, string>>;
  /** The place where the private key was made: in KMS, or wrapped. It stays after the private key is destroyed. */
  readonly lane: LivingCustody;
  readonly custody: Custody;
  readonly publishedFromSeconds: number;
  readonly signsFromSeconds?: number | undefined;
  readonly signsUntilSeconds?: number | undefined;
  readonly publishedUntilSeconds?: number | undefined;
  readonly revokedAtSeconds?: number | undefined;
  /** Whether an administrator asked for its successor before the key reached its age. */
  readonly isDue?: true | undefined;
  /** Whether the key stays published, and in KMS, after its time is over. */
  readonly retain?: true | undefined;
}

/** The note that a run is making a key. For two minutes only this run makes it. */
export interface KeyCreation {
  /** Names the creation; a run that resumes it keeps the slot. */
  readonly slot: string;
  /** The run that is making the key now. */
  readonly owner: string;
  readonly algorithm: SigningAlgorithm;
  readonly lane: LivingCustody;
  readonly startedAtSeconds: number;
}

/** All signing keys of the workspace, in one record. So one conditional write decides every transition. */
export interface SigningKeys extends Versioned {
  readonly keys: readonly SigningKey[];
  /** At most one creation for each lane. */
  readonly creations: readonly KeyCreation[];
}

/** Names the only record of signing keys. */
export const SIGNING_KEYS: RecordKey<'signingKeys', SigningKeys> = { kind: 'signingKeys', id: 'workspace' };
