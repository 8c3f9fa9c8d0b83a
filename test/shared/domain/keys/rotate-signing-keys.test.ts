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

/** Then another workspace is raced for: one that has had many keys is slower to read. */
const WORKSPACE_ROUNDS = 25;

const QUARTER_SECONDS = 90 * 86_400;

/** Longer than whoever began to make a key is left alone with it. */
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

/** After so many calls the engines hear nothing any more, and of the last one nobody hears what they said. */
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

/** From the record's founding to the end of the creation: its calls to DynamoDB and KMS. */
const calls = Array.from({ length: 11 }, (_, index) => index + 1);

describe('a run that dies', () => {
  test.each(calls)('V4, INV1: after call %i leaves nothing that the next one does not set right', async (call) => {
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

/** What runs at once came to; undefined where an engine was too slow for one of them. */
async function runAtOnce(runners: readonly Workspace['ports'][]) {
  const racing = await Promise.allSettled(runners.map((ports) => rotateSigningKeys(ports)));
  const failures = racing.flatMap((run) => (run.status === 'rejected' ? [outcomeOf(Promise.reject(run.reason))] : []));
  // Anything but an engine that failed is a defect, and thrown here.
  if ((await Promise.all(failures)).length > 0) return undefined;
  const progress = racing.flatMap((run) => (run.status === 'fulfilled' ? [run.value] : []));
  const sumOf = (count: 'transitions' | 'made') => progress.reduce((sum, run) => sum + run[count], 0);
  return { transitions: sumOf('transitions'), made: sumOf('made') };
}

/** What so many rounds in a new workspace came to, a quarter after one another, and which keys each of them left. */
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
  // Keys that are forgotten are a transition of their own.
  const rotated = { transitions: expect.toBeOneOf([1, 2]), made: 1, states: ['retiring', 'active', 'pending'] };

  test(
    `V4: make one key, and one transition, whoever of ${RUNNERS} is the first`,
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
