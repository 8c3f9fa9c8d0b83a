import type { ShortLived } from '../records/lifecycle.ts';
import type { RecordKey } from '../records/record-key.ts';

/**
 * A login at an identity provider under way in one interaction. State, nonce and code verifier are derived from the
 * browser's secret and this record, so none of them is stored. A new choice of a provider replaces it.
 */
export interface ProviderLogin extends ShortLived {
  readonly interactionId: string;
  readonly providerId: string;
  /** Random, so that no two logins of a browser have the same state, nonce and code verifier. */
  readonly salt: string;
  readonly begunAtSeconds: number;
  /** Whether the provider's answer was taken. */
  readonly isUsed: boolean;
}

/** Names the provider login of an interaction among the short-lived records. */
export function providerLoginKey(interactionId: string): RecordKey<'providerLogin', ProviderLogin> {
  return { kind: 'providerLogin', id: interactionId };
}
