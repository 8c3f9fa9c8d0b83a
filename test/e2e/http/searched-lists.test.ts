import { beforeAll, describe, expect, test } from 'vitest';
import { succeed } from '#test/support/arrange/manage.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { changeStoredClient } from '#test/support/stored/stored-clients.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import { arrangeAcme } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const manage = useManage(world);
let places: Readonly<Record<string, string>>;
beforeAll(async () => {
  const tenant = `/v1/tenants/${acme.tenantId}`;
  places = {
    tenants: '/v1/tenants',
    users: '/v1/users',
    roles: '/v1/roles',
    apis: '/v1/apis',
    applications: '/v1/applications',
    'service users': `${tenant}/service-users`,
    'API tokens': `${tenant}/api-tokens`,
    'personal API tokens': `${tenant}/members/${acme.userId}/api-tokens`,
    members: `${tenant}/members`,
  };
});

type Item = Readonly<Record<string, unknown>>;
const list = async (place: string, query: Record<string, string>) => {
  const page = await succeed<{ items: readonly Item[] }>(
    manage('GET', `${places[place]}?${new URLSearchParams(query)}`),
  );
  return page.items;
};
const idOf = (item: Item) => item.id ?? item.clientId ?? item.userId;
const idsOf = async (place: string, query: Record<string, string>) => (await list(place, query)).map(idOf);
const create = async (place: string, body: object) => {
  world.clock.advance(1);
  return idOf(await succeed<Item>(manage('POST', places[place] ?? '', body)));
};

const plain = (name: string) => name.toLowerCase().replaceAll(/[^a-z]+/g, 'x');

const searchable = [
  ['tenants', (name: string) => ({ name })],
  ['users', (name: string) => ({ email: `${plain(name)}@example.org`, name })],
  ['roles', (name: string) => ({ key: plain(name), name, level: 5, permissions: [] })],
  ['apis', (name: string) => ({ identifier: `urn:${plain(name)}`, name })],
  ['applications', (name: string) => ({ name })],
  ['service users', (name: string) => ({ name: 'machine', description: name })],
  ['API tokens', (description: string) => ({ description })],
  ['personal API tokens', (description: string) => ({ description })],
] as const;

describe.each(searchable)('the list of %s', (place, named) => {
  let older: unknown;
  let newer: unknown;
  beforeAll(async () => {
    older = await create(place, named('Élan Zébra one'));
    newer = await create(place, named('élan zébra two'));
  });

  test('is searched by a part of a name, in capital or small letters', async () => {
    expect(await idsOf(place, { q: 'LAN ZÉBRA' })).toEqual([older, newer]);
    expect(await idsOf(place, { q: 'zébra Two' })).toEqual([newer]);
  });

  test('is searched by id', async () => {
    expect(await idsOf(place, { q: String(older).toUpperCase() })).toEqual([older]);
  });

  test('shows nothing if no record matches, or if two parts match only together', async () => {
    expect(await idsOf(place, { q: 'nobody is called this' })).toEqual([]);
    expect(await idsOf(place, { q: `two${String(newer)}` })).toEqual([]);
  });

  test('shows the newest first when asked', async () => {
    expect(await idsOf(place, { q: 'lan zébra', order: 'desc' })).toEqual([newer, older]);
    const everything = await idsOf(place, { limit: '100' });
    expect(await idsOf(place, { limit: '100', order: 'desc' })).toEqual(everything.toReversed());
  });

  test.each([
    ['order', 'newest'],
    ['order', ''],
    ['q', ''],
    ['q', 'x'.repeat(129)],
    ['q', 'two\nlines'],
  ])('A14: refuses %s=%o by name', async (member, value) => {
    const reply = await manage('GET', `${places[place]}?${new URLSearchParams({ [member]: value })}`);
    expect(reply).toMatchObject({ status: 400, body: { code: 'invalid_request', field: member } });
  });
});

test('members are listed from either end', async () => {
  world.clock.advance(1);
  const { id } = await succeed(manage('POST', '/v1/users', { email: 'late@example.com' }));
  await succeed(manage('PUT', `${places.members}/${id}`, { roleIds: [] }));
  expect(await idsOf('members', { order: 'desc' })).toEqual([id, acme.userId]);
});

describe.each(['tenants', 'users', 'service users', 'applications', 'API tokens', 'personal API tokens'])(
  'the list of %s',
  (place) => {
    const named = searchable.find(([name]) => name === place)?.[1];
    test('is narrowed to the disabled records, and to the others', async () => {
      const working = await create(place, named?.('Yak of status') ?? {});
      const disabled = await create(place, named?.('Yak of status again') ?? {});
      await succeed(manage('PATCH', `${places[place]}/${disabled}`, { status: 'disabled' }));
      expect(await idsOf(place, { q: 'yak of status', status: 'active' })).toEqual([working]);
      expect(await idsOf(place, { q: 'yak of status', status: 'disabled' })).toEqual([disabled]);
    });

    test('refuses a status that no record can have', async () => {
      const reply = await manage('GET', `${places[place]}?status=deleted`);
      expect(reply).toMatchObject({ status: 400, body: { code: 'invalid_request', field: 'status' } });
    });
  },
);

test.each(['applications', 'API tokens', 'personal API tokens'])(
  'Q8: a list narrowed by status counts expired %s by the time',
  async (place) => {
    const named = searchable.find(([name]) => name === place)?.[1];
    const lasting = await create(place, { ...named?.('Wombat of time'), expiresInSeconds: 1_000 });
    const passing = await create(place, { ...named?.('Wombat of time too'), expiresInSeconds: 10 });
    expect(await idsOf(place, { q: 'wombat of time', status: 'expired' })).toEqual([]);
    world.clock.advance(10);
    expect(await idsOf(place, { q: 'wombat of time', status: 'expired' })).toEqual([passing]);
    expect(await idsOf(place, { q: 'wombat of time', status: 'active' })).toEqual([lasting]);
  },
);

test('a search finds records that were written before lists could be searched', async () => {
  const id = String(await create('API tokens', { description: 'Old Xylophone music' }));
  await create('API tokens', { description: 'new piano' });
  await changeStoredClient(id, () => ({ search: undefined }));
  expect(await idsOf('API tokens', { q: 'xylophone m' })).toEqual([id]);
  expect(await idsOf('API tokens', { q: 'new piano' })).not.toContain(id);
});

test('T2: a search shows nothing of other tenants', async () => {
  const globex = await arrangeAcme(world);
  expect(await idsOf('API tokens', { q: globex.tenantToken.clientId })).toEqual([]);
});
