import { beforeAll, describe, expect, test } from 'vitest';
import { type Manage, manageWith, succeed } from '#test/support/arrange/manage.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { denied, whileFailing } from '#test/support/faults/while-failing.ts';
import { costOf } from '#test/support/stored/call-counts.ts';
import { itemsOf } from '#test/support/stored/table-items.ts';
import type { Fault } from '#test/support/world/engine-proxy.ts';
import { startFunctionInstance } from '#test/support/world/function-instance.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import { millisecondsWaited } from '#test/support/world/waiting-time.ts';
import { basic, type Credentials } from '#test/support/world/world.ts';

const GRAIN_SECONDS = 300;

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
let manage: Manage;
let tenantPath: string;
let places: Readonly<Record<string, string>>;
beforeAll(async () => {
  const { id } = await succeed(
    manageWith(world, await world.tokenFor(world.admin))('POST', '/v1/tenants', { name: 'x' }),
  );
  tenantPath = `/v1/tenants/${acme.tenantId}`;
  manage = manageWith(world, await world.tokenFor(world.admin));
  const serviceUser = await succeed(
    manage('POST', `${tenantPath}/service-users`, { name: 'export', roleIds: [acme.readerRoleId] }),
  );
  places = {
    'a tenant token': `${tenantPath}/api-tokens`,
    'a personal token': `${tenantPath}/members/${acme.userId}/api-tokens`,
    'a secret of a service user': `${tenantPath}/service-users/${serviceUser.id}/secrets`,
    'an application': '/v1/applications',
    'a token of a tenant without anything': `/v1/tenants/${id}/api-tokens`,
  };
});

interface Shown extends Credentials {
  readonly lastUsedAt?: string | null;
  readonly secrets?: readonly { readonly id: string; readonly lastUsedAt?: string | null }[];
}
const requests: Readonly<Record<string, object>> = {
  'a secret of a service user': { title: 'blue' },
  'an application': { name: 'gateway' },
};
const create = async (what: string) => {
  const body = requests[what] ?? {
    description: 'a job',
    ...(what === 'a tenant token' && { roleIds: [acme.readerRoleId] }),
  };
  return succeed<Shown>(manage('POST', places[what] ?? '', body));
};
const show = async (what: string, { clientId }: Credentials) => {
  const { items } = await succeed<{ items: Shown[] }>(manage('GET', `${places[what]}?q=${clientId}`));
  return items[0];
};
const usesOf = (shown: Shown | undefined) => shown?.secrets?.map(({ lastUsedAt }) => lastUsedAt) ?? [shown?.lastUsedAt];
const now = () => new Date(world.clock.nowSeconds() * 1_000).toISOString();
const exchange = (credentials: Credentials) =>
  world.post('/oauth/token', credentials, { grant_type: 'client_credentials' });
const untilNextGrain = () => world.clock.advance(GRAIN_SECONDS - (world.clock.nowSeconds() % GRAIN_SECONDS));
const notesOf = async ({ clientId }: Credentials) =>
  (await itemsOf('tokens')).filter(({ key }) => String(key).startsWith(`used#${clientId}#`));

describe.each(['a tenant token', 'a personal token', 'a secret of a service user', 'an application'])(
  'Q7: %s',
  (what) => {
    test('shows that it was never used, and then the time of its last use', async () => {
      const credentials = await create(what);
      expect(usesOf(await show(what, credentials))).toEqual([null]);
      await exchange(credentials);
      expect(usesOf(await show(what, credentials))).toEqual([now()]);
    });

    test('does not show it in the answer to its creation', async () => {
      expect(usesOf(await create(what))).toEqual([undefined]);
    });

    test('shows the same alone as in its list', async () => {
      if (what === 'a secret of a service user') return;
      const credentials = await create(what);
      await exchange(credentials);
      const alone = await succeed<Shown>(manage('GET', `${places[what]}/${credentials.clientId}`));
      expect(alone).toEqual(await show(what, credentials));
    });
  },
);

describe('Q7: the use of a credential', () => {
  test('is noted once in five minutes, however often the credential is used', async () => {
    untilNextGrain();
    const credentials = await create('a tenant token');
    const first = now();
    const costs = [];
    for (const seconds of [0, 1, GRAIN_SECONDS - 2]) {
      world.clock.advance(seconds);
      costs.push((await costOf(world, () => exchange(credentials))).writes);
    }
    expect([costs, usesOf(await show('a tenant token', credentials))]).toEqual([[1, 0, 0], [first]]);
    world.clock.advance(1);
    expect((await costOf(world, () => exchange(credentials))).writes).toBe(1);
    manage = manageWith(world, await world.tokenFor(world.admin));
    expect(usesOf(await show('a tenant token', credentials))).toEqual([now()]);
  });

  test('is noted once, however many processes serve it', async () => {
    untilNextGrain();
    manage = manageWith(world, await world.tokenFor(world.admin));
    const credentials = await create('a tenant token');
    const first = now();
    const request = {
      method: 'POST',
      path: '/oauth/token',
      headers: { authorization: basic(credentials), 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=client_credentials',
    };
    for (const seconds of [0, 10, 10]) {
      world.clock.advance(seconds);
      const instance = await startFunctionInstance(world);
      expect((await instance.send(request)).status).toBe(200);
      await instance.close();
    }
    expect(usesOf(await show('a tenant token', credentials))).toEqual([first]);
  });

  test('is noted for the secret that was used and for no other of its client', async () => {
    const credentials = await create('a tenant token');
    const added = await succeed<Shown>(
      manage('POST', `${places['a tenant token']}/${credentials.clientId}/secrets`, { title: 'green' }),
    );
    await exchange({ clientId: credentials.clientId, clientSecret: added.clientSecret });
    expect(usesOf(await show('a tenant token', credentials))).toEqual([null, now()]);
  });

  test.each(['/oauth/introspect', '/oauth/revoke'])('is noted when a client authenticates at %s', async (path) => {
    const credentials = await create('a tenant token');
    await world.post(path, credentials, { token: 'unknown' });
    expect(usesOf(await show('a tenant token', credentials))).toEqual([now()]);
  });

  test('is noted also when the client may do nothing, because its credential is in use all the same', async () => {
    const credentials = await create('a token of a tenant without anything');
    expect((await exchange(credentials)).status).toBe(400);
    expect(usesOf(await show('a token of a tenant without anything', credentials))).toEqual([now()]);
  });

  test('is noted neither for a wrong secret nor for an expired secret', async () => {
    const credentials = await create('a tenant token');
    await exchange({ ...credentials, clientSecret: acme.tenantToken.clientSecret });
    await exchange({ ...credentials, clientSecret: 'guess' });
    expect(await notesOf(credentials)).toEqual([]);
  });

  test('is noted in an item of its own that holds only the time, and goes after a year', async () => {
    const credentials = await create('a tenant token');
    await exchange(credentials);
    const selector = credentials.clientSecret.slice(4, 10);
    expect(await notesOf(credentials)).toEqual([
      {
        key: `used#${credentials.clientId}#${selector}`,
        usedAt: world.clock.nowSeconds(),
        removeAt: world.clock.nowSeconds() + 31_536_000,
      },
    ]);
  });
});

describe('Q7: a lost note of the last use', () => {
  const faults: readonly [string, Fault][] = [
    ['refused', denied()],
    ['not answered', { kind: 'hang' }],
    ['cut off', { kind: 'reset' }],
    ['throttled', { kind: 'error', name: 'ProvisionedThroughputExceededException' }],
  ];
  test.each(faults)('because it is %s fails no exchange and hardly delays it', async (_how, fault) => {
    const credentials = await create('a tenant token');
    const startedAt = millisecondsWaited();
    const reply = await whileFailing(
      world.dynamo,
      (_operation, body) => (body.includes('"used#') ? fault : undefined),
      () => exchange(credentials),
    );
    expect([reply.status, millisecondsWaited() - startedAt < 600]).toEqual([200, true]);
    expect(usesOf(await show('a tenant token', credentials))).toEqual([null]);
  });
});

test('a page of credentials reads all its notes at once', async () => {
  for (let count = 0; count < 3; count += 1) await create('a tenant token');
  await manage('GET', `${places['a tenant token']}?limit=100`);
  world.dynamo.forget();
  await manage('GET', `${places['a tenant token']}?limit=100`);
  const reads = world.dynamo.bodies.filter((body) => body.includes('"used#'));
  expect(reads).toHaveLength(1);
  expect(world.dynamo.calls.filter((call) => call === 'PutItem')).toEqual([]);
});

test('H11: a list is unavailable, and never says "never used", if the notes cannot be read', async () => {
  const list = () => manage('GET', places['a tenant token'] ?? '');
  const reply = await whileFailing(
    world.dynamo,
    (_operation, body) => (body.includes('"used#') ? denied() : undefined),
    list,
  );
  expect(reply.status).toBe(503);
});
