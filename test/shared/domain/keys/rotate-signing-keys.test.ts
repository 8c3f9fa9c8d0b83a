import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rotateSigningKeys } from '#shared/domain/keys/rotate-signing-keys.ts';
import type { SigningKeys } from '#shared/domain/keys/signing-key.ts';
import { stateOf } from '#shared/domain/keys/signing-keys.ts';
import { outcomeOf } from '#test/support/ask/concurrent-calls.ts';
import { decide, ROUND_MILLISECONDS_MAX, RUNNERS, roundsEach } from '#test/support/faults/race-rounds.ts';
import { keysInKms } from '#test/support/stored/keys-in-kms.ts';
import type { Fault } from '#test/support/world/engine-proxy.ts';
import { type Engines, startEngines } from '#test/support/world/engines.ts';
import { openWorkspace, type Workspace } from '#test/support/world/workspace.ts';

const ROUNDS = roundsEach(1, 3);

/** After this many rounds the race goes on in a new workspace, because a record of many keys is slow to read. */
const WORKSPACE_ROUNDS = 25;

const QUARTER_SECONDS = 90 * 86_400;

/** Longer than a run owns the creation of a key. */
const ABANDONED_SECONDS = 121;

let engines: Engines;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.close());

/** A workspace that signs with ES256 only, because other keys take long to make. */
async function open(): Promise<Workspace & { readonly again: Workspace['openAgain'] }> {
  const workspace = await openWorkspace(engines);
  const { ES256 } = JSON.parse(workspace.settings.MINTMARK_SIGNING_KEYS ?? '{}') as Record<string, string>;
  const again: Workspace['openAgain'] = () => workspace.openAgain({ MINTMARK_SIGNING_KEYS: JSON.stringify({ ES256 }) });
  return { ...workspace, again };
}

async function recordOf({ scan }: Workspace): Promise<SigningKeys> {
  const item = (await scan('DIRECTORY')).find(({ key }) => key === 'signingKeys#workspace');
  return item?.record as SigningKeys;
}

/**
 * Cuts the connections to the engines after this many calls: the reply to the last call is lost, later calls are reset.
 */
function dieAfter(workspace: Workspace, call: number) {
  let calls = 0;
  const decide = (): Fault | undefined => {
    calls += 1;
    if (calls < call) return undefined;
    return { kind: calls === call ? 'lose-reply' : 'reset' };
  };
  for (const engine of [workspace.dynamo, workspace.kms]) engine.injectFault(decide);
}

function revive({ dynamo, kms }: Workspace): void {
  for (const engine of [dynamo, kms]) engine.injectFault(undefined);
}

/** The calls of a run to DynamoDB and KMS, from the first write of the record to the end of the creation. */
const calls = Array.from({ length: 12 }, (_, index) => index + 1);

describe('a run that dies', () => {
  test.each(calls)('V4, INV1: after call %i leaves no damage that the next run does not repair', async (call) => {
    const workspace = await open();
    const { clock } = workspace.ports;
    dieAfter(workspace, call);
    await outcomeOf(rotateSigningKeys({ ...workspace.again(), clock }));
    revive(workspace);
    clock.advance(ABANDONED_SECONDS);
    for (let run = 0; run < 2; run += 1) await rotateSigningKeys({ ...workspace.again(), clock });

    const { keys, creations } = await recordOf(workspace);
    expect([keys.map((key) => stateOf(key, clock.nowSeconds())), creations]).toEqual([['active', 'pending'], []]);
    const made = keys.flatMap(({ custody }) => (custody.type === 'kms' && custody.slot ? [custody.keyArn] : []));
    expect(await keysInKms(workspace.settings.MINTMARK_WORKSPACE)).toEqual(made);
  });
});

/** Sums up the results of runs that work at once; undefined if an engine was too slow for a run. */
async function runAtOnce(runners: readonly Workspace['ports'][]) {
  const racing = await Promise.allSettled(runners.map((ports) => rotateSigningKeys(ports)));
  const failures = racing.flatMap((run) => (run.status === 'rejected' ? [outcomeOf(Promise.reject(run.reason))] : []));
  // Any failure that an engine did not cause is a defect and is thrown here.
  if ((await Promise.all(failures)).length > 0) return undefined;
  const progress = racing.flatMap((run) => (run.status === 'fulfilled' ? [run.value] : []));
  const sumOf = (count: 'transitions' | 'made') => progress.reduce((sum, run) => sum + run[count], 0);
  return { transitions: sumOf('transitions'), made: sumOf('made') };
}

/** Runs rounds in a new workspace, one each quarter, and returns each round's result and the states of the keys. */
async function raceInWorkspace(rounds: number) {
  const workspace = await open();
  const { clock } = workspace.ports;
  const runners = Array.from({ length: RUNNERS }, () => ({ ...workspace.again(), clock }));
  const results = [];
  for (let round = 0; round < rounds; round += 1) {
    const progress = await runAtOnce(runners);
    if (progress === undefined) return undefined;
    const { keys } = await recordOf(workspace);
    const states = keys.map((key) => stateOf(key, clock.nowSeconds())).filter((state) => state !== 'retired');
    results.push({ ...progress, states });
    clock.advance(QUARTER_SECONDS);
  }
  return results;
}

describe('RACE: runs at once', () => {
  const founded = { transitions: 0, made: 1, states: ['active', 'pending'] };
  // The removal of old keys from the record can be a second transition.
  const rotated = { transitions: expect.toBeOneOf([1, 2]), made: 1, states: ['retiring', 'active', 'pending'] };

  test(
    `V4: make one key and one transition, in any order of ${RUNNERS} runs`,
    async () => {
      for (let raced = 0; raced < ROUNDS; raced += WORKSPACE_ROUNDS) {
        const rounds = Math.min(WORKSPACE_ROUNDS, ROUNDS - raced);
        const results = await decide(() => raceInWorkspace(rounds));
        expect(results).toEqual(results.map((_, round) => (round === 0 ? founded : rotated)));
      }
    },
    ROUND_MILLISECONDS_MAX * ROUNDS,
  );
});
