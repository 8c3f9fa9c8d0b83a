import type { Clock } from '#shared/domain/ambient.ts';
import type { SigningKey, SigningKeys } from '#shared/domain/keys/signing-key.ts';
import { stateOf } from '#shared/domain/keys/signing-keys.ts';
import { timestamp, timestampOrNull } from './representations.ts';

/** All signing keys as the API shows them: nothing of where their private halves are. */
export function signingKeysRepresentation({ keys, version }: SigningKeys, clock: Clock) {
  const nowSeconds = clock.nowSeconds();
  return { items: keys.map((key) => signingKeyRepresentation(key, nowSeconds)), version };
}

/** One of them. */
export function signingKeyRepresentation(key: SigningKey, nowSeconds: number) {
  const { kid, algorithm, lane, retain = false } = key;
  return {
    kid,
    algorithm,
    custody: lane,
    state: stateOf(key, nowSeconds),
    retain,
    publishedAt: timestamp(key.publishedFromSeconds),
    signsFrom: timestampOrNull(key.signsFromSeconds),
    signsUntil: timestampOrNull(key.signsUntilSeconds),
    publishedUntil: timestampOrNull(key.publishedUntilSeconds),
    revokedAt: timestampOrNull(key.revokedAtSeconds),
  };
}
