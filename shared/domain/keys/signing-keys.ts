import type { Look } from '../records/look.ts';
import type { SigningAlgorithm } from '../records/permissions.ts';
import { type LivingCustody, SIGNING_KEYS, type SigningKey, type SigningKeys } from './signing-key.ts';

/** The keys that the workspace signs with, and the states they go through. Everything here decides by a record alone. */

/** The oldest that a wrapped key may be when it signs. */
export const WRAPPED_KEY_SECONDS_MAX = 86_400;

/** `pending`: published only. `active`: signs. `retiring`: signs no more, still published. `retired`: not even that. */
export type KeyState = 'pending' | 'active' | 'retiring' | 'retired' | 'revoked';

export function stateOf(key: SigningKey, nowSeconds: number): KeyState {
  if (key.revokedAtSeconds !== undefined) return 'revoked';
  if (isPending(key)) return 'pending';
  if (isActive(key)) return 'active';
  return key.retain || nowSeconds < (key.publishedUntilSeconds ?? 0) ? 'retiring' : 'retired';
}

function isPending({ revokedAtSeconds, signsFromSeconds }: SigningKey): boolean {
  return revokedAtSeconds === undefined && signsFromSeconds === undefined;
}

/** Nobody's clock has a part in it, so that all processes agree about who signs. */
function isActive({ revokedAtSeconds, signsFromSeconds, signsUntilSeconds }: SigningKey): boolean {
  return revokedAtSeconds === undefined && signsFromSeconds !== undefined && signsUntilSeconds === undefined;
}

const PUBLISHED: readonly KeyState[] = ['pending', 'active', 'retiring'];

/** Whether verifiers are told of the key. */
export function isPublished(key: SigningKey, nowSeconds: number): boolean {
  return PUBLISHED.includes(stateOf(key, nowSeconds));
}

/**
 * Whether a signature by this key says anything now. Long-lived tokens may be older than any published key, and nobody
 * takes them without asking Mintmark: for them a retired key is good enough, a revoked one never.
 */
export function isTrusted(key: SigningKey, isLongLived: boolean, nowSeconds: number): boolean {
  return isPublished(key, nowSeconds) || (isLongLived && stateOf(key, nowSeconds) === 'retired');
}

/**
 * Whether a key that some process knows is still trusted, as the record stands. One that the record does not know is, if
 * it can only be the deployment's, which nobody has written down yet.
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

/** The key that signs in KMS with this algorithm; undefined while there is none. */
export function kmsSigningKey(keys: readonly SigningKey[], algorithm: SigningAlgorithm): SigningKey | undefined {
  return activeIn(keys, { algorithm, lane: 'kms' });
}

/** The key that the exchange unwraps and signs with; undefined where the workspace has none, or only one that is too old. */
export function wrappedSigningKey(
  keys: readonly SigningKey[],
  algorithm: SigningAlgorithm,
  nowSeconds: number,
): SigningKey | undefined {
  const key = activeIn(keys, { algorithm, lane: 'wrapped' });
  return key !== undefined && ageOf(key, nowSeconds) < WRAPPED_KEY_SECONDS_MAX ? key : undefined;
}

/** Keys of one algorithm and custody follow one another. */
export interface Lane {
  readonly algorithm: SigningAlgorithm;
  readonly lane: LivingCustody;
}

export function isIn({ algorithm, lane }: Lane): (key: Lane) => boolean {
  return (key) => key.algorithm === algorithm && key.lane === lane;
}

/** The one key of a lane that signs: transitions never leave two. */
export function activeIn(keys: readonly SigningKey[], lane: Lane): SigningKey | undefined {
  return keys.filter(isIn(lane)).find(isActive);
}

/** The key of a lane that will sign next. */
export function pendingIn(keys: readonly SigningKey[], lane: Lane): SigningKey | undefined {
  return keys.filter(isIn(lane)).find(isPending);
}

/** How long a key has existed. */
export function ageOf({ publishedFromSeconds }: SigningKey, nowSeconds: number): number {
  return nowSeconds - publishedFromSeconds;
}

/** The workspace's signing keys, read with whatever else this look reads; undefined before the first run. */
export function signingKeysIn(look: Look): Promise<SigningKeys | undefined> {
  return look.find(SIGNING_KEYS);
}

/** Lets the signing keys travel with what is read next. */
export function expectSigningKeys(look: Look): void {
  look.expect(SIGNING_KEYS);
}

/**
 * All keys, those of the deployment among them that nobody has written down yet. A deployment's key is taken for an
 * algorithm that has had no key in KMS ever: what was revoked does not come back.
 */
export function withFoundingKeys(
  stored: readonly SigningKey[],
  founding: readonly SigningKey[],
): readonly SigningKey[] {
  const isNew = ({ algorithm }: SigningKey) => !stored.some(isIn({ algorithm, lane: 'kms' }));
  return [...stored, ...founding.filter(isNew)];
}

/** What is signed with where nobody has said anything: RS256, which everybody verifies, if the deployment has it (V9). */
export function preferredAlgorithm(algorithms: readonly SigningAlgorithm[]): SigningAlgorithm {
  const [first = 'RS256'] = algorithms;
  return algorithms.includes('RS256') ? 'RS256' : first;
}
