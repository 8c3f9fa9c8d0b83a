import { beforeAll, describe, expect, test } from 'vitest';
import { apiTables as tables } from '#shared/api/tables.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { writeManyApiTokens } from '#test/support/clients/many-clients.ts';
import { operationsOf, routeRequests } from '#test/support/route-requests/index.ts';
import { queryCostOf } from '#test/support/stored/query-costs.ts';
import { prepared, useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';

/** How many API tokens the tenant has; the promises below hold for any number, e.g. `LISTED_ITEMS=100000`. */
const ITEMS = Number(process.env.LISTED_ITEMS ?? 1_000);
const FILLING_MILLISECONDS_MAX = 600_000;

const world = useWorld();
const acme = useAcme(world);
const requests = prepared(() => routeRequests(world, acme));
const manage = useManage(world);
let path: string;
beforeAll(async () => {
  const { id } = await succeed(manage('POST', '/v1/tenants', { name: 'Many' }));
  await writeManyApiTokens(world, id, ITEMS);
  path = `/v1/tenants/${id}/api-tokens`;
}, FILLING_MILLISECONDS_MAX);

interface Listed {
  readonly items: readonly { readonly description: string }[];
  readonly nextCursor?: string;
}
const list = (query: string) => succeed<Listed>(manage('GET', `${path}?${query}`));
const following = ({ nextCursor = '' }: Listed) => `cursor=${encodeURIComponent(nextCursor)}`;
const descriptions = ({ items }: Listed) => items.map(({ description }) => description);
const pipelines = (...serials: readonly number[]) => serials.map((serial) => `pipeline ${serial}`);

describe(`a tenant with ${ITEMS} API tokens`, () => {
  test.each([1, 50, 100])(
    'costs one query of a page of %i, and one item more to see whether there is another page',
    async (limit) => {
      const cost = await queryCostOf(world, () => list(`limit=${limit}`));
      expect(cost).toMatchObject({ queries: 1, itemsRead: limit + 1 });
      expect(cost.capacityUnits).toBeLessThanOrEqual(Math.ceil((limit + 1) / 8));
    },
  );

  test('costs the same from either end and in the middle', async () => {
    const first = await list('limit=100');
    const queries = ['limit=100', 'limit=100&order=desc', `limit=100&${following(first)}`];
    const costs = [];
    for (const query of queries) costs.push(await queryCostOf(world, () => list(query)));
    expect(costs).toEqual([costs[0], costs[0], costs[0]]);
    expect(costs[0]).toMatchObject({ queries: 1, itemsRead: 101 });
  });

  test('shows the newest first when asked, and continues from there', async () => {
    const newest = await list('limit=2&order=desc');
    const next = await list(`limit=2&order=desc&${following(newest)}`);
    expect([descriptions(newest), descriptions(next)]).toEqual([
      pipelines(ITEMS - 1, ITEMS - 2),
      pipelines(ITEMS - 3, ITEMS - 4),
    ]);
  });

  test.each([
    ['that finds nothing', 'q=nowhere', 1_000],
    ['that finds a page at once', 'status=active&limit=10', 250],
    ['that finds one token', `q=PIPELINE ${ITEMS - 1}&order=desc&limit=1`, 250],
  ])('looks at a bounded part of the list in a search %s', async (_what, query, itemsMax) => {
    const { queries, itemsRead } = await queryCostOf(world, () => list(query));
    expect({ queries, itemsRead }).toEqual({ queries: itemsMax / 250, itemsRead: itemsMax });
  });

  test(
    'shows all matches of a search that is followed to its end, once each',
    async () => {
      const found: string[] = [];
      let page = await list('status=disabled&limit=30');
      found.push(...descriptions(page));
      for (let pages = 1; page.nextCursor !== undefined && pages < ITEMS; pages += 1) {
        page = await list(`status=disabled&limit=30&${following(page)}`);
        found.push(...descriptions(page));
      }
      expect(found).toEqual(pipelines(...Array.from({ length: ITEMS / 10 }, (_, index) => index * 10)));
    },
    FILLING_MILLISECONDS_MAX,
  );
});

test('no route of the product ever scans a table, and every query is of one partition and bounded', async () => {
  const operations = operationsOf(...tables.map(({ name }) => name));
  world.dynamo.forget();
  for (const { operation } of operations) {
    const { method, path: target, ...init } = await requests[operation]();
    await world.send(method, target, init);
  }
  const queries = world.dynamo.bodies.filter((_, index) => world.dynamo.calls[index] === 'Query');
  expect(world.dynamo.calls).not.toContain('Scan');
  expect(queries.length).toBeGreaterThan(operations.filter(({ operation }) => operation.startsWith('list')).length - 1);
  for (const query of queries) {
    expect(JSON.parse(query)).toMatchObject({
      KeyConditionExpression: expect.stringMatching(/ = :\w+/),
      Limit: expect.any(Number),
    });
  }
});
