import { describe, expect, test } from 'vitest';
import { succeed } from '#test/support/arrange/manage.ts';
import { exchangeOutcome } from '#test/support/ask/scope-or-refusal.ts';
import { type ShownSecrets, secretIdOf, secretOwners } from '#test/support/clients/secret-owners.ts';
import {
  type Contested,
  credentialsIn,
  expectedAfter,
  type Finish,
  isUndecided,
  type Race,
  races,
  refusalsOf,
  runRace,
  winnersOf,
} from '#test/support/faults/credential-races.ts';
import { decide, ROUND_MILLISECONDS_MAX, RUNNERS, roundsEach } from '#test/support/faults/race-rounds.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import type { Credentials } from '#test/support/world/world.ts';

const ROUNDS_EACH = roundsEach(races.length);

const world = useWorld();
const acme = useAcme(world);
const manage = useManage(world);

/** The owners take turns, so that each race is run about each kind of credential. */
async function createContested(round: number): Promise<Contested> {
  const { create } = secretOwners[round % secretOwners.length] ?? secretOwners[0] ?? {};
  if (create === undefined) throw new Error('There is nobody who has secrets.');
  const owner = await create(manage, acme);
  const { version } = await succeed<ShownSecrets>(manage('GET', owner.path));
  return { ...owner, version };
}

const outcomes = (all: readonly Credentials[]) => Promise.all(all.map((one) => exchangeOutcome(world, one)));
const works = (all: readonly Credentials[]) => all.map(() => 'read:reports');
const isDead = (all: readonly Credentials[]) => all.map(() => '401 invalid_client');

/** Every confirmed change is there, and no other. */
async function assertWhole(owner: Contested, winners: readonly Finish[]): Promise<void> {
  const expected = expectedAfter(owner, winners);
  const { status, body } = await manage('GET', owner.path);
  if (expected === undefined) {
    const all = credentialsIn(owner.credentials, winners);
    expect([status, await outcomes(all)]).toEqual([404, isDead(all)]);
    return;
  }
  const { version, secrets, metadata = {} } = body as ShownSecrets & { readonly metadata?: object };
  const { live, dead } = expected;
  expect([version, metadata]).toEqual([expected.version, expected.metadata]);
  expect(secrets.map(({ id }) => id)).toEqual(live.map(secretIdOf));
  expect([await outcomes(live), await outcomes(dead)]).toEqual([works(live), isDead(dead)]);
}

/** How many may win, and the statuses of the others. */
function assertFair({ acts, ifMatch }: Race, finishes: readonly Finish[]): void {
  const count = winnersOf(finishes).length;
  const statuses = Object.keys(refusalsOf(finishes));
  if (ifMatch) {
    expect([count, statuses.filter((status) => status !== '404' && status !== '412')]).toEqual([1, []]);
    return;
  }
  expect(statuses.filter((status) => status !== '404' && status !== '409')).toEqual([]);
  if (!acts.includes('update')) return;
  // Updates without a version do not exclude each other: each is made, unless the credential is gone.
  const refused = finishes.filter(({ act, reply }) => act === 'update' && reply.status !== 200);
  const allowed = acts.includes('delete') ? [404] : [];
  expect(refused.map(({ reply }) => reply.status).filter((status) => !allowed.includes(status))).toEqual([]);
}

/** Rotations under way at once are one rotation, and a credential is deleted once. */
function assertExclusive({ acts }: Race, winners: readonly Finish[]): void {
  const numberOf = (act: string) => winners.filter((winner) => winner.act === act).length;
  expect(numberOf('rotate')).toBeLessThanOrEqual(1);
  expect(numberOf('delete')).toBeLessThanOrEqual(1);
  if (!acts.includes('update')) expect(winners.length).toBeGreaterThan(0);
}

async function runRound(race: Race, round: number): Promise<void> {
  const { contested, finishes } = await decide(async () => {
    const raced = await createContested(round);
    const ended = await runRace(race, raced, manage);
    world.dynamo.forget();
    return isUndecided(ended) ? undefined : { contested: raced, finishes: ended };
  });
  assertFair(race, finishes);
  assertExclusive(race, winnersOf(finishes));
  await assertWhole(contested, winnersOf(finishes));
}

describe(`RACE: of ${RUNNERS} requests at once, each confirmed one counts and no other one`, () => {
  test.each(races)(
    '$name',
    async (race) => {
      for (let round = 0; round < ROUNDS_EACH; round += 1) await runRound(race, round);
    },
    ROUND_MILLISECONDS_MAX * ROUNDS_EACH,
  );
});
