import { describe, expect, test } from 'vitest';
import { succeed } from '#test/support/arrange/manage.ts';
import { allowRefreshTokens, beginFamily, granted, refresh } from '#test/support/arrange/refresh-tokens.ts';
import { createService, exchanged, exchangeToken } from '#test/support/arrange/token-exchange.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { isTokenActive } from '#test/support/ask/introspection.ts';
import { createApplication, grantPermissions } from '#test/support/clients/applications.ts';
import { createServiceUserKey, signAssertion } from '#test/support/clients/service-user-keys.ts';
import { createServiceUser } from '#test/support/clients/service-users.ts';
import { costOf } from '#test/support/stored/call-counts.ts';
import { itemsOf, removeItem } from '#test/support/stored/table-items.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import { type Credentials, REPORTS } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const globex = useAcme(world);
const application = prepared(arrangeApplication);
/** The client of the API, which may introspect every token for it. */
const api = prepared(arrangeApplication);

async function arrangeApplication(): Promise<Credentials> {
  const made = await createApplication(world);
  await grantPermissions(world, made, acme.apiId, ['read:reports']);
  return made;
}

const now = () => new Date(world.clock.nowSeconds() * 1_000).toISOString();
const tokenOf = (owner: Credentials) => world.tokenFor(owner, { audience: REPORTS });
const isActive = (token: string, asker = api) => isTokenActive(world, token, asker);
const areActive = (tokens: readonly string[]) => Promise.all(tokens.map((token) => isActive(token)));
const revokeUntil = (path: string, tokensRevokedUntil: string) =>
  succeed<{ tokensRevokedUntil?: string }>(world.manage('PATCH', path, { tokensRevokedUntil }));

describe('I11: a change revokes at once the tokens issued up to a moment', () => {
  test('of a tenant, its long-lived tokens too, and of no other', async () => {
    const tokens = await Promise.all(
      [acme.tenantToken, acme.personalToken, globex.tenantToken, application].map(tokenOf),
    );
    const jwt = await succeed<{ accessToken: string }>(
      world.manage('POST', `/v1/tenants/${acme.tenantId}/api-tokens`, {
        kind: 'access_token',
        description: 'dashboard',
        roleIds: [acme.readerRoleId],
      }),
    );
    const all = [...tokens, jwt.accessToken];
    expect(await areActive(all)).toEqual([true, true, true, true, true]);
    const path = `/v1/tenants/${acme.tenantId}`;
    const { writes } = await costOf(world, () => revokeUntil(path, now()));
    // The change itself, and two lines of the audit log.
    expect(writes).toBe(3);
    expect(await areActive(all)).toEqual([false, false, true, true, false]);
  });

  test('of an application, and of no other', async () => {
    const tokens = await Promise.all([application, globex.tenantToken].map(tokenOf));
    await revokeUntil(`/v1/applications/${application.clientId}`, now());
    expect(await areActive(tokens)).toEqual([false, true]);
  });

  test('I7: a moment in the past ends each older family with all its tokens, and no newer family', async () => {
    await allowRefreshTokens(world, acme);
    const service = await createService(world, [acme.apiId], ['read:reports']);
    world.clock.advance(1);
    const early = await beginFamily(world, acme.tenantToken);
    world.clock.advance(10);
    const until = now();
    world.clock.advance(10);
    const late = await beginFamily(world, acme.tenantToken);
    world.clock.advance(10);
    const refreshed = granted(await refresh(world, acme.tenantToken, early.refresh_token));
    const lateRefreshed = granted(await refresh(world, acme.tenantToken, late.refresh_token));
    const traded = await exchanged(exchangeToken(world, service, refreshed.access_token));
    const tokens = [early.access_token, refreshed.access_token, traded, late.access_token, lateRefreshed.access_token];
    expect(await areActive(tokens)).toEqual([true, true, true, true, true]);
    await revokeUntil(`/v1/tenants/${acme.tenantId}`, until);
    expect(await areActive(tokens)).toEqual([false, false, false, true, true]);
    const again = [refreshed, lateRefreshed].map((one) => refresh(world, acme.tenantToken, one.refresh_token));
    expect((await Promise.all(again)).map(({ status }) => status)).toEqual([400, 200]);
  });

  test.each([
    ['on time', 0],
    ['fast by as much as is forgiven', 30],
  ])('and the tokens that a service user has signed itself, by a clock that is %s', async (_which, ahead) => {
    await succeed(world.manage('PATCH', `/v1/apis/${acme.apiId}`, { acceptsSelfSignedTokens: true }));
    const owner = await createServiceUser(world, acme.tenantId, [acme.readerRoleId]);
    const key = await createServiceUserKey(world, owner);
    const sign = () => {
      const iat = world.clock.nowSeconds() + ahead;
      return signAssertion({ url: REPORTS, clock: world.clock }, key, { claims: { iat, exp: iat + 600 } });
    };
    world.clock.advance(31);
    const before = await sign();
    expect(await isActive(before)).toBe(true);
    await revokeUntil(`/v1/tenants/${acme.tenantId}`, now());
    const ended = await isActive(before);
    world.clock.advance(31);
    expect([ended, await isActive(before), await isActive(await sign())]).toEqual([false, false, true]);
  });

  test('and no token that is issued after it, not even in the same second', async () => {
    const path = `/v1/tenants/${globex.tenantId}`;
    await revokeUntil(path, now());
    const same = await tokenOf(globex.tenantToken);
    world.clock.advance(10);
    expect(await areActive([same, await tokenOf(globex.tenantToken)])).toEqual([true, true]);
  });

  test('and for ever, because the moment only moves forward', async () => {
    const path = `/v1/tenants/${globex.tenantId}`;
    const old = await tokenOf(globex.tenantToken);
    world.clock.advance(10);
    const until = now();
    await revokeUntil(path, until);
    expect((await revokeUntil(path, '2020-01-01T00:00:00Z')).tokensRevokedUntil).toBe(until);
    expect(await isActive(old)).toBe(false);
  });

  test('and a moment in the future counts as now, so that nobody is locked out', async () => {
    const path = `/v1/tenants/${globex.tenantId}`;
    const until = now();
    expect((await revokeUntil(path, '2999-01-01T00:00:00Z')).tokensRevokedUntil).toBe(until);
    expect(await isActive(await tokenOf(globex.tenantToken))).toBe(true);
  });

  test.each(['yesterday', '2026-13-01T00:00:00Z', 1_800_000_000, null])('and %o is no moment', async (moment) => {
    const reply = await world.manage('PATCH', `/v1/tenants/${globex.tenantId}`, { tokensRevokedUntil: moment });
    expect([reply.status, reply.body]).toMatchObject([400, { field: 'tokensRevokedUntil' }]);
  });

  test('and only by a caller that may change the tenant', async () => {
    const token = await world.tokenFor(globex.tenantToken);
    const reply = await world.manage('PATCH', `/v1/tenants/${globex.tenantId}`, { tokensRevokedUntil: now() }, token);
    expect(reply.status).toBe(401);
  });
});

describe('Q9: after a backup was restored', () => {
  test('one change ends every older token, revoked or not', async () => {
    const [revoked, forgotten] = [await tokenOf(application), await tokenOf(globex.personalToken)];
    await world.post('/oauth/revoke', application, { token: revoked });
    for (const mark of await marksOf(revoked)) await removeItem('tokens', { key: mark });
    expect(await areActive([revoked, forgotten])).toEqual([true, true]);

    world.clock.advance(1);
    await revokeUntil('/v1/settings', now());
    expect(await areActive([revoked, forgotten])).toEqual([false, false]);
    expect(await areActive(await Promise.all([application, globex.personalToken].map(tokenOf)))).toEqual([true, true]);
  });
});

async function marksOf(token: string): Promise<readonly string[]> {
  const jti = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).jti as string;
  const keys = (await itemsOf('tokens')).map(({ key }) => String(key));
  return keys.filter((key) => key.includes(jti));
}
