import { beforeAll, describe, expect, test } from 'vitest';
import { useWorld } from '#test/support/world/use-world.ts';
import { arrangeAcme } from '#test/support/world/world.ts';

const lists = ['/v1/tenants', '/v1/users', '/v1/roles', '/v1/apis', '/v1/applications', '/v1/audit-events'] as const;

const world = useWorld();
beforeAll(async () => {
  await arrangeAcme(world);
  await Promise.all([1, 2, 3].map((serial) => world.manage('POST', '/v1/tenants', { name: `Tenant ${serial}` })));
  await world.manage('POST', '/v1/users', { email: 'second@example.com' });
  await world.manage('POST', '/v1/applications', { name: 'Second' });
  await world.manage('POST', '/v1/apis', { identifier: 'https://second.example.com', name: 'Second', permissions: [] });
});

describe.each(lists)('T2: a cursor of %s', (list) => {
  const read = async (query: string) => {
    const { status, body } = await world.manage('GET', `${list}?${query}`);
    return { status, ...(body as { nextCursor?: string; field?: string }) };
  };
  const cursorOf = async () => (await read('limit=1')).nextCursor ?? '';
  const refused = { status: 400, code: 'invalid_request', field: 'cursor' };

  test('continues its own list, at any page size', async () => {
    expect(await read(`limit=7&cursor=${await cursorOf()}`)).toMatchObject({ status: 200 });
  });

  test('is refused in every other list', async () => {
    const cursor = await cursorOf();
    const others = await Promise.all(
      lists.filter((one) => one !== list).map((other) => world.manage('GET', `${other}?cursor=${cursor}`)),
    );
    expect(others.map(({ body }) => body)).toMatchObject(others.map(() => refused));
  });

  test.each([
    ['without its seal', (cursor: string) => cursor.slice(0, -9)],
    ['with the seal of another place', (cursor: string) => `x${cursor}`],
    [
      'with another seal',
      (cursor: string) => cursor.slice(0, -8) + (cursor.endsWith('00000000') ? '1' : '0').repeat(8),
    ],
    ['with more behind it', (cursor: string) => `${cursor}0`],
    ['in other case', (cursor: string) => cursor.toUpperCase()],
    ['made up', () => Buffer.from('2027-01-15T08:00:00.000Z#x').toString('base64url')],
  ])('is refused %s', async (_how, change) => {
    expect(await read(`cursor=${change(await cursorOf())}`)).toMatchObject(refused);
  });
});

test('T2: a cursor is refused under other filters than it was given for', async () => {
  const { body } = await world.manage('GET', '/v1/audit-events?limit=1&outcome=succeeded');
  const { nextCursor = '' } = body as { nextCursor?: string };
  const read = (query: string) => world.manage('GET', `/v1/audit-events?${query}&cursor=${nextCursor}`);
  expect([(await read('outcome=succeeded')).status, (await read('outcome=refused')).status]).toEqual([200, 400]);
});
