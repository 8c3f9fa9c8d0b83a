import type { Random } from '../ambient.ts';
import { DomainError } from '../errors.ts';
import { newId } from '../ids.ts';
import type { NewSigningKey, SigningKeyMaker } from './ports.ts';
import { type KeyCreation, SIGNING_KEYS, type SigningKey, type SigningKeys } from './signing-key.ts';
import { changeSigningKeys, readRotation, type SigningKeyPorts, writeFoundingKeys } from './signing-key-record.ts';
import {
  addKey,
  advance,
  disposableKeys,
  findVacancy,
  type RotationPolicy,
  withKey,
} from './signing-key-transitions.ts';
import { type Lane, withFoundingKeys } from './signing-keys.ts';

/** How long a run that began to make a key owns its creation: longer than a run can last. */
const CREATION_SECONDS = 120;

/** The largest number of steps of one run. A workspace has up to eight lanes, and keys to dispose of besides. */
const STEPS_MAX = 24;

interface Ports extends SigningKeyPorts {
  readonly signingKeyMaker: SigningKeyMaker;
  readonly random: Random;
}

/** The results of one run, as numbers of writes and keys. */
export interface RotationProgress {
  /** The number of writes in which keys changed their state. */
  readonly transitions: number;
  readonly made: number;
  readonly disposed: number;
}

/**
 * Makes, activates, retires and disposes of the workspace's keys as the clock demands. A run can be killed at any
 * moment, and many runs can work at once: each step is one conditional write, and a run that loses the race for it
 * stops. Another run resumes the work of a killed run two minutes later. If a key cannot be made or disposed of, the
 * run goes on with the other keys.
 * @throws the first of these failures, at the end of the run
 */
export async function rotateSigningKeys(ports: Ports): Promise<RotationProgress> {
  await writeFoundingKeys(ports);
  const run: Run = { transitions: 0, made: 0, disposed: 0, failures: new Map() };
  for (let step = 0; step < STEPS_MAX; step += 1) {
    if (!(await takeStep(run, ports))) break;
  }
  const { failures, ...progress } = run;
  for (const failure of failures.values()) throw failure;
  return progress;
}

interface Run {
  transitions: number;
  made: number;
  disposed: number;
  /** The error of each slot or key (`kid`) that failed. */
  readonly failures: Map<string, unknown>;
}

/** Takes one step. Resolves with false if there is no work, or another run does it. */
async function takeStep(run: Run, ports: Ports): Promise<boolean> {
  const { record, rules } = await readRotation(ports);
  const nowSeconds = ports.clock.nowSeconds();
  const advanced = advance(await withNewAlgorithms(record, ports), rules, nowSeconds);
  if (advanced !== record) {
    const isWritten = await replaceRecord(record, advanced, ports);
    if (isWritten) run.transitions += 1;
    return isWritten;
  }
  const creation = nextCreation(record, findVacancy(record, rules, nowSeconds), ports);
  if (creation !== undefined) return beginCreation(creation, { record, policy: rules.policy, run }, ports);

  const disposable = disposableKeys(record, nowSeconds).find(({ kid }) => !run.failures.has(kid));
  if (disposable === undefined) return false;
  await noteFailure(disposable.kid, run, async () => {
    await disposeOf(disposable, ports);
    run.disposed += 1;
  });
  return true;
}

async function noteFailure(slotOrKid: string, { failures }: Run, act: () => Promise<void>): Promise<void> {
  await act().catch((failure: unknown) => failures.set(slotOrKid, failure));
}

interface CreationContext {
  readonly record: SigningKeys;
  readonly policy: RotationPolicy;
  readonly run: Run;
}

/**
 * Writes the creation into the record, so that no other run begins it, and makes the key. Resolves with false if
 * another run was first.
 */
async function beginCreation(
  creation: KeyCreation,
  { record, policy, run }: CreationContext,
  ports: Ports,
): Promise<boolean> {
  const { slot } = creation;
  const others = record.creations.filter((other) => other.slot !== slot);
  if (!(await replaceRecord(record, { ...record, creations: [...others, creation] }, ports))) return false;
  const isResumed = others.length < record.creations.length;
  await noteFailure(slot, run, async () => {
    if (await makeKey(creation, { isResumed, policy }, ports)) run.made += 1;
  });
  return true;
}

/** Adds the deployment's key of each algorithm that the deployment has and the record lacks. */
async function withNewAlgorithms(record: SigningKeys, { foundingKeys, clock }: Ports): Promise<SigningKeys> {
  const known = new Set(record.keys.map(({ algorithm }) => algorithm));
  if (foundingKeys.algorithms.every((algorithm) => known.has(algorithm))) return record;
  return { ...record, keys: withFoundingKeys(record.keys, await foundingKeys.read(clock.nowSeconds())) };
}

function replaceRecord(before: SigningKeys, after: SigningKeys, { signingKeyRecords }: Ports): Promise<boolean> {
  return signingKeyRecords.replace(SIGNING_KEYS, { ...after, version: before.version + 1 });
}

/** Returns the next key to make: a key that a killed run began, or else the key that a lane lacks. */
function nextCreation(
  { creations }: SigningKeys,
  vacancy: Lane | undefined,
  { clock, random }: Ports,
): KeyCreation | undefined {
  const startedAtSeconds = clock.nowSeconds();
  const own = { owner: newId('key', random), startedAtSeconds };
  const broken = creations.find((creation) => creation.startedAtSeconds + CREATION_SECONDS <= startedAtSeconds);
  if (broken !== undefined) return { ...broken, ...own };
  return vacancy && { ...own, slot: newId('key', random), algorithm: vacancy.algorithm, lane: vacancy.lane };
}

/** Makes a key and adds it to the record. Resolves with false if another run has taken the creation over. */
async function makeKey(
  creation: KeyCreation,
  { isResumed, policy }: { readonly isResumed: boolean; readonly policy: RotationPolicy },
  ports: Ports,
): Promise<boolean> {
  const made = await ports.signingKeyMaker.make(creation, isResumed);
  const nowSeconds = ports.clock.nowSeconds();
  const { algorithm, lane, owner } = creation;
  const key: SigningKey = { ...made, algorithm, lane, publishedFromSeconds: nowSeconds };
  const rules = { policy, algorithms: ports.foundingKeys.algorithms };
  const change = (before: SigningKeys) =>
    before.creations.some((other) => other.owner === owner)
      ? advance(addKey(before, key), rules, nowSeconds)
      : undefined;
  try {
    await changeSigningKeys(change, ports);
    return true;
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'not_found') throw error;
    await abandon(made, ports);
    return false;
  }
}

/**
 * Disposes of a new key after another run has taken its slot over. The key stays if the record has it, or if the other
 * run is still at work, because that run finds the key in KMS and may use it.
 */
async function abandon({ custody }: NewSigningKey, ports: Ports): Promise<void> {
  if (custody.type !== 'kms') return;
  const { record } = await readRotation(ports);
  const isWanted = record.keys.some((key) => key.custody.type === 'kms' && key.custody.keyArn === custody.keyArn);
  if (isWanted || record.creations.some(({ slot }) => slot === custody.slot)) return;
  await ports.signingKeyMaker.dispose(custody.keyArn);
}

async function disposeOf({ kid, custody }: SigningKey, ports: Ports): Promise<void> {
  if (custody.type === 'kms') await ports.signingKeyMaker.dispose(custody.keyArn);
  await changeSigningKeys((before) => withKey(before, kid, (key) => ({ ...key, custody: { type: 'gone' } })), ports);
}
