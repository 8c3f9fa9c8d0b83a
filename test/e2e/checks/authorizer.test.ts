import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GuardedApi, type GuardedApiOptions, startGuardedApi } from '#test/support/arrange/guarded-api.ts';
import { whileFailing } from '#test/support/faults/while-failing.ts';
import { type Forge, openForge } from '#test/support/forge/forge.ts';
import {
  claimForgeries,
  type ForgersDesk,
  formForgeries,
  headerForgeries,
  keyForgeries,
  openDesk,
} from '#test/support/forge/forgeries.ts';
import type { Fault } from '#test/support/world/engine-proxy.ts';
import { opened, useAcme, useWorld } from '#test/support/world/use-world.ts';
import { arrangeAcme } from '#test/support/world/world.ts';

const world = useWorld();
const acme = useAcme(world);
const offline = opened(() => startGuardedApi(world, { mode: 'offline' }));
const online = opened(() => startGuardedApi(world, { mode: 'online' }));
let forge: Forge;
let desk: ForgersDesk;
beforeAll(async () => {
  forge = openForge(await world.tokenFor(acme.tenantToken));
  desk = await openDesk(world, forge);
});
afterAll(() => forge.close());

/** Statuses at the HTTP API, the REST API with a TOKEN and the one with a REQUEST authorizer. */
async function statuses(api: GuardedApi, authorization: string | undefined, method = 'GET', path = '/reports') {
  const visits = ['', '/rest', '/rest-request'].map((stage) => api.visit(method, stage + path, authorization));
  return (await Promise.all(visits)).map(({ status }) => status);
}

const OPEN = [200, 200, 200];
const FORBIDDEN = [403, 403, 403];
/** The status of API Gateway for a refused token; an HTTP API knows only 403. */
const REFUSED = [403, 401, 401];
const FAILING = [500, 500, 500];

describe.each(['offline', 'online'] as const)('an authorizer that works %s', (mode) => {
  const api = () => (mode === 'offline' ? offline : online);

  test('lets a valid token through', async () => {
    expect(await statuses(api(), `Bearer ${forge.genuine}`)).toEqual(OPEN);
  });

  test('P1: is not even asked without credentials', async () => {
    const before = api().asked();
    expect([await statuses(api(), undefined), api().asked() - before]).toEqual([[401, 401, 401], 0]);
  });

  test('P5: does not see a token in the query', async () => {
    expect(await statuses(api(), undefined, 'GET', `/reports?access_token=${forge.genuine}`)).toEqual([401, 401, 401]);
  });

  test.each(['bearer', 'BEARER', 'bEaReR', 'Bearer  '])('P6: takes the scheme written %j', async (scheme) => {
    expect(await statuses(api(), `${scheme} ${forge.genuine}`)).toEqual(OPEN);
  });

  test.each([
    ['no token', () => 'Bearer'],
    ['an empty token', () => 'Bearer =='],
    ['no scheme', () => forge.genuine],
    ['another scheme', () => `Basic ${forge.genuine}`],
    ['a longer scheme', () => `BearerX ${forge.genuine}`],
    ['two tokens', () => `Bearer ${forge.genuine} ${forge.genuine}`],
    ['two headers in one', () => `Bearer ${forge.genuine}, Bearer ${forge.genuine}`],
    ['a comma', () => `Bearer ${forge.genuine},`],
    ['a tab', () => `Bearer\t${forge.genuine}`],
    ['letters beyond ASCII', () => `Bearer tok\xe9n`],
    ['quotes', () => `Bearer "${forge.genuine}"`],
    ['the client secret', () => `Bearer ${acme.tenantToken.clientSecret}`],
  ])('P6: refuses %s, and never fails', async (_name, authorization) => {
    expect(await statuses(api(), authorization())).toEqual(REFUSED);
  });

  test("P3: refuses another API's token", async () => {
    expect(await statuses(api(), `Bearer ${await world.tokenFor(world.admin)}`)).toEqual(REFUSED);
  });

  test('P3: refuses a token from the second of its exp', async () => {
    const now = world.clock.nowSeconds();
    const last = await forge.vary({ claims: { exp: now + 1 } });
    const over = await forge.vary({ claims: { exp: now } });
    expect([await statuses(api(), `Bearer ${last}`), await statuses(api(), `Bearer ${over}`)]).toEqual([OPEN, REFUSED]);
  });

  test('P4: forbids a route for which the token has no permission', async () => {
    const reader = await world.tokenFor(acme.tenantToken, { scope: 'read:reports' });
    const writer = await world.tokenFor(acme.tenantToken, { scope: 'write:reports' });
    expect([
      await statuses(api(), `Bearer ${reader}`),
      await statuses(api(), `Bearer ${reader}`, 'POST'),
      await statuses(api(), `Bearer ${writer}`),
      await statuses(api(), `Bearer ${writer}`, 'POST'),
    ]).toEqual([OPEN, FORBIDDEN, FORBIDDEN, OPEN]);
  });

  test('P8: forbids a route that has no rule, with any token', async () => {
    expect(await statuses(api(), `Bearer ${forge.genuine}`, 'GET', '/reports/7')).toEqual(OPEN);
    expect(await statuses(api(), `Bearer ${forge.genuine}`, 'DELETE', '/reports/7')).toEqual(FORBIDDEN);
  });

  test('P12: names the caller to the API, in text and without secrets', async () => {
    const token = await world.tokenFor(acme.personalToken);
    const told = {
      clientId: acme.personalToken.clientId,
      subject: acme.userId,
      tokenId: decodeJwt(token).jti,
      permissions: 'read:reports',
      tenantId: acme.tenantId,
    };
    const principal = { principalId: acme.userId, integrationLatency: expect.any(Number) };
    const visits = ['/reports', '/rest/reports'].map((path) => api().visit('GET', path, `Bearer ${token}`));
    expect((await Promise.all(visits)).map((visit) => visit.told)).toEqual([
      { lambda: told },
      { ...told, ...principal },
    ]);
  });
});

describe('P3, F4: an authorizer that works offline, by signature and claims alone, refuses', () => {
  /** Forgeries that only the records show: the workspace's own key would have signed them. */
  const onlineOnly = ['client_id of nobody', 'sub of somebody else', 'tenant_id of a tenant that the client is not of'];
  const forgeries = { ...headerForgeries, ...keyForgeries, ...formForgeries, ...claimForgeries };

  test.each(Object.entries(forgeries).filter(([name]) => !onlineOnly.includes(name)))('%s', async (_name, forgery) => {
    expect(await statuses(offline, `Bearer ${await forgery(desk)}`)).toEqual(REFUSED);
  });

  test.each(onlineOnly)('%s, as soon as it works online', async (name) => {
    const token = await claimForgeries[name]?.(desk);
    expect(await statuses(online, `Bearer ${token}`)).toEqual(REFUSED);
  });

  test('F9: a token of more than 8 KiB', async () => {
    const token = await forge.vary({ claims: { padding: 'x'.repeat(5_900) } });
    expect([token.length > 8_192, await statuses(offline, `Bearer ${token}`)]).toEqual([true, REFUSED]);
  });
});

describe('an authorizer after a change', () => {
  test('I10: refuses a revoked token online at the next request, and offline from its exp on', async () => {
    const token = await world.tokenFor(acme.tenantToken);
    await world.post('/oauth/revoke', acme.tenantToken, { token });
    expect([await statuses(online, `Bearer ${token}`), await statuses(offline, `Bearer ${token}`)]).toEqual([
      REFUSED,
      OPEN,
    ]);
  });

  test('C9: follows other roles online at the next request', async () => {
    const { tenantId, userId, personalToken, readerRoleId, writerRoleId } = await arrangeAcme(world);
    const setRoles = (roleIds: readonly string[]) =>
      world.manage('PUT', `/v1/tenants/${tenantId}/members/${userId}`, { roleIds });
    await setRoles([readerRoleId, writerRoleId]);
    const token = await world.tokenFor(personalToken);
    const before = await statuses(online, `Bearer ${token}`);
    await setRoles([writerRoleId]);
    const withoutReading = await statuses(online, `Bearer ${token}`);
    await setRoles([]);
    const withoutAnything = await statuses(online, `Bearer ${token}`);
    expect([before, withoutReading, withoutAnything]).toEqual([OPEN, FORBIDDEN, REFUSED]);
  });

  test('I9: refuses the token of a deleted client online at the next request', async () => {
    const globex = await arrangeAcme(world);
    const token = await world.tokenFor(globex.tenantToken);
    const before = await statuses(online, `Bearer ${token}`);
    await world.manage('DELETE', `/v1/tenants/${globex.tenantId}/api-tokens/${globex.tenantToken.clientId}`);
    expect([before, await statuses(online, `Bearer ${token}`)]).toEqual([OPEN, REFUSED]);
  });
});

describe('an authorizer behind a cache of API Gateway', () => {
  const caching = (mode: GuardedApiOptions['mode']) => startGuardedApi(world, { mode, resultTtlSeconds: 60 });

  test('P8, P9: keeps for each request a decision of its own, with which every route is right', async () => {
    const api = await caching('online');
    const reader = `Bearer ${await world.tokenFor(acme.tenantToken, { scope: 'read:reports' })}`;
    const writer = `Bearer ${await world.tokenFor(acme.tenantToken, { scope: 'write:reports' })}`;
    const seen = [];
    for (let round = 0; round < 2; round += 1) {
      for (const who of [reader, writer]) seen.push(await statuses(api, who), await statuses(api, who, 'POST'));
    }
    const once = [OPEN, FORBIDDEN, FORBIDDEN, OPEN];
    // Three APIs, two tokens and two methods: one answer for each.
    expect([seen, api.asked()]).toEqual([[...once, ...once], 3 * 2 * 2]);
    await api.close();
  });

  test('I10: knows of a revocation when the cached decision ends, at the latest', async () => {
    const api = await caching('online');
    const token = await world.tokenFor(acme.tenantToken);
    const seen = [await statuses(api, `Bearer ${token}`)];
    await world.post('/oauth/revoke', acme.tenantToken, { token });
    for (const seconds of [59, 1]) {
      world.clock.advance(seconds);
      seen.push(await statuses(api, `Bearer ${token}`));
    }
    expect(seen).toEqual([OPEN, OPEN, REFUSED]);
    await api.close();
  });

  test('P7: has no failure remembered as a refusal', async () => {
    const api = await caching('online');
    const token = await world.tokenFor(acme.tenantToken);
    const failing = await whileFailing(
      world.dynamo,
      () => ({ kind: 'reset' }),
      () => statuses(api, `Bearer ${token}`),
    );
    expect([failing, await statuses(api, `Bearer ${token}`)]).toEqual([FAILING, OPEN]);
    await api.close();
  });
});

describe('P7: an authorizer while a dependency fails', () => {
  const faults: readonly Fault[] = [
    { kind: 'error', name: 'InternalServerError', status: 500 },
    { kind: 'error', name: 'AccessDeniedException' },
    { kind: 'error', name: 'ResourceNotFoundException' },
    { kind: 'reset' },
  ];
  const whileAllFail = <Result>(fault: Fault, run: () => Promise<Result>) =>
    whileFailing(
      world.dynamo,
      () => fault,
      () => whileFailing(world.kms, () => fault, run),
    );

  test.each(faults)('fails online, and neither allows nor refuses: $kind $name', async (fault) => {
    const good = await world.tokenFor(acme.tenantToken);
    const revoked = await world.tokenFor(acme.tenantToken);
    await world.post('/oauth/revoke', acme.tenantToken, { token: revoked });
    const seen = await whileAllFail(fault, () =>
      Promise.all([good, revoked].map((token) => statuses(online, `Bearer ${token}`))),
    );
    expect([seen, await statuses(online, `Bearer ${good}`)]).toEqual([[FAILING, FAILING], OPEN]);
  });

  test('still refuses online if it can refuse without a look-up', async () => {
    expect(await whileAllFail({ kind: 'reset' }, () => statuses(online, 'Bearer a.b.c'))).toEqual(REFUSED);
  });

  test('still decides offline', async () => {
    expect(await whileAllFail({ kind: 'reset' }, () => statuses(offline, `Bearer ${forge.genuine}`))).toEqual(OPEN);
  });

  test.each(faults)('P11: lets nobody in without keys, and recovers: $kind $name', async (fault) => {
    const fresh = await startGuardedApi(world, { mode: 'offline' });
    const token = await world.tokenFor(acme.tenantToken);
    const failing = await whileAllFail(fault, () => statuses(fresh, `Bearer ${token}`));
    expect([failing, await statuses(fresh, `Bearer ${token}`)]).toEqual([FAILING, OPEN]);
    await fresh.close();
  });
});
