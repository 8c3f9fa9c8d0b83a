import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  allowRefreshTokens,
  areTokensActive,
  beginFamily,
  changeRefreshTokens,
  granted,
  type Refreshable,
  refresh,
} from '#test/support/arrange/refresh-tokens.ts';
import { countEach, race } from '#test/support/ask/concurrent-calls.ts';
import { exchangeWith, newProofKey, proofOutcome, tokenProof } from '#test/support/clients/dpop.ts';
import {
  clientAssertion,
  createServiceUserKey,
  exchangeAssertion,
  signAssertion,
} from '#test/support/clients/service-user-keys.ts';
import { createServiceUser } from '#test/support/clients/service-users.ts';
import { decide, ROUND_MILLISECONDS_MAX, RUNNERS, roundsEach } from '#test/support/faults/race-rounds.ts';
import { type Deployment, reach } from '#test/support/world/deployment.ts';
import { startFunctionInstance } from '#test/support/world/function-instance.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS, type Reply, unlimited } from '#test/support/world/world.ts';

/** The number of instances of the functions, which share only the engines. The world's own is the first. */
const INSTANCES = 4;

const world = useWorld();
const acme = useAcme(world);
const key = prepared(async () =>
  createServiceUserKey(world, await createServiceUser(world, acme.tenantId, [acme.readerRoleId])),
);
const proofKey = prepared(newProofKey);
let instances: readonly Deployment[];
const closing: (() => Promise<void>)[] = [];
beforeAll(async () => {
  await allowRefreshTokens(world, acme);
  const others = await Promise.all(race(INSTANCES - 1, () => startFunctionInstance(world, unlimited)));
  closing.push(...others.map(({ close }) => close));
  instances = [world, ...others.map(({ url }) => reach({ ...world, url }))];
  for (const instance of instances) await instance.tokenFor(acme.tenantToken, { audience: REPORTS });
});
afterAll(async () => {
  for (const close of closing) await close();
});

/** The replies to one request, sent to all instances at once; undefined if an instance answered 503. */
async function sendAtOnce(send: (instance: Deployment) => Promise<Reply>): Promise<readonly Reply[] | undefined> {
  const replies = await Promise.all(race(RUNNERS, (runner) => send(instances[runner % INSTANCES] ?? world)));
  world.dynamo.forget();
  world.kms.forget();
  return replies.some(({ status }) => status === 503) ? undefined : replies;
}

async function repeat(rounds: number, runRound: () => Promise<void>): Promise<void> {
  for (let round = 0; round < rounds; round += 1) await runRound();
}

describe(`RACE: of ${RUNNERS} uses of one jti at once, at ${INSTANCES} instances`, () => {
  /** Each kind signs a text for a single use, and answers the request that uses it. */
  const uses = [
    {
      name: 'D8: an assertion as a grant',
      lost: '400 invalid_grant',
      sign: async () => {
        const assertion = await signAssertion(world, key);
        return (instance: Deployment) => exchangeAssertion(instance, assertion);
      },
    },
    {
      name: 'D8: a client assertion',
      lost: '401 invalid_client',
      sign: async () => {
        const form = { grant_type: 'client_credentials', audience: REPORTS, ...(await clientAssertion(world, key)) };
        return (instance: Deployment) => instance.post('/oauth/token', undefined, form);
      },
    },
    {
      name: 'E6: a proof of possession',
      lost: '400 invalid_dpop_proof',
      sign: async () => {
        const proof = await tokenProof(world, proofKey);
        return (instance: Deployment) => exchangeWith(instance, acme.tenantToken, proof, { audience: REPORTS });
      },
    },
  ];
  const rounds = roundsEach(uses.length);

  test.each(uses)(
    '$name wins once',
    ({ sign, lost }) =>
      repeat(rounds, async () => {
        const replies = await decide(async () => sendAtOnce(await sign()));
        const outcomes = replies.map((reply) => (reply.status === 200 ? 'won' : proofOutcome(reply)));
        expect(countEach(outcomes)).toEqual({ won: 1, [lost]: RUNNERS - 1 });
      }),
    ROUND_MILLISECONDS_MAX * rounds,
  );
});

describe(`RACE: of ${RUNNERS} exchanges of one refresh token at once, at ${INSTANCES} instances`, () => {
  const rounds = roundsEach(2);
  const succeeded = ({ status }: Reply) => status === 200;
  const raceForFamily = () =>
    decide(async () => {
      const family: Refreshable = await beginFamily(world, acme.tenantToken);
      const replies = await sendAtOnce((instance) => refresh(instance, acme.tenantToken, family.refresh_token));
      return replies && { family, replies };
    });

  test(
    'N6: one rotates, and all others get the same successor, which is the only active refresh token',
    () =>
      repeat(rounds, async () => {
        const { family, replies } = await raceForFamily();
        expect(countEach(replies.map(({ status }) => status))).toEqual({ 200: RUNNERS });
        const successors = new Set(replies.map((reply) => granted(reply).refresh_token));
        const [successor = ''] = successors;
        expect([successors.size, successors.has(family.refresh_token)]).toEqual([1, false]);
        expect((await refresh(world, acme.tenantToken, successor)).status).toBe(200);
        expect((await refresh(world, acme.tenantToken, family.refresh_token)).status).toBe(400);
      }),
    ROUND_MILLISECONDS_MAX * rounds,
  );

  test(
    'N6: exactly one succeeds if there is no grace, and nothing of the family is left',
    async () => {
      await changeRefreshTokens(world, { graceSeconds: 0 });
      await repeat(rounds, async () => {
        const { replies } = await raceForFamily();
        expect(countEach(replies.map(({ status }) => status))).toEqual({ 200: 1, 400: RUNNERS - 1 });
        expect(await areTokensActive(world, granted(replies.find(succeeded) as Reply))).toEqual([false, false]);
      });
    },
    ROUND_MILLISECONDS_MAX * rounds,
  );
});
