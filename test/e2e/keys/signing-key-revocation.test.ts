import { decodeProtectedHeader } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { type GuardedApi, startGuardedApi } from '#test/support/arrange/guarded-api.ts';
import { DEFAULTS, signingKeysOf } from '#test/support/arrange/signing-keys.ts';
import { arrangeTenantManager } from '#test/support/arrange/tenant-manager.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { isTokenActive } from '#test/support/ask/introspection.ts';
import { opened, useAcme, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

/** The longest time for which an offline verifier takes tokens of a revoked key. */
const AUTHORIZER_SECONDS = 30;

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const keys = signingKeysOf(world);
const offline = opened(() => startGuardedApi(world, { mode: 'offline' }));
const online = opened(() => startGuardedApi(world, { mode: 'online' }));
beforeAll(async () => {
  await keys.run();
});

const kidOf = (token: string) => decodeProtectedHeader(token).kid;
const issue = () => world.tokenFor(acme.tenantToken, { audience: REPORTS });
const isActive = (token: string) => isTokenActive(world, token, acme.tenantToken);
const visit = async (api: GuardedApi, token: string) => (await api.visit('GET', '/reports', `Bearer ${token}`)).status;
const publishedKids = async () => (await keys.keySet()).keys.map(({ kid }) => kid);

describe('the revocation of the key that signs', () => {
  test('V5: is known to introspection, management and exchange at once, and to all others soon', async () => {
    const [token, management] = [await issue(), await world.tokenFor(world.admin)];
    const [old, next] = [kidOf(token), await keys.find('RS256', 'pending')];
    expect([await visit(offline, token), await visit(online, token), await isActive(token)]).toEqual([200, 200, true]);

    const reply = await keys.revoke(old);
    const [after, successor] = [await world.manage('GET', '/v1/signing-keys', undefined, management), await issue()];
    expect([reply.status, after.status, kidOf(successor)]).toEqual([200, 401, next]);
    expect([await isActive(token), await visit(online, token)]).toEqual([false, 403]);
    expect([await isActive(successor), await visit(online, successor)]).toEqual([true, 200]);
    expect([await visit(offline, successor), await keys.find('RS256', 'active')]).toEqual([200, next]);

    world.clock.advance(1);
    const published = await publishedKids();
    expect([published.includes(old ?? ''), published.includes(next ?? '')]).toEqual([false, true]);
    world.clock.advance(AUTHORIZER_SECONDS - 1);
    expect([await visit(offline, token), await visit(offline, successor)]).toEqual([403, 200]);
  });

  test('V5: makes its algorithm unavailable if no other key is waiting, until the next run makes a key', async () => {
    const first = await keys.find('RS256', 'active');
    await keys.run();
    await keys.revoke(await keys.find('RS256', 'pending'));
    const token = await world.tokenFor(world.admin);
    const revoked = await world.manage('POST', `/v1/signing-keys/${first}/revoke`, undefined, token);
    const exchange = () => world.post('/oauth/token', acme.tenantToken, { grant_type: 'client_credentials' });
    const refused = await exchange();
    expect([revoked.status, refused.status, refused.headers.get('retry-after')]).toEqual([200, 503, '1']);
    await keys.run();
    const issued = await issue();
    expect([kidOf(issued), await isActive(issued)]).toEqual([await keys.find('RS256', 'active'), true]);
    expect(await visit(offline, issued)).toBe(200);
  });

  test('V5: cannot be undone, not even by the deployment that made the key', async () => {
    const revoked = (await keys.list()).filter(({ state }) => state === 'revoked').map(({ kid }) => kid);
    world.clock.advance(DEFAULTS.retention);
    await keys.run();
    await keys.run();
    world.clock.advance(1);
    const published = await publishedKids();
    expect(revoked.length).toBeGreaterThanOrEqual(3);
    expect(published.filter((kid) => revoked.includes(kid ?? ''))).toEqual([]);
    expect((await keys.list()).filter(({ kid, state }) => revoked.includes(kid) && state !== 'revoked')).toEqual([]);
  });

  test.each([
    ['an unknown key', () => keys.revoke('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs'), 404, 'not_found'],
    ['an unknown key to rotate', () => keys.rotate('unknown'), 404, 'not_found'],
    ['an unknown key to retain', () => keys.retain('unknown', true), 404, 'not_found'],
  ] as const)('is refused for %s', async (_name, ask, status, code) => {
    expect(seen(await ask())).toEqual(problem(status, code));
  });

  test("is refused to a tenant's own tokens", async () => {
    const manager = await arrangeTenantManager(world, acme.tenantId, ['read:signing-keys', 'write:signing-keys']);
    const token = await world.tokenFor(manager, { audience: `${world.url}/v1/` });
    const replies = [
      await world.manage('GET', '/v1/signing-keys', undefined, token),
      await world.manage('POST', `/v1/signing-keys/${await keys.find('RS256', 'active')}/revoke`, undefined, token),
    ];
    expect(replies.map(({ status }) => status)).toEqual([403, 404]);
  });
});

describe('a rotation by request', () => {
  test('V1: happens at once if the next key has been published for long enough, and otherwise as soon as it has been', async () => {
    await keys.run();
    const [active, next] = [await keys.find('ES256', 'active'), await keys.find('ES256', 'pending')];
    world.clock.advance(DEFAULTS.lead);
    await keys.rotate(await keys.find('ES256', 'active'));
    expect([await keys.find('ES256', 'retiring'), await keys.find('ES256', 'active')]).toEqual([active, next]);
    await keys.run();
    const third = await keys.find('ES256', 'pending');
    await keys.rotate(await keys.find('ES256', 'active'));
    expect(await keys.find('ES256', 'active')).toBe(next);
    world.clock.advance(DEFAULTS.lead);
    await keys.run();
    expect(await keys.find('ES256', 'active')).toBe(third);
  });

  test('V3: leaves a retained key published and in KMS for as long as it is retained', async () => {
    const kid = await keys.find('ES256', 'retiring');
    await keys.retain(kid, true);
    world.clock.advance(2 * DEFAULTS.retention);
    world.kms.forget();
    await keys.run();
    expect([(await publishedKids()).includes(kid), world.kms.calls.includes('ScheduleKeyDeletion')]).toEqual([
      true,
      true,
    ]);
    await keys.retain(kid, false);
    world.clock.advance(1);
    expect((await publishedKids()).includes(kid)).toBe(false);
  });
});
