import { beforeAll, describe, expect, test } from 'vitest';
import { memoryRequestLimiter } from '#shared/adapters/node/memory-request-limiter.ts';
import { SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import { createApplication, grantPermissions } from '#test/support/clients/applications.ts';
import type { Reply } from '#test/support/world/deployment.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';

const REQUESTS_MAX = 40;

const limiter = memoryRequestLimiter(undefined, REQUESTS_MAX);
const world = useWorld({ adapters: { requestLimiter: () => limiter } });
const acme = useAcme(world);

const another = prepared(() => createApplication(world));
beforeAll(async () => {
  await grantPermissions(world, another, SYSTEM_API_ID, ['read:tenants']);
});

const policy = `"client";q=${REQUESTS_MAX};w=60`;

const quotaOf = ({ headers }: Reply) => {
  const { left, seconds } =
    /^"client";r=(?<left>\d+);t=(?<seconds>\d+)$/.exec(headers.get('ratelimit') ?? '')?.groups ?? {};
  return { policy: headers.get('ratelimit-policy'), left: Number(left), seconds: Number(seconds) };
};

describe('the quota of requests of a client', () => {
  test('is in every answer, also in a refusal', async () => {
    const first = quotaOf(await world.manage('GET', '/v1/tenants'));
    const second = quotaOf(await world.manage('GET', '/v1/tenants/ten_unknown'));
    expect([first.policy, second.policy, second.left]).toEqual([policy, policy, first.left - 1]);
    expect(first.seconds).toBeGreaterThan(0);
    expect(first.seconds).toBeLessThanOrEqual(60);
  });

  test('ends in 429 with the time to wait, and changes nothing from then on', async () => {
    const create = () => world.manage('POST', '/v1/users', { email: 'late@example.com' });
    while (quotaOf(await world.manage('GET', '/v1/tenants')).left > 0);
    const refused = await create();
    expect([refused.status, refused.body]).toMatchObject([429, { code: 'rate_limited', status: 429 }]);
    expect(quotaOf(refused)).toMatchObject({ policy, left: 0 });
    expect(refused.headers.get('retry-after')).toBe(String(quotaOf(refused).seconds));
  });

  test('R7: counts each client separately: another client can continue', async () => {
    const reply = await world.manage('GET', '/v1/tenants', undefined, await world.tokenFor(another));
    expect([reply.status, quotaOf(reply).left]).toEqual([200, REQUESTS_MAX - 1]);
  });

  test('does not count exchanges, and is not shown to unknown callers', async () => {
    const exchanged = await world.post('/oauth/token', acme.tenantToken, { grant_type: 'client_credentials' });
    const unknown = await world.send('GET', '/v1/tenants');
    expect([exchanged.status, unknown.status]).toEqual([200, 401]);
    expect([exchanged, unknown].map(({ headers }) => headers.get('ratelimit'))).toEqual([null, null]);
  });
});
