import type { SigningAlgorithm } from '../records/permissions.ts';
import type { WorkspaceSettings } from '../records/settings.ts';
import type { SigningKey, SigningKeys } from './signing-key.ts';
import { activeIn, ageOf, isIn, type Lane, pendingIn, stateOf, WRAPPED_KEY_SECONDS_MAX } from './signing-keys.ts';

/** The settings for the rotation of signing keys: custody and times. */
export type RotationPolicy = WorkspaceSettings['signingKeys'];

/**
 * How many retired public keys the record keeps, to verify long-lived tokens. Beyond it the oldest keys are removed.
 */
const RETIRED_KEYS_MAX = 200;

/** The rules by which the record of the keys changes. */
export interface Rules {
  readonly policy: RotationPolicy;
  /** The algorithms that the deployment signs with. */
  readonly algorithms: readonly SigningAlgorithm[];
}

/**
 * Makes all changes that are due: the next keys take over, keys of a lane that the rules no longer name stop signing,
 * and expired keys leave the record. Returns the same object if no change is due, so a second run writes nothing.
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
    switched.map((key) => withoutUnusedPrivateKey(key)),
    policy,
    nowSeconds,
  );
  const isSame = kept.length === record.keys.length && kept.every((key, index) => key === record.keys[index]);
  return isSame ? record : { ...record, keys: kept };
}

/** Returns the lanes that the workspace needs: each algorithm in KMS, and in the mode `wrapped` also wrapped by KMS. */
function lanesOf({ policy, algorithms }: Rules): readonly Lane[] {
  const inKms = algorithms.map((algorithm): Lane => ({ algorithm, lane: 'kms' }));
  if (policy.mode === 'kms') return inKms;
  return [...inKms, ...algorithms.map((algorithm): Lane => ({ algorithm, lane: 'wrapped' }))];
}

/**
 * Finds a lane for which a next key must be made. A lane in KMS always has a published next key. Verifiers then know
 * the next key already in an emergency. The next wrapped key is made late, because a wrapped key may sign for one day
 * only.
 */
export function findVacancy({ keys, creations }: SigningKeys, rules: Rules, nowSeconds: number): Lane | undefined {
  return lanesOf(rules).find((lane) => {
    if (pendingIn(keys, lane) !== undefined || creations.some(isIn(lane))) return false;
    const active = activeIn(keys, lane);
    return lane.lane === 'kms' || active === undefined || isDueWrapped(active, rules.policy, nowSeconds);
  });
}

/** Whether the next wrapped key must be made: twice the lead time before the end, to leave time for runs that fail. */
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

/**
 * Whether the next key of a lane takes over now. The active key must have reached its age, and verifiers must have had
 * time to learn the next key. In KMS the next key takes over at once if no key of the lane signs.
 */
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

/** Stops a key from signing. It stays published until its last token has expired; a key that never signed does not. */
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

/** Removes the wrapped private key of a key that does not sign any more: only a thief could use it. */
function withoutUnusedPrivateKey(key: SigningKey): SigningKey {
  const isOver = key.signsUntilSeconds !== undefined || key.revokedAtSeconds !== undefined;
  return isOver && key.custody.type === 'wrapped' ? { ...key, custody: { type: 'gone' } } : key;
}

/**
 * Removes keys from the record: retired wrapped keys, because they never sign long-lived tokens; revoked keys after the
 * retention time; and the oldest retired keys if there are too many. A key that is still in KMS stays, because it has
 * to be disposed of first. A key of the deployment stays, because it would come back as a new key.
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

/** Returns the keys in KMS that can be disposed of: the product made them, and they are retired or revoked. */
export function disposableKeys({ keys }: SigningKeys, nowSeconds: number): readonly SigningKey[] {
  return keys.filter((key) => {
    const isOver = ['retired', 'revoked'].includes(stateOf(key, nowSeconds));
    return isOver && !key.retain && key.custody.type === 'kms' && key.custody.slot !== undefined;
  });
}

/** Adds a new key to the record and removes the note of its creation. */
export function addKey(record: SigningKeys, key: SigningKey): SigningKeys {
  return {
    ...record,
    keys: [...record.keys, key],
    creations: record.creations.filter((creation) => !isIn(creation)(key)),
  };
}

/** Changes one key of the record; undefined if the record does not have the key. */
export function withKey(
  record: SigningKeys,
  kid: string,
  change: (key: SigningKey) => SigningKey,
): SigningKeys | undefined {
  if (!record.keys.some((key) => key.kid === kid)) return undefined;
  return { ...record, keys: record.keys.map((key) => (key.kid === kid ? change(key) : key)) };
}

/**
 * Revokes one key of the record; undefined if the record does not have the key. In KMS the next key takes over at once,
 * also if verifiers do not know it yet, because no other key can sign. Instead of a revoked wrapped key, KMS signs.
 */
export function revoke(record: SigningKeys, kid: string, rules: Rules, nowSeconds: number): SigningKeys | undefined {
  const revoked = withKey(record, kid, (key) => ({ ...key, revokedAtSeconds: key.revokedAtSeconds ?? nowSeconds }));
  return revoked && advance(revoked, rules, nowSeconds);
}

/** Asks for the successor of a key that signs, at any age; undefined if the record does not have the key. */
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
