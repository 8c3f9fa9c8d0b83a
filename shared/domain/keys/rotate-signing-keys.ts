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

/** How long whoever began to make a key is left alone with it: longer than any run lasts. */
const CREATION_SECONDS = 120;

/** What one run does at most; a workspace has eight lanes, and keys to give up besides. */
const STEPS_MAX = 24;

interface Ports extends SigningKeyPorts {
  readonly signingKeyMaker: SigningKeyMaker;
  readonly random: Random;
}

/** What a run came to. */
export interface RotationProgress {
  /** Writes by which keys changed their state. */
  readonly transitions: number;
  readonly made: number;
  readonly disposed: number;
}

/**
 * Takes the workspace's keys as far as the moment asks for. It can be killed anywhere and run many times at once: each
 * step is one conditional write, whoever loses it stops, and what a broken run left is taken up when it must have ended.
 * A key that cannot be made, or given up, does not hold up the others.
 * @throws the first failure, when all others have had their turn
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
  /** By what failed. */
  readonly failures: Map<string, unknown>;
}

/** One step; false where there is nothing to do, or somebody else is doing it. */
async function takeStep(run: Run, ports: Ports): Promise<boolean> {
  const { record, rules } = await readRotation(ports);
  const nowSeconds = ports.clock.nowSeconds();
  const advanced = advance(await withNewAlgorithms(record, ports), rules, nowSeconds);
  if (advanced !== record) {
    const isWritten = await write(record, advanced, ports);
    if (isWritten) run.transitions += 1;
    return isWritten;
  }
  const creation = nextCreation(record, findVacancy(record, rules, nowSeconds), ports);
  if (creation !== undefined) return begin(creation, { record, policy: rules.policy, run }, ports);

  const disposable = disposableKeys(record, nowSeconds).find(({ kid }) => !run.failures.has(kid));
  if (disposable === undefined) return false;
  await noteFailure(disposable.kid, run, async () => {
    await dispose(disposable, ports);
    run.disposed += 1;
  });
  return true;
}

async function noteFailure(name: string, { failures }: Run, act: () => Promise<void>): Promise<void> {
  await act().catch((failure: unknown) => failures.set(name, failure));
}

interface Beginning {
  readonly record: SigningKeys;
  readonly policy: RotationPolicy;
  readonly run: Run;
}

/** Writes down that a key is being made, so that nobody else does, and makes it; false for whoever was not the first. */
async function begin(creation: KeyCreation, { record, policy, run }: Beginning, ports: Ports): Promise<boolean> {
  const { slot } = creation;
  const others = record.creations.filter((other) => other.slot !== slot);
  if (!(await write(record, { ...record, creations: [...others, creation] }, ports))) return false;
  const isResumed = others.length < record.creations.length;
  await noteFailure(slot, run, async () => {
    if (await make(creation, { isResumed, policy }, ports)) run.made += 1;
  });
  return true;
}

/** An algorithm that the deployment learned meanwhile brings a key of its own. */
async function withNewAlgorithms(record: SigningKeys, { foundingKeys, clock }: Ports): Promise<SigningKeys> {
  const known = new Set(record.keys.map(({ algorithm }) => algorithm));
  if (foundingKeys.algorithms.every((algorithm) => known.has(algorithm))) return record;
  return { ...record, keys: withFoundingKeys(record.keys, await foundingKeys.read(clock.nowSeconds())) };
}

function write(before: SigningKeys, after: SigningKeys, { signingKeyRecords }: Ports): Promise<boolean> {
  return signingKeyRecords.replace(SIGNING_KEYS, { ...after, version: before.version + 1 });
}

/** What is to be made now: what somebody began and cannot be at any more, else what a lane lacks. */
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

/** False where the slot was somebody else's in the end. */
async function make(
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
    before.creations.some((records) => records.owner === owner)
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

/** Somebody took the slot over. Whoever is at it finds this key too; if all is over without it, nobody else ever will. */
async function abandon({ custody }: NewSigningKey, ports: Ports): Promise<void> {
  if (custody.type !== 'kms') return;
  const { record } = await readRotation(ports);
  const isWanted = record.keys.some((key) => key.custody.type === 'kms' && key.custody.keyArn === custody.keyArn);
  if (isWanted || record.creations.some(({ slot }) => slot === custody.slot)) return;
  await ports.signingKeyMaker.dispose(custody.keyArn);
}

async function dispose({ kid, custody }: SigningKey, ports: Ports): Promise<void> {
  if (custody.type === 'kms') await ports.signingKeyMaker.dispose(custody.keyArn);
  await changeSigningKeys((before) => withKey(before, kid, (key) => ({ ...key, custody: { type: 'gone' } })), ports);
}
