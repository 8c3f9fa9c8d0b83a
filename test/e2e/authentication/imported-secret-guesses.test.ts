import { describe, expect, test } from 'vitest';
import { exchangeFrom } from '#test/support/arrange/exchange-from.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { countEach } from '#test/support/ask/concurrent-calls.ts';
import { sendRaw } from '#test/support/ask/raw-http.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import { GUESSES_MAX, LEGACY, useImports } from '#test/support/clients/imported-secrets.ts';
import { costOf, FREE } from '#test/support/stored/call-counts.ts';
import { basic, type Credentials, type Reply } from '#test/support/world/world.ts';

const UNKNOWN_CLIENT = 'cli_0000000000000000000000';

const { world, acme, createToken, importInto, arrangeImported, exchange } = useImports();
const guess = ({ clientId }: Pick<Credentials, 'clientId'>, clientSecret = 'a-guess') =>
  exchange({ clientId, clientSecret });

describe('B14: a guess at an imported secret', () => {
  /** A refusal is counted for the client and for the source, and the first refusals of a minute are written to the log. */
  const REFUSAL = { reads: 1, writes: expect.toBeOneOf([2, 3]), kms: [], comparisons: 1 };

  test.each<[string, () => Promise<Pick<Credentials, 'clientId'>>]>([
    ['at a client with an imported secret', arrangeImported],
    ['at a client without an imported secret', createToken],
    ['at an unknown client', async () => ({ clientId: UNKNOWN_CLIENT })],
  ])('costs one read and one comparison %s, whether it looks like one of Mintmark’s or not', async (_whom, arrange) => {
    const client = await arrange();
    const guesses = ['a-guess', `mms_${'A'.repeat(52)}`, acme.personalToken.clientSecret];
    const costs = [];
    for (const clientSecret of guesses) costs.push(await costOf(world, () => guess(client, clientSecret)));
    expect(costs).toEqual(guesses.map(() => REFUSAL));
  });

  test.each([
    ['with more than bcrypt would see', () => ({ clientId: acme.tenantToken.clientId, clientSecret: 'é'.repeat(37) })],
    ['with nothing', () => ({ clientId: acme.tenantToken.clientId, clientSecret: '' })],
    ['at what is no client id', () => ({ clientId: acme.userId, clientSecret: LEGACY })],
  ])('costs nothing %s, for any client', async (_what, credentials) => {
    expect({ ...(await costOf(world, () => exchange(credentials()))), writes: 0 }).toEqual(FREE);
  });

  test('Sound 12: is refused and counted like any other if its client id is too long for a key of DynamoDB', async () => {
    const guesses = Array.from({ length: GUESSES_MAX + 1 }, () => `cli_${'x'.repeat(2_100)}`);
    const statuses: number[] = [];
    for (const clientId of guesses)
      statuses.push((await exchangeFrom(world, '127.0.0.3', { clientId, clientSecret: LEGACY })).status);
    expect(statuses).toEqual([...Array(GUESSES_MAX).fill(401), 429]);
  });

  test('costs two comparisons if HTTP Basic can be read in two ways, right or wrong (B3)', async () => {
    const { clientId } = await createToken();
    const authorization = `Basic ${Buffer.from(`${clientId}:a+guess`).toString('base64')}`;
    const body = new URLSearchParams({ grant_type: 'client_credentials' });
    const cost = await costOf(world, () => world.send('POST', '/oauth/token', { headers: { authorization }, body }));
    expect(cost).toEqual({ ...REFUSAL, comparisons: 2 });
  });

  test('does not change the cost of Mintmark’s own secrets', async () => {
    await exchange(acme.tenantToken);
    await exchange(acme.tenantToken);
    const cost = await costOf(world, () => exchange(acme.tenantToken));
    expect(cost).toEqual({ reads: 1, writes: 0, kms: ['Sign'], comparisons: 0 });
  });
});

describe('a caller that guesses too often at imported secrets', () => {
  const exhaust = async (client: Pick<Credentials, 'clientId'>) => {
    const replies: Reply[] = [];
    for (let attempt = 0; attempt <= GUESSES_MAX; attempt += 1) replies.push(await guess(client));
    return replies;
  };

  test('R1: has to wait; the right secret still works from elsewhere, and secrets of Mintmark from here', async () => {
    const own = await createToken();
    await succeed(importInto(own.clientId));
    const imported = { clientId: own.clientId, clientSecret: LEGACY };
    const replies = await exhaust(imported);
    expect(replies.map(({ status }) => status)).toEqual([...Array(GUESSES_MAX).fill(401), 429]);
    expect(Number(replies.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect([
      (await exchange(imported)).status,
      (await exchangeFrom(world, '127.0.0.2', imported)).status,
      (await exchange(own)).status,
    ]).toEqual([429, 200, 200]);
  });

  /** Asks another function than the exchange, which has memories of its own, from this address. */
  const revokeFrom = async (localAddress: string, credentials: Credentials) => {
    const headers = [
      ['authorization', basic(credentials)],
      ['content-type', 'application/x-www-form-urlencoded'],
    ] as const;
    return (await sendRaw(world.url, { target: '/oauth/revoke', headers, body: 'token=unknown', localAddress })).status;
  };

  test('Sound 17: R1: in six networks locks nobody out of a network where the secret was right', async () => {
    const imported = await arrangeImported();
    expect((await exchangeFrom(world, '127.0.0.9', imported)).status).toBe(200);
    const wrong = { clientId: imported.clientId, clientSecret: 'a-guess' };
    const guessed: number[] = [];
    for (const network of [11, 12, 13, 14, 15, 16]) {
      for (let serial = 0; serial < GUESSES_MAX; serial += 1)
        guessed.push(await revokeFrom(`127.0.0.${network}`, wrong));
    }
    expect(countEach(guessed)).toEqual({ 401: 60 });
    expect([await revokeFrom('127.0.0.10', imported), await revokeFrom('127.0.0.9', imported)]).toEqual([429, 200]);
    world.clock.advance(60);
    expect(await revokeFrom('127.0.0.10', imported)).toBe(200);
  });

  test('Sound 17: R10: in many networks compares sixty guesses at one client in a minute, in all processes', async () => {
    const { clientId } = await arrangeImported();
    const wrong = { clientId, clientSecret: 'a-guess' };
    const statuses: number[] = [];
    for (let network = 21; network < 29; network += 1) {
      for (let serial = 0; serial < GUESSES_MAX; serial += 1) {
        const from = `127.0.0.${network}`;
        statuses.push(
          network % 2 === 0 ? await revokeFrom(from, wrong) : (await exchangeFrom(world, from, wrong)).status,
        );
      }
    }
    // A process learns of the guesses in another when it tells of ten of its own.
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(60 + 10);
  });

  /** The time to wait depends on the second of the first guess. */
  const withoutWait = (reply: Reply) => {
    const { headers, ...rest } = wholeReply(reply);
    return { ...rest, headers: headers.map(([name, value]) => (name === 'retry-after' ? name : [name, value])) };
  };

  test('R7: is answered the same for existing and unknown clients, before and after', async () => {
    const answers = [];
    for (const client of [await arrangeImported(), await createToken(), { clientId: 'cli_1111111111111111111111' }]) {
      answers.push((await exhaust(client)).map(withoutWait));
    }
    expect(answers).toEqual([answers[0], answers[0], answers[0]]);
  });

  test('then costs nothing', async () => {
    const client = await arrangeImported();
    await exhaust(client);
    expect(await costOf(world, () => guess(client))).toEqual(FREE);
  });
});
