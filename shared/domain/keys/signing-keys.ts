import type { Look } from '../records/look.ts';
import type { SigningAlgorithm } from '../records/permissions.ts';
import { type LivingCustody, SIGNING_KEYS, type SigningKey, type SigningKeys } from './signing-key.ts';

/** The highest age at which a wrapped key may sign. */
export const WRAPPED_KEY_SECONDS_MAX = 86_400;

/**
 * The states of a signing key, in their order. `pending`: published, does not sign yet. `active`: signs. `retiring`:
 * does not sign any more, still published. `retired`: not published any more. `revoked`: not trusted, after any other
 * state.
 */
export type KeyState = 'pending' | 'active' | 'retiring' | 'retired' | 'revoked';

/** One algorithm and one custody. The keys of a lane replace each other. */
export interface Lane {
  readonly algorithm: SigningAlgorithm;
  readonly lane: LivingCustody;
}

/** Returns the state of a key. */
export function stateOf(key: SigningKey, nowSeconds: number): KeyState {
  if (key.revokedAtSeconds !== undefined) return 'revoked';
  if (isPending(key)) return 'pending';
  if (isActive(key)) return 'active';
  return key.retain || nowSeconds < (key.publishedUntilSeconds ?? 0) ? 'retiring' : 'retired';
}

function isPending({ revokedAtSeconds, signsFromSeconds }: SigningKey): boolean {
  return revokedAtSeconds === undefined && signsFromSeconds === undefined;
}

/** Uses the record only, and no clock, so all processes agree which key signs. */
function isActive({ revokedAtSeconds, signsFromSeconds, signsUntilSeconds }: SigningKey): boolean {
  return revokedAtSeconds === undefined && signsFromSeconds !== undefined && signsUntilSeconds === undefined;
}

const PUBLISHED: readonly KeyState[] = ['pending', 'active', 'retiring'];

/** Whether the key set contains the key. */
export function isPublished(key: SigningKey, nowSeconds: number): boolean {
  return PUBLISHED.includes(stateOf(key, nowSeconds));
}

/**
 * Whether a signature by this key is accepted now. A long-lived token may be older than any published key, and it is
 * always checked online: a retired key is accepted for it. A revoked key is never accepted.
 */
export function isTrusted(key: SigningKey, isLongLived: boolean, nowSeconds: number): boolean {
  return isPublished(key, nowSeconds) || (isLongLived && stateOf(key, nowSeconds) === 'retired');
}

/**
 * Whether a key that a process has cached is still trusted by the record. A key that the record lacks is trusted while
 * the record has no KMS key of its algorithm: it is a key of the deployment that no run has written yet.
 */
export function isTrustedNow(
  { kid, algorithm }: Pick<SigningKey, 'kid' | 'algorithm'>,
  isLongLived: boolean,
  { stored, nowSeconds }: { readonly stored: SigningKeys | undefined; readonly nowSeconds: number },
): boolean {
  const keys = stored?.keys ?? [];
  const key = keys.find((candidate) => candidate.kid === kid);
  if (key !== undefined) return isTrusted(key, isLongLived, nowSeconds);
  return !keys.some(isIn({ algorithm, lane: 'kms' }));
}

/** Returns the key in KMS that signs with this algorithm; undefined if there is none. */
export function kmsSigningKey(keys: readonly SigningKey[], algorithm: SigningAlgorithm): SigningKey | undefined {
  return activeIn(keys, { algorithm, lane: 'kms' });
}

/**
 * Returns the wrapped key that signs in the exchange; undefined if the workspace has none, or if the key is too old.
 */
export function wrappedSigningKey(
  keys: readonly SigningKey[],
  algorithm: SigningAlgorithm,
  nowSeconds: number,
): SigningKey | undefined {
  const key = activeIn(keys, { algorithm, lane: 'wrapped' });
  return key !== undefined && ageOf(key, nowSeconds) < WRAPPED_KEY_SECONDS_MAX ? key : undefined;
}

/** Makes a condition on keys: `keys.filter(isIn(lane))` returns the keys of the lane. */
export function isIn({ algorithm, lane }: Lane): (key: Lane) => boolean {
  return (key) => key.algorithm === algorithm && key.lane === lane;
}

/** Returns the key of a lane that signs, if there is one. A transition never leaves two such keys. */
export function activeIn(keys: readonly SigningKey[], lane: Lane): SigningKey | undefined {
  return keys.filter(isIn(lane)).find(isActive);
}

/** Returns the key of a lane that will sign next, if there is one. */
export function pendingIn(keys: readonly SigningKey[], lane: Lane): SigningKey | undefined {
  return keys.filter(isIn(lane)).find(isPending);
}

/** Returns the age of a key in seconds, from its publication on. */
export function ageOf({ publishedFromSeconds }: SigningKey, nowSeconds: number): number {
  return nowSeconds - publishedFromSeconds;
}

/** Reads the signing keys of the workspace; undefined before the first rotation run. */
export function signingKeysIn(look: Look): Promise<SigningKeys | undefined> {
  return look.find(SIGNING_KEYS);
}

/** Announces that the signing keys will be read, so that the look's next read includes them. */
export function expectSigningKeys(look: Look): void {
  look.expect(SIGNING_KEYS);
}

/**
 * Adds the deployment's keys that are not stored yet. A key is added only if its algorithm has never had a key in KMS,
 * so a revoked key does not come back.
 */
export function withFoundingKeys(
  stored: readonly SigningKey[],
  founding: readonly SigningKey[],
): readonly SigningKey[] {
  const isNew = ({ algorithm }: SigningKey) => !stored.some(isIn({ algorithm, lane: 'kms' }));
  return [...stored, ...founding.filter(isNew)];
}

/**
 * Returns the default signing algorithm: RS256, which every verifier knows, if the deployment has a key for it (V9).
 */
export function preferredAlgorithm(algorithms: readonly SigningAlgorithm[]): SigningAlgorithm {
  const [first = 'RS256'] = algorithms;
  return algorithms.includes('RS256') ? 'RS256' : first;
}
