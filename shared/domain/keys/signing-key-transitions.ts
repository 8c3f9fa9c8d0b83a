import type { SigningAlgorithm } from '../records/permissions.ts';
import type { WorkspaceSettings } from '../records/settings.ts';
import type { SigningKey, SigningKeys } from './signing-key.ts';
import { activeIn, ageOf, isIn, type Lane, pendingIn, stateOf, WRAPPED_KEY_SECONDS_MAX } from './signing-keys.ts';

/** How the keys of a workspace come and go. */
export type RotationPolicy = WorkspaceSettings['signingKeys'];

/** Retired keys are kept, by their public halves, for long-lived tokens; beyond so many the oldest go. */
const RETIRED_KEYS_MAX = 200;

/** What decides about keys besides the record and the moment. */
export interface Rules {
  readonly policy: RotationPolicy;
  /** What the deployment signs with. */
  readonly algorithms: readonly SigningAlgorithm[];
}

/**
 * The record with everything done that is due: successors take over, keys that nobody wants any more stop, and what is
 * over is forgotten. The same record where nothing is due, so that a second run has nothing to write.
 */
export function advance(record: SigningKeys, rules: Rules, nowSeconds: number): SigningKeys {
  const { policy } = rules;
  const lanes = lanesOf(rules);
  const stopped = record.keys.map((key) =>
    lanes.some((lane) => isIn(lane)(key)) ? key : stop(key, policy, nowSeconds),
  );
  const switched = lanes.reduce<readonly SigningKey[]>(
    (keys, lane) => switchLane(keys, lane, policy, nowSeconds),
    stopped,
  );
  const kept = forget(
    switched.map((key) => withoutUnusable(key)),
    policy,
    nowSeconds,
  );
  const isSame = kept.length === record.keys.length && kept.every((key, index) => key === record.keys[index]);
  return isSame ? record : { ...record, keys: kept };
}

/** The lanes that the workspace wants: each algorithm in KMS, and where it signs with wrapped keys, those too. */
function lanesOf({ policy, algorithms }: Rules): readonly Lane[] {
  const inKms = algorithms.map((algorithm): Lane => ({ algorithm, lane: 'kms' }));
  if (policy.mode === 'kms') return inKms;
  return [...inKms, ...algorithms.map((algorithm): Lane => ({ algorithm, lane: 'wrapped' }))];
}

/**
 * A lane that lacks the key to come. In KMS one is always waiting, published long before anybody needs it, so that an
 * emergency finds verifiers that know it; a wrapped key would be too old by then, and comes as late as its lead allows.
 */
export function findVacancy({ keys, creations }: SigningKeys, rules: Rules, nowSeconds: number): Lane | undefined {
  return lanesOf(rules).find((lane) => {
    if (pendingIn(keys, lane) !== undefined || creations.some(isIn(lane))) return false;
    const active = activeIn(keys, lane);
    return lane.lane === 'kms' || active === undefined || isDueWrapped(active, rules.policy, nowSeconds);
  });
}

/** Early enough to be published as long as it must, with as much time again for runs that fail. */
function isDueWrapped(key: SigningKey, { leadSeconds }: RotationPolicy, nowSeconds: number): boolean {
  return key.isDue === true || ageOf(key, nowSeconds) >= WRAPPED_KEY_SECONDS_MAX - 2 * leadSeconds;
}

function switchLane(
  keys: readonly SigningKey[],
  lane: Lane,
  policy: RotationPolicy,
  nowSeconds: number,
): readonly SigningKey[] {
  const [active, pending] = [activeIn(keys, lane), pendingIn(keys, lane)];
  if (pending === undefined || !mayTakeOver(pending, active, policy, nowSeconds)) return keys;
  return keys.map((key) => {
    if (key === pending) return { ...key, signsFromSeconds: nowSeconds };
    return key === active ? stop(key, policy, nowSeconds) : key;
  });
}

/** Nobody signs with a key that verifiers may not have seen, unless nothing else could sign. */
function mayTakeOver(
  pending: SigningKey,
  active: SigningKey | undefined,
  { leadSeconds, rotationSeconds }: RotationPolicy,
  nowSeconds: number,
): boolean {
  const isKnown = ageOf(pending, nowSeconds) >= leadSeconds;
  if (active === undefined) return isKnown || pending.lane === 'kms';
  if (active.lane === 'wrapped' || active.isDue) return isKnown;
  return isKnown && nowSeconds - (active.signsFromSeconds ?? 0) >= rotationSeconds;
}

/** The key signs no more, but stays published for as long as the last token that it signed is anybody's business. */
function stop(key: SigningKey, { retentionSeconds }: RotationPolicy, nowSeconds: number): SigningKey {
  const state = stateOf(key, nowSeconds);
  if (state !== 'active' && state !== 'pending') return key;
  const publishedUntilSeconds = state === 'pending' ? nowSeconds : nowSeconds + retentionSeconds;
  const { isDue: _isDue, ...stopped } = key;
  return {
    ...stopped,
    signsFromSeconds: key.signsFromSeconds ?? nowSeconds,
    signsUntilSeconds: nowSeconds,
    publishedUntilSeconds,
  };
}

/** The wrapped private half of a key that signs no more is of use to thieves only. */
function withoutUnusable(key: SigningKey): SigningKey {
  const isOver = key.signsUntilSeconds !== undefined || key.revokedAtSeconds !== undefined;
  return isOver && key.custody.type === 'wrapped' ? { ...key, custody: { type: 'gone' } } : key;
}

/**
 * What is left out: retired wrapped keys, because they signed no long-lived token; revoked keys, once no verifier can
 * have a token by them; and the oldest of too many. What KMS still has to be told of stays, and so do the deployment's
 * keys, of which the deployment would tell again.
 */
function forget(
  keys: readonly SigningKey[],
  { retentionSeconds }: RotationPolicy,
  nowSeconds: number,
): readonly SigningKey[] {
  const isRemembered = (key: SigningKey) => {
    const state = stateOf(key, nowSeconds);
    if (state === 'retired') return key.lane === 'kms';
    return state !== 'revoked' || nowSeconds < (key.revokedAtSeconds ?? 0) + retentionSeconds;
  };
  const remembered = keys.filter((key) => key.custody.type === 'kms' || isRemembered(key));
  const retired = remembered.filter((key) => key.custody.type === 'gone' && stateOf(key, nowSeconds) === 'retired');
  const surplus = new Set(retired.slice(0, Math.max(0, retired.length - RETIRED_KEYS_MAX)));
  return remembered.filter((key) => !surplus.has(key));
}

/** Keys that the product made and that sign nothing any more: KMS need not keep them. */
export function disposableKeys({ keys }: SigningKeys, nowSeconds: number): readonly SigningKey[] {
  return keys.filter((key) => {
    const isOver = ['retired', 'revoked'].includes(stateOf(key, nowSeconds));
    return isOver && !key.retain && key.custody.type === 'kms' && key.custody.slot !== undefined;
  });
}

/** The record with a key that was just made, in the place of the note that it is being made. */
export function addKey(record: SigningKeys, key: SigningKey): SigningKeys {
  return {
    ...record,
    keys: [...record.keys, key],
    creations: record.creations.filter((creation) => !isIn(creation)(key)),
  };
}

/** The record with one key changed; undefined where there is no such key. */
export function withKey(
  record: SigningKeys,
  kid: string,
  change: (key: SigningKey) => SigningKey,
): SigningKeys | undefined {
  if (!record.keys.some((key) => key.kid === kid)) return undefined;
  return { ...record, keys: record.keys.map((key) => (key.kid === kid ? change(key) : key)) };
}

/**
 * The record without any trust in one key. The next key in KMS takes over at once, whatever verifiers have seen of it,
 * because nothing else signs; in place of a wrapped key, KMS does.
 */
export function revoke(record: SigningKeys, kid: string, rules: Rules, nowSeconds: number): SigningKeys | undefined {
  const revoked = withKey(record, kid, (key) => ({ ...key, revokedAtSeconds: key.revokedAtSeconds ?? nowSeconds }));
  return revoked && advance(revoked, rules, nowSeconds);
}

/** The record in which a key that signs has served long enough; undefined where there is no such key. */
export function demandSuccessor(
  record: SigningKeys,
  kid: string,
  rules: Rules,
  nowSeconds: number,
): SigningKeys | undefined {
  const demanded = withKey(record, kid, (key) =>
    stateOf(key, nowSeconds) === 'active' ? { ...key, isDue: true } : key,
  );
  return demanded && advance(demanded, rules, nowSeconds);
}
