import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countEach, race } from '#test/support/outcomes.ts';
import {
  allowRefreshTokens,
  beginFamily,
  changeRefreshTokens,
  granted,
  type Refreshable,
  refresh,
} from '#test/support/refresh-tokens.ts';
import { type Acme, arrangeAcme, type Reply, startWorld, type World } from '#test/support/world.ts';

/** So many requests about one refresh token are under way at once. */
const RUNNERS = 32;
/** Rounds of each race; CONTRIBUTING.md says how to ask for a thousand. */
const ROUNDS_EACH = Math.ceil(Number(process.env.MINTMARK_RACE_ROUNDS ?? 2) / 2);
const ROUND_MILLISECONDS_MAX = 20_000;
/** A machine that is busy elsewhere answers 503, which decides nothing. */
const ATTEMPTS_MAX = 5;

let world: World;
let acme: Acme;
beforeAll(async () => {
  world = await startWorld();
  acme = await arrangeAcme(world);
  await allowRefreshTokens(world, acme);
});
afterAll(() => world.close());

const isActive = async (token: string) => {
  const { body } = await world.post('/oauth/introspect', world.admin, { token });
  return (body as { readonly active: boolean }).active;
};
const succeeded = ({ status }: Reply) => status === 200;

/** The replies to one token that everybody exchanges at once, of a round that was decided. */
async function runRound(): Promise<{ readonly family: Refreshable; readonly replies: readonly Reply[] }> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const family = await beginFamily(world, acme.tenantToken);
    const exchange = () => refresh(world, acme.tenantToken, family.refresh_token);
    const replies = await Promise.all(race(RUNNERS, exchange));
    world.dynamo.forget();
    if (replies.every(({ status }) => status !== 503)) return { family, replies };
  }
  throw new Error('This machine is too slow for a race.');
}

async function repeatRound(check: () => Promise<void>): Promise<void> {
  for (let round = 0; round < ROUNDS_EACH; round += 1) await check();
}

describe(`RACE: of ${RUNNERS} exchanges of one refresh token at once`, () => {
  test(
    'N6: one rotates, and all others get the same successor, which is the only live leaf',
    () =>
      repeatRound(async () => {
        const { family, replies } = await runRound();
        expect(countEach(replies.map(({ status }) => status))).toEqual({ 200: RUNNERS });
        const successors = new Set(replies.map((reply) => granted(reply).refresh_token));
        const [successor = ''] = successors;
        expect([successors.size, successors.has(family.refresh_token)]).toEqual([1, false]);
        expect((await refresh(world, acme.tenantToken, successor)).status).toBe(200);
        expect((await refresh(world, acme.tenantToken, family.refresh_token)).status).toBe(400);
      }),
    ROUND_MILLISECONDS_MAX * ROUNDS_EACH,
  );

  test(
    'N6: exactly one succeeds where there is no grace, and nothing of the family is left',
    async () => {
      await changeRefreshTokens(world, { graceSeconds: 0 });
      await repeatRound(async () => {
        const { replies } = await runRound();
        expect(countEach(replies.map(({ status }) => status))).toEqual({ 200: 1, 400: RUNNERS - 1 });
        const { access_token: access, refresh_token: successor } = granted(replies.find(succeeded) as Reply);
        expect(await Promise.all([access, successor].map(isActive))).toEqual([false, false]);
      });
    },
    ROUND_MILLISECONDS_MAX * ROUNDS_EACH,
  );
});
