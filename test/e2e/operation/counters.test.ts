import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { startGuardedApi } from '#test/support/arrange/guarded-api.ts';
import { arrangeTenantManager } from '#test/support/arrange/tenant-manager.ts';
import { openForge } from '#test/support/forge/forge.ts';
import { costOf, FREE } from '#test/support/stored/call-counts.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import { arrangeAcme, type Credentials, REPORTS } from '#test/support/world/world.ts';

const world = useWorld();
/** The cost of the first exchange in a process that was just started. */
const coldProcess = prepared(() => costOf(world, () => world.tokenFor(world.admin)));
const acme = useAcme(world);

/** The cost of an act in a process that remembers all that it may. */
async function warmCostOf(act: () => Promise<unknown>) {
  await act();
  await act();
  return costOf(world, act);
}

describe('an exchange', () => {
  const EXCHANGE = { reads: 1, writes: 0, kms: ['Sign'], comparisons: 0 };

  test.each([
    ['a tenant token', () => acme.tenantToken, {}],
    ['a tenant token for a named audience', () => acme.tenantToken, { audience: REPORTS }],
    ['a tenant token for a narrower scope', () => acme.tenantToken, { audience: REPORTS, scope: 'read:reports' }],
    ['a personal token', () => acme.personalToken, {}],
    ['a personal token for a named audience', () => acme.personalToken, { audience: REPORTS }],
    ['an application', () => world.admin, {}],
  ])('of %s costs one read and one signature', async (_name, credentials, parameters) => {
    expect(await warmCostOf(() => world.tokenFor(credentials(), parameters))).toEqual(EXCHANGE);
  });

  test('hashes a secret that the process has not seen before, reads in steps, and notes the use', async () => {
    const globex = await arrangeAcme(world);
    const costs = [
      await costOf(world, () => world.tokenFor(globex.tenantToken, { audience: REPORTS })),
      await costOf(world, () => world.tokenFor(globex.personalToken, { audience: REPORTS })),
    ];
    const first = { reads: 3, writes: 1, kms: ['Sign'], comparisons: 1 };
    expect(costs).toEqual([first, first]);
  });

  test('in a process that was just started also fetches the pepper, once', () => {
    expect(coldProcess).toEqual({ reads: 3, writes: 1, kms: ['Decrypt', 'Sign'], comparisons: 1 });
  });
});

describe('a guess at a secret', () => {
  /** The first guesses of a minute are written down. */
  const GUESSED = { ...FREE, writes: expect.toBeOneOf([0, 1]) };

  const exchange = (credentials: Credentials) =>
    costOf(world, () => world.post('/oauth/token', credentials, { grant_type: 'client_credentials' }));

  test.each([
    ['of any text', () => 'password'],
    ['of the right shape', () => `mms_${'A'.repeat(52)}`],
    [
      'with a character changed',
      () => acme.tenantToken.clientSecret.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
    ],
    ["with another client's secret", () => acme.personalToken.clientSecret],
    ['of a megabyte, nearly', () => 'x'.repeat(8_000)],
  ])('%s costs no read and no comparison', async (_name, guess) => {
    expect(await exchange({ clientId: acme.tenantToken.clientId, clientSecret: guess() })).toEqual(GUESSED);
  });

  test('at an unknown client costs no read and no comparison', async () => {
    const clientId = 'cli_0000000000000000000000';
    expect(await exchange({ ...acme.tenantToken, clientId })).toEqual(GUESSED);
  });

  test('B14: with the genuine secret of a deleted client costs a read and a comparison, each time', async () => {
    const globex = await arrangeAcme(world);
    await world.manage('DELETE', `/v1/tenants/${globex.tenantId}/api-tokens/${globex.tenantToken.clientId}`);
    const costs = [await exchange(globex.tenantToken), await exchange(globex.tenantToken)];
    const refusal = { ...GUESSED, reads: 1, comparisons: 1 };
    expect(costs).toEqual([refusal, refusal]);
  });
});

describe('an introspection', () => {
  const caller = { reads: 1, writes: 0, kms: [], comparisons: 0 };
  const introspect = (credentials: Credentials, token: string) => () =>
    world.post('/oauth/introspect', credentials, { token });

  test.each([
    ["a tenant's token", () => acme.tenantToken],
    ["a user's token", () => acme.personalToken],
  ])('of %s costs one read besides that of the caller', async (_name, owner) => {
    const api = await arrangeTenantManager(world, acme.tenantId, ['introspect:tokens']);
    const token = await world.tokenFor(owner());
    expect(await warmCostOf(introspect(api, token))).toEqual({ ...caller, reads: 2 });
    expect(await warmCostOf(introspect(owner(), token))).toEqual({ ...caller, reads: 2 });
  });

  test('by the bearer of a management token costs the same', async () => {
    const api = await arrangeTenantManager(world, acme.tenantId, ['introspect:tokens']);
    const authorization = `Bearer ${await world.tokenFor(api)}`;
    const body = new URLSearchParams({ token: await world.tokenFor(acme.tenantToken) });
    const ask = () => world.send('POST', '/oauth/introspect', { headers: { authorization }, body });
    expect(await warmCostOf(ask)).toEqual({ ...caller, reads: 2 });
  });

  test('of an unknown text costs no read besides that of the caller', async () => {
    expect(await warmCostOf(introspect(acme.tenantToken, 'unknown'))).toEqual(caller);
  });

  test("of another client's token costs as much as of a token of the client itself", async () => {
    const token = await world.tokenFor(acme.personalToken);
    expect(await warmCostOf(introspect(acme.tenantToken, token))).toEqual({ ...caller, reads: 2 });
  });
});

describe('an authorizer', () => {
  test.each([
    ['offline', FREE],
    ['online', { ...FREE, reads: 1 }],
  ] as const)('that works %s asks the network only as often as it must', async (mode, cost) => {
    const api = await startGuardedApi(world, { mode });
    for (const owner of [acme.tenantToken, acme.personalToken]) {
      const authorization = `Bearer ${await world.tokenFor(owner)}`;
      expect(await warmCostOf(() => api.visit('GET', '/reports', authorization))).toEqual(cost);
    }
    await api.close();
  });

  test.each(['offline', 'online'] as const)('P10: that works %s asks no server about unknown keys', async (mode) => {
    const api = await startGuardedApi(world, { mode });
    const forge = openForge(await world.tokenFor(acme.tenantToken));
    await api.visit('GET', '/reports', `Bearer ${forge.genuine}`);
    const flood = async () => {
      for (let count = 0; count < 50; count += 1) {
        const kid = randomBytes(8).toString('hex');
        await api.visit('GET', '/reports', `Bearer ${forge.unsigned({ header: { kid } })}.AAAA`);
      }
    };
    expect(await costOf(world, flood)).toEqual(FREE);
    forge.close();
    await api.close();
  });
});

describe('the cost of other requests', () => {
  test.each(['/.well-known/jwks.json', '/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'])(
    'L9: is nothing for %s once its answer is known',
    async (path) => {
      expect(await warmCostOf(() => world.send('GET', path))).toEqual(FREE);
    },
  );

  test('is a mark and two audit lines for a revocation', async () => {
    const token = await world.tokenFor(acme.tenantToken);
    const revoke = () => world.post('/oauth/revoke', acme.tenantToken, { token });
    expect(await warmCostOf(revoke)).toEqual({ reads: 1, writes: 3, kms: [], comparisons: 0 });
  });

  test('is one write and two audit lines for a new API token', async () => {
    const token = await world.tokenFor(world.admin);
    const request = { description: 'one more', roleIds: [acme.readerRoleId] };
    const create = () => world.manage('POST', `/v1/tenants/${acme.tenantId}/api-tokens`, request, token);
    expect(await warmCostOf(create)).toEqual({ reads: 2, writes: 3, kms: [], comparisons: 0 });
  });

  test('is no read for a management request without a valid token', async () => {
    const cost = await costOf(world, () => world.manage('GET', '/v1/tenants', undefined, 'a.b.c'));
    expect({ ...cost, writes: 0 }).toEqual(FREE);
  });
});
