import { describe, expect, test } from 'vitest';
import { sharedFailureCounter } from '#shared/adapters/dynamo/tokens/failure-counter.ts';
import { createApiToken } from '#test/support/arrange/creations.ts';
import { exchangeFrom } from '#test/support/arrange/exchange-from.ts';
import { oauthError, seen } from '#test/support/ask/answers.ts';
import { countEach, race } from '#test/support/ask/concurrent-calls.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import { createServiceUserKey, exchangeAssertion, signAssertion } from '#test/support/clients/service-user-keys.ts';
import { createServiceUser } from '#test/support/clients/service-users.ts';
import { whileFailing } from '#test/support/faults/while-failing.ts';
import { costOf, FREE } from '#test/support/stored/call-counts.ts';
import { basic, type Credentials, type Reply } from '#test/support/world/deployment.ts';
import { startFunctionInstance } from '#test/support/world/function-instance.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';

const CLIENT_MAX = 10;

const SOURCE_MAX = 100;

const UNKNOWN_CLIENT = 'cli_0000000000000000000000';

const world = useWorld({ onReply: assertConforms, adapters: { failures: sharedFailureCounter } });
const acme = useAcme(world);

/** Every test has sources of its own. */
let lastSource = 1;

function newSource(): string {
  lastSource += 1;
  return `127.0.1.${lastSource}`;
}

const createToken = () => createApiToken(world, acme.tenantId, { roleIds: [acme.readerRoleId] });

const forged = ({ clientId }: Pick<Credentials, 'clientId'>) => ({ clientId, clientSecret: 'a guess' });

/** A client of the tenant, with a secret that Mintmark made for it and does not take any more. */
async function arrangeRotated(): Promise<{ live: Credentials; ended: Credentials }> {
  const ended = await createToken();
  const secrets = `/v1/tenants/${acme.tenantId}/api-tokens/${ended.clientId}/secrets`;
  const { body } = await world.manage('POST', secrets, { title: 'the next' });
  const { clientSecret } = body as Credentials;
  await world.manage('DELETE', `${secrets}/${ended.clientSecret.slice(4, 10)}`);
  return { ended, live: { clientId: ended.clientId, clientSecret } };
}

/** So many exchanges, one after the other. */
async function repeatFrom(source: string, credentials: (serial: number) => Credentials, times: number) {
  const replies: Reply[] = [];
  for (let serial = 0; serial < times; serial += 1) {
    replies.push(await exchangeFrom(world, source, credentials(serial)));
  }
  return replies;
}

const statusesOf = (replies: readonly Reply[]) => replies.map(({ status }) => status);

const refusals = (times: number) => Array<number>(times).fill(401);

const secondsLeft = () => 60 - (world.clock.nowSeconds() % 60);

describe('R1: a caller that fails as one client from one source', () => {
  test('has to wait after ten failures in a minute, and learns how long', async () => {
    const source = newSource();
    const replies = await repeatFrom(source, () => forged(acme.tenantToken), CLIENT_MAX + 1);
    expect(statusesOf(replies)).toEqual([...refusals(CLIENT_MAX), 429]);
    const last = replies.at(-1) as Reply;
    expect(seen(last)).toEqual(oauthError(429, 'temporarily_unavailable'));
    expect(['retry-after', 'ratelimit', 'ratelimit-policy'].map((name) => last.headers.get(name))).toEqual([
      String(secondsLeft()),
      `"failures";r=0;t=${secondsLeft()}`,
      '"failures";q=10;w=60',
    ]);
  });

  test('locks nobody out: the right secret works from every source, also from this one', async () => {
    const source = newSource();
    await repeatFrom(source, () => forged(acme.tenantToken), CLIENT_MAX + 1);
    const elsewhere = await exchangeFrom(world, newSource(), acme.tenantToken);
    const there = await exchangeFrom(world, source, acme.tenantToken);
    expect(statusesOf([elsewhere, there])).toEqual([200, 200]);
  });

  test('costs no more than ten comparisons with a secret that has ended, while the next secret works', async () => {
    const { ended, live } = await arrangeRotated();
    const source = newSource();
    const before = world.comparisons();
    const replies = await repeatFrom(source, () => ended, CLIENT_MAX + 5);
    expect(statusesOf(replies)).toEqual([...refusals(CLIENT_MAX), ...Array(5).fill(429)]);
    expect(world.comparisons() - before).toBe(CLIENT_MAX);
    expect((await exchangeFrom(world, source, live)).status).toBe(200);
    expect((await exchangeFrom(world, newSource(), ended)).status).toBe(401);
  });

  test('R3, R4: has its secrets compared ten times, however many come at once', async () => {
    const { ended } = await arrangeRotated();
    const source = newSource();
    const before = world.comparisons();
    const replies = await Promise.all(race(200, () => exchangeFrom(world, source, ended)));
    expect(countEach(statusesOf(replies))).toEqual({ 401: CLIENT_MAX, 429: 200 - CLIENT_MAX });
    expect(world.comparisons() - before).toBe(CLIENT_MAX);
  });

  test('R1: learns of other processes with its first failure', async () => {
    const { ended } = await arrangeRotated();
    await repeatFrom('127.0.0.1', () => ended, CLIENT_MAX);
    const other = await startFunctionInstance(world);
    const headers = { authorization: basic(ended), 'content-type': 'application/x-www-form-urlencoded' };
    const send = () =>
      other.send({ method: 'POST', path: '/oauth/token', headers, body: 'grant_type=client_credentials' });
    expect([(await send()).status, (await send()).status]).toEqual([401, 429]);
    await other.close();
  });
});

describe('R2: a caller that fails as many clients from one source', () => {
  const sprayed = (serial: number) => forged({ clientId: `cli_${String(serial).padStart(22, '0')}` });

  test('has to wait after a hundred failures in a minute, and clients with the right secret do not', async () => {
    const source = newSource();
    const replies = await repeatFrom(source, sprayed, SOURCE_MAX + 1);
    expect(countEach(statusesOf(replies))).toEqual({ 401: SOURCE_MAX, 429: 1 });
    expect(replies.at(-1)?.headers.get('ratelimit-policy')).toBe('"failures";q=100;w=60');
    const elsewhere = await exchangeFrom(world, newSource(), sprayed(0));
    const right = await exchangeFrom(world, source, acme.tenantToken);
    expect(statusesOf([elsewhere, right])).toEqual([401, 200]);
  });

  test('R8: is the same source with any X-Forwarded-For', async () => {
    const source = newSource();
    const replies: Reply[] = [];
    for (let serial = 0; serial <= CLIENT_MAX; serial += 1) {
      const spoofed = [
        ['x-forwarded-for', `203.0.113.${serial}`] as const,
        ['forwarded', `for=203.0.113.${serial}`] as const,
      ];
      replies.push(await exchangeFrom(world, source, forged(acme.tenantToken), spoofed));
    }
    expect(statusesOf(replies)).toEqual([...refusals(CLIENT_MAX), 429]);
  });
});

describe('a guess at a secret', () => {
  test('costs no read and no comparison, and at most one write for 25 guesses of a source', async () => {
    const source = newSource();
    await repeatFrom(source, () => forged(acme.tenantToken), CLIENT_MAX);
    const guesses = () => repeatFrom(source, (serial) => forged({ clientId: `client ${serial}` }), SOURCE_MAX);
    const { writes, ...cost } = await costOf(world, guesses);
    expect({ ...cost, writes: 0 }).toEqual(FREE);
    expect(writes).toBeLessThanOrEqual(4);
  });
});

describe('R5: the limit of attempts', () => {
  test('begins again after a minute, and not because a clock went back', async () => {
    const source = newSource();
    const attempt = async () => (await exchangeFrom(world, source, forged(acme.tenantToken))).status;
    const untilLastSecond = secondsLeft() - 1;
    await repeatFrom(source, () => forged(acme.tenantToken), CLIENT_MAX);
    const statuses = [];
    for (const seconds of [-30, 30 + untilLastSecond, 1]) {
      world.clock.advance(seconds);
      statuses.push(await attempt());
    }
    expect(statuses).toEqual([429, 429, 401]);
  });
});

describe('R6: the limit of attempts while DynamoDB takes no counts', () => {
  test.each([
    ['because it refuses', { kind: 'error', name: 'ProvisionedThroughputExceededException' }],
    ['because it is silent', { kind: 'hang' }],
  ] as const)('holds in each process alone, and the right secret works: %s', async (_why, fault) => {
    const { ended, live } = await arrangeRotated();
    const source = newSource();
    const [failing, right] = await whileFailing(
      world.dynamo,
      (operation) => (operation === 'UpdateItem' ? fault : undefined),
      async () =>
        [await repeatFrom(source, () => ended, CLIENT_MAX + 1), await exchangeFrom(world, source, live)] as const,
    );
    expect(statusesOf([...failing, right])).toEqual([...refusals(CLIENT_MAX), 429, 200]);
  });
});

describe('R7: a caller that has to wait', () => {
  test('gets one answer for a client that exists, that was deleted, or that never was', async () => {
    const { live } = await arrangeRotated();
    const deleted = await createToken();
    await world.manage('DELETE', `/v1/tenants/${acme.tenantId}/api-tokens/${deleted.clientId}`);
    const answers = [];
    for (const client of [live, deleted, { clientId: UNKNOWN_CLIENT }]) {
      const replies = await repeatFrom(newSource(), () => forged(client), CLIENT_MAX + 1);
      answers.push(replies.map(wholeReply));
    }
    expect(answers).toEqual([answers[0], answers[0], answers[0]]);
  });

  test('gets the same answer with secrets that have ended', async () => {
    const { ended } = await arrangeRotated();
    const deleted = await createToken();
    await world.manage('DELETE', `/v1/tenants/${acme.tenantId}/api-tokens/${deleted.clientId}`);
    const answers = [];
    for (const credentials of [ended, deleted]) {
      const replies = await repeatFrom(newSource(), () => credentials, CLIENT_MAX + 1);
      answers.push(replies.map(wholeReply));
    }
    expect(answers[0]).toEqual(answers[1]);
  });
});

describe('R11: a library that repeats a refused request in the other style', () => {
  test('is not locked out by four mistakes, and counts two for each', async () => {
    const { clientId } = acme.tenantToken;
    const source = '127.0.0.1';
    const probe = async () => {
      const inHeader = await exchangeFrom(world, source, forged({ clientId }));
      const inBody = await world.post('/oauth/token', undefined, {
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: 'a guess',
      });
      return statusesOf([inHeader, inBody]);
    };
    world.clock.advance(60);
    const probes = [];
    for (let mistake = 0; mistake < 6; mistake += 1) probes.push(await probe());
    expect(probes.flat()).toEqual([...refusals(CLIENT_MAX), 429, 429]);
    expect((await exchangeFrom(world, source, acme.tenantToken)).status).toBe(200);
  });
});

describe('R1: refused assertions', () => {
  test('are counted like wrong secrets, and a valid assertion still works', async () => {
    world.clock.advance(60);
    const key = await createServiceUserKey(world, await createServiceUser(world, acme.tenantId, [acme.readerRoleId]));
    const misdirected = await signAssertion(world, key, { claims: { aud: 'https://example.com' } });
    const replies: Reply[] = [];
    for (let serial = 0; serial <= CLIENT_MAX; serial += 1) replies.push(await exchangeAssertion(world, misdirected));
    const right = await exchangeAssertion(world, await signAssertion(world, key));
    expect(statusesOf([...replies, right])).toEqual([...Array(CLIENT_MAX).fill(400), 429, 200]);
  });
});
