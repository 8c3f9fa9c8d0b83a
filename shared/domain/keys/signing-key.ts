import type { Versioned } from '../records/lifecycle.ts';
import type { SigningAlgorithm } from '../records/permissions.ts';
import type { RecordKey } from '../records/record-key.ts';

/**
 * Where a private half is: in KMS, which signs; or wrapped by KMS, which unwraps it for the exchange alone. `slot` names
 * the making of the key, so that what a broken run left in KMS can be found; a key of the deployment has none. A private
 * half that nobody may use any more is `gone`.
 */
export type Custody =
  | { readonly type: 'kms'; readonly keyArn: string; readonly slot?: string | undefined }
  | { readonly type: 'wrapped'; readonly slot: string; readonly ciphertext: string }
  | { readonly type: 'gone' };

export type LivingCustody = Exclude<Custody['type'], 'gone'>;

/** A signing key. Its state follows from which of its times are set; each is the moment when somebody wrote it down. */
export interface SigningKey {
  /** The thumbprint of its public half (RFC 7638). */
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  /** Members of the public half (RFC 7518 §6), without those that say what the key is for. */
  readonly jwk: Readonly<Record<string, string>>;
  /** In whose place it stands; stays when the private half is gone. */
  readonly lane: LivingCustody;
  readonly custody: Custody;
  readonly publishedFromSeconds: number;
  readonly signsFromSeconds?: number | undefined;
  readonly signsUntilSeconds?: number | undefined;
  readonly publishedUntilSeconds?: number | undefined;
  readonly revokedAtSeconds?: number | undefined;
  /** Somebody asked for its successor, whatever its age. */
  readonly isDue?: true | undefined;
  /** Stays published, and in KMS, until this is taken back. */
  readonly retain?: true | undefined;
}

/** A key that is being made: whoever wrote this down first makes it, and nobody else for a while. */
export interface KeyCreation {
  readonly slot: string;
  readonly owner: string;
  readonly algorithm: SigningAlgorithm;
  readonly lane: LivingCustody;
  readonly startedAtSeconds: number;
}

/** All signing keys of the workspace: one record, so that one conditional write decides every transition. */
export interface SigningKeys extends Versioned {
  readonly keys: readonly SigningKey[];
  /** One for each lane at most. */
  readonly creations: readonly KeyCreation[];
}

/** Names the one record of the signing keys among the directory's. */
export const SIGNING_KEYS: RecordKey<'signingKeys', SigningKeys> = { kind: 'signingKeys', id: 'workspace' };
