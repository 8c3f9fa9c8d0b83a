import type { Clock } from '#shared/domain/ambient.ts';
import type { SigningKey, SigningKeys } from '#shared/domain/keys/signing-key.ts';
import { stateOf } from '#shared/domain/keys/signing-keys.ts';
import { nothingLeft, timestamp, timestampOrNull } from './representations.ts';

/** Shows all signing keys, without the places of their private halves. */
export function signingKeysRepresentation({ keys, version }: SigningKeys, clock: Clock) {
  const nowSeconds = clock.nowSeconds();
  return { items: keys.map((key) => signingKeyRepresentation(key, nowSeconds)), version };
}

/** The members that no answer shows: the public half, which the key set has, and the place of the private half. */
type HiddenOfSigningKey = 'jwk' | 'custody' | 'isDue';

/** Shows one signing key, with its state at this moment. */
export function signingKeyRepresentation(key: SigningKey, nowSeconds: number) {
  const {
    kid,
    algorithm,
    lane,
    retain,
    publishedFromSeconds,
    signsFromSeconds,
    signsUntilSeconds,
    publishedUntilSeconds,
    revokedAtSeconds,
    ...rest
  }: Omit<SigningKey, HiddenOfSigningKey> = key;
  nothingLeft(rest);
  return {
    kid,
    algorithm,
    custody: lane,
    state: stateOf(key, nowSeconds),
    retain: retain ?? false,
    publishedAt: timestamp(publishedFromSeconds),
    signsFrom: timestampOrNull(signsFromSeconds),
    signsUntil: timestampOrNull(signsUntilSeconds),
    publishedUntil: timestampOrNull(publishedUntilSeconds),
    revokedAt: timestampOrNull(revokedAtSeconds),
  };
}
