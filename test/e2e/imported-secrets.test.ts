import { request as httpRequest } from 'node:http';
import bcrypt from 'bcryptjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memoryGuessLimiter } from '#shared/adapters/memory-limiter.ts';
import { tables } from '#shared/api/tables.ts';
import { assertConforms } from '#test/support/conformance.ts';
import { costOf, FREE } from '#test/support/cost.ts';
import { type Manage, manageWith, succeed } from '#test/support/manage.ts';
import { operationsOf, type RouteRequests, routeRequests } from '#test/support/route-requests.ts';
import { arrangeTenantManager } from '#test/support/tenant-manager.ts';
import { wholeReply } from '#test/support/whole-reply.ts';
import {
  type Acme,
  arrangeAcme,
  basic,
  type Credentials,
  type Reply,
  startWorld,
  type World,
} from '#test/support/world.ts';

const LEGACY = 'correct horse battery staple';
const HASH = bcrypt.hashSync(LEGACY, 4);
const GUESSES_MAX = 10;
const UNKNOWN_CLIENT = 'cli_0000000000000000000000';

let world: World;
let acme: Acme;
let manage: Manage;
let tokens: string;
let requests: RouteRequests;

beforeAll(async () => {
  // Each function counts on its own, and anew where a test says so.
  world = await startWorld({
    onReply: assertConforms,
    adapters: { importedSecrets: () => true, guesses: () => memoryGuessLimiter(undefined, GUESSES_MAX) },
  });
  acme = await arrangeAcme(world);
  requests = await routeRequests(world, acme);
  manage = manageWith(world, await world.tokenFor(world.admin));
  tokens = `/v1/tenants/${acme.tenantId}/api-tokens`;
});
afterAll(() => world.close());

const createToken = () =>
  succeed<Credentials>(manage('POST', tokens, { description: 'moved here', roleIds: [acme.readerRoleId] }));
const importInto = (clientId: string, importedHash = HASH) =>
  manage('POST', `${tokens}/${clientId}/secrets`, { title: 'from before', importedHash });
const arrangeImported = async (hash = HASH): Promise<Credentials> => {
  const { clientId } = await createToken();
  await succeed(importInto(clientId, hash));
  return { clientId, clientSecret: LEGACY };
};
const exchange = (credentials: Credentials) =>
  world.post('/oauth/token', credentials, { grant_type: 'client_credentials' });
const guess = ({ clientId }: Pick<Credentials, 'clientId'>, clientSecret = 'a guess') =>
  exchange({ clientId, clientSecret });

/** An exchange from another address of this machine. */
function exchangeFrom(localAddress: string, credentials: Credentials): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: basic(credentials), 'content-type': 'application/x-www-form-urlencoded' };
    const sent = httpRequest(`${world.url}/oauth/token`, { method: 'POST', headers, localAddress }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    });
    sent.on('error', reject).end('grant_type=client_credentials');
  });
}

describe('an imported secret', () => {
  test('is shown like others, and answered by no secret', async () => {
    const { clientId, clientSecret } = await createToken();
    const { body } = await importInto(clientId);
    const createdAt = new Date(world.clock.nowSeconds() * 1_000).toISOString();
    const common = { createdBy: world.admin.clientId, createdAt, expiresAt: null };
    expect(body).toEqual({
      clientId,
      version: 2,
      rotationEndsAt: null,
      secrets: [
        { ...common, id: clientSecret.slice(4, 10), lastFour: clientSecret.slice(-4) },
        {
          ...common,
          id: expect.stringMatching(/^[0-9A-Za-z]{6}$/),
          lastFour: '',
          title: 'from before',
          imported: true,
        },
      ],
    });
  });

  test.each([
    ['2a', 4],
    ['2b', 5],
    ['2y', 4],
  ])('whose hash begins with $%s, of cost %i, is exchanged', async (prefix, cost) => {
    const hash = bcrypt.hashSync(LEGACY, cost).replace(/^\$2b/, `$${prefix}`);
    expect((await exchange(await arrangeImported(hash))).status).toBe(200);
  });

  test('works beside the others, and shows when it was used (Q7)', async () => {
    const own = await createToken();
    await succeed(importInto(own.clientId));
    expect((await exchange({ ...own, clientSecret: LEGACY })).status).toBe(200);
    const { secrets } = await succeed<{ secrets: { lastUsedAt: string | null }[] }>(
      manage('GET', `${tokens}/${own.clientId}`),
    );
    expect(secrets.map(({ lastUsedAt }) => lastUsedAt !== null)).toEqual([false, true]);
    expect((await exchange(own)).status).toBe(200);
  });

  test('of a service user is a client of its own', async () => {
    const path = `/v1/tenants/${acme.tenantId}/service-users`;
    const { id } = await succeed(manage('POST', path, { name: 'export', roleIds: [acme.readerRoleId] }));
    const made = await succeed<Credentials>(
      manage('POST', `${path}/${id}/secrets`, { title: 'old', importedHash: HASH }),
    );
    expect(made).toMatchObject({ serviceUserId: id, title: 'old', lastFour: '', imported: true });
    expect(made).not.toHaveProperty('clientSecret');
    expect((await exchange({ clientId: made.clientId, clientSecret: LEGACY })).status).toBe(200);
  });

  test('of an application and of a member works too', async () => {
    const application = await succeed<Credentials>(manage('POST', '/v1/applications', { name: 'gateway' }));
    await succeed(manage('POST', `/v1/applications/${application.clientId}/secrets`, { importedHash: HASH }));
    const ofMember = `/v1/tenants/${acme.tenantId}/members/${acme.userId}/api-tokens`;
    await succeed(manage('POST', `${ofMember}/${acme.personalToken.clientId}/secrets`, { importedHash: HASH }));
    const statuses = [application, acme.personalToken].map(async ({ clientId }) => {
      const reply = await world.post('/oauth/revoke', { clientId, clientSecret: LEGACY }, { token: 'unknown' });
      return reply.status;
    });
    expect(await Promise.all(statuses)).toEqual([200, 200]);
  });

  test('gives way to Mintmark’s own by a rotation', async () => {
    const imported = await arrangeImported();
    const rotated = await succeed<Credentials>(
      manage('POST', `${tokens}/${imported.clientId}/secrets/rotate`, { graceSeconds: 60 }),
    );
    expect([(await exchange(imported)).status, (await exchange(rotated)).status]).toEqual([200, 200]);
    await succeed(manage('POST', `${tokens}/${imported.clientId}/secrets/rotate/finish`));
    expect([(await exchange(imported)).status, (await exchange(rotated)).status]).toEqual([401, 200]);
  });

  test('is worth nothing once it is deleted, or its client is disabled', async () => {
    const [deleted, disabled] = [await arrangeImported(), await arrangeImported()];
    const { secrets } = await succeed<{ secrets: { id: string }[] }>(manage('GET', `${tokens}/${deleted.clientId}`));
    await manage('DELETE', `${tokens}/${deleted.clientId}/secrets/${secrets[1]?.id}`);
    await succeed(manage('PATCH', `${tokens}/${disabled.clientId}`, { status: 'disabled' }));
    expect([(await exchange(deleted)).status, (await exchange(disabled)).status]).toEqual([401, 401]);
  });

  test('B3: with characters that HTTP Basic encodes works form-encoded and raw', async () => {
    const secret = 'a+b %41 é';
    const { clientId } = await arrangeImported(bcrypt.hashSync(secret, 4));
    const raw = `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`;
    const replies = [basic({ clientId, clientSecret: secret }), raw].map((authorization) =>
      world.send('POST', '/oauth/token', {
        headers: { authorization },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      }),
    );
    expect((await Promise.all(replies)).map(({ status }) => status)).toEqual([200, 200]);
  });

  test('B20: of 72 bytes works, and nothing that only begins like it', async () => {
    const secret = 'é'.repeat(36);
    const { clientId } = await arrangeImported(bcrypt.hashSync(secret, 4));
    const statuses = [secret, `${secret}x`, secret.slice(0, -1)].map(
      async (clientSecret) => (await guess({ clientId }, clientSecret)).status,
    );
    expect(await Promise.all(statuses)).toEqual([200, 401, 401]);
  });
});

describe('an import is refused', () => {
  test.each([
    ['that is no hash', 'secret'],
    ['of another kind', `$2x$10$${'a'.repeat(53)}`],
    ['of a cost that takes too long', `$2b$13$${'a'.repeat(53)}`],
    ['of a cost that there is none of', `$2b$03$${'a'.repeat(53)}`],
    ['that is too short', `$2b$10$${'a'.repeat(52)}`],
    ['that is too long', `$2b$10$${'a'.repeat(54)}`],
    ['with a line break at its end', `$2b$10$${'a'.repeat(53)}\n`],
  ])('A14: of a hash %s, without repeating it', async (_what, importedHash) => {
    const { clientId } = await createToken();
    const reply = await importInto(clientId, importedHash);
    expect(reply).toMatchObject({ status: 400, body: { code: 'invalid_request', field: 'importedHash' } });
    expect(reply.text).not.toContain(importedHash.trim());
  });

  test('beside another imported secret, and possible again once that is gone', async () => {
    const { clientId } = await arrangeImported();
    expect(await importInto(clientId)).toMatchObject({ status: 409, body: { code: 'conflict' } });
    await succeed(manage('POST', `${tokens}/${clientId}/secrets/rotate`, { graceSeconds: 0 }));
    expect((await importInto(clientId)).status).toBe(201);
  });

  test('to callers of a tenant, whatever they may write there', async () => {
    const { clientId } = await createToken();
    const manager = await arrangeTenantManager(world, acme.tenantId, ['write:tenant-tokens', 'write:service-users']);
    const asTenant = manageWith(world, await world.tokenFor(manager));
    const path = `/v1/tenants/${acme.tenantId}/service-users`;
    const { id } = await succeed(asTenant('POST', path, { name: 'export' }));
    const replies = [
      await asTenant('POST', `${tokens}/${clientId}/secrets`, { importedHash: HASH }),
      await asTenant('POST', `${path}/${id}/secrets`, { title: 'x', importedHash: HASH }),
    ];
    expect(replies.map(({ status, body }) => [status, (body as { code: string }).code])).toEqual([
      [403, 'forbidden'],
      [403, 'forbidden'],
    ]);
  });
});

describe('B14: a guess costs one read and one comparison', () => {
  const REFUSAL = { reads: 1, writes: 0, kms: [], comparisons: 1 };

  test.each<[string, () => Promise<Pick<Credentials, 'clientId'>>]>([
    ['at a client with an imported secret', arrangeImported],
    ['at a client without one', createToken],
    ['at a client that nobody knows', async () => ({ clientId: UNKNOWN_CLIENT })],
  ])('%s, whether it looks like one of Mintmark’s or not', async (_whom, arrange) => {
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
  ])('and nothing at all %s, whoever it is aimed at', async (_what, credentials) => {
    expect(await costOf(world, () => exchange(credentials()))).toEqual(FREE);
  });

  test('and two of them where HTTP Basic can be read in two ways, right or wrong (B3)', async () => {
    const { clientId } = await createToken();
    const authorization = `Basic ${Buffer.from(`${clientId}:a+guess`).toString('base64')}`;
    const body = new URLSearchParams({ grant_type: 'client_credentials' });
    const cost = await costOf(world, () => world.send('POST', '/oauth/token', { headers: { authorization }, body }));
    expect(cost).toEqual({ ...REFUSAL, comparisons: 2 });
  });

  test('and Mintmark’s own secrets cost what they cost elsewhere', async () => {
    await exchange(acme.tenantToken);
    await exchange(acme.tenantToken);
    const cost = await costOf(world, () => exchange(acme.tenantToken));
    expect(cost).toEqual({ reads: 1, writes: 0, kms: ['Sign'], comparisons: 0 });
  });
});

describe('whoever guesses too often', () => {
  const exhaust = async (client: Pick<Credentials, 'clientId'>) => {
    const replies: Reply[] = [];
    for (let attempt = 0; attempt <= GUESSES_MAX; attempt += 1) replies.push(await guess(client));
    return replies;
  };

  test('R1: waits, and the right secret from elsewhere still works, as Mintmark’s own do from here', async () => {
    const own = await createToken();
    await succeed(importInto(own.clientId));
    const imported = { clientId: own.clientId, clientSecret: LEGACY };
    const replies = await exhaust(imported);
    expect(replies.map(({ status }) => status)).toEqual([...Array(GUESSES_MAX).fill(401), 429]);
    expect(Number(replies.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect([
      (await exchange(imported)).status,
      await exchangeFrom('127.0.0.2', imported),
      (await exchange(own)).status,
    ]).toEqual([429, 200, 200]);
  });

  /** How long there is to wait depends on the second in which the first guess was. */
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

  test('costs nothing any more', async () => {
    const client = await arrangeImported();
    await exhaust(client);
    expect(await costOf(world, () => guess(client))).toEqual(FREE);
  });
});

test('U6: no route ever shows a hash', async () => {
  const shown: string[] = [];
  await arrangeImported();
  const operations = operationsOf(...tables.map(({ name }) => name)).filter(({ isChange }) => !isChange);
  for (const { operation } of operations) {
    const { method, path, ...init } = await requests[operation]();
    shown.push((await world.send(method, path, init)).text);
  }
  shown.push((await manage('GET', `${tokens}?limit=100`)).text);
  expect(shown.filter((text) => /\$2[aby]\$/.test(text))).toEqual([]);
  expect(shown.at(-1)).toContain('"imported":true');
});
