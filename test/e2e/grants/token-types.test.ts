import { beforeAll, describe, expect, test } from 'vitest';
import { type GuardedApi, startGuardedApi } from '#test/support/arrange/guarded-api.ts';
import { openForge } from '#test/support/forge/forge.ts';
import { opened, useAcme, useWorld } from '#test/support/world/use-world.ts';

const world = useWorld();
const acme = useAcme(world);
const online = opened(() => startGuardedApi(world, { mode: 'online' }));
const offline = opened(() => startGuardedApi(world, { mode: 'offline' }));
/** A long-lived token. */
let accessToken: string;
beforeAll(async () => {
  const request = { kind: 'access_token', description: 'probe', roleIds: [acme.readerRoleId, acme.writerRoleId] };
  const { body } = await world.manage('POST', `/v1/tenants/${acme.tenantId}/api-tokens`, request);
  ({ accessToken } = body as { accessToken: string });
});

const introspect = async (token: string) => (await world.post('/oauth/introspect', world.admin, { token })).body;
const visit = async (api: GuardedApi, token: string) => (await api.visit('GET', '/reports', `Bearer ${token}`)).status;

describe('F4: neither type of token passes for the other', () => {
  const LONG_LIVED = { typ: 'mintmark-token+jwt' };
  const validities = async (token: string) => [
    await introspect(token),
    await visit(online, token),
    await visit(offline, token),
  ];
  const INVALID = [{ active: false }, 403, 403];

  test('each is accepted as its own type', async () => {
    expect(await validities(await world.tokenFor(acme.tenantToken))).toMatchObject([{ active: true }, 200, 200]);
    expect(await validities(accessToken)).toMatchObject([{ active: true }, 200, 403]);
  });

  test('an exchanged token as a long-lived token', async () => {
    const forge = openForge(await world.tokenFor(acme.tenantToken));
    const bare = { scope: undefined, roles: undefined, permissions: undefined };
    const forged = [
      { header: LONG_LIVED },
      { header: LONG_LIVED, claims: bare },
      { header: LONG_LIVED, claims: { ...bare, exp: undefined } },
      { claims: bare },
      { claims: { exp: undefined } },
    ];
    for (const variation of forged) expect(await validities(await forge.vary(variation))).toEqual(INVALID);
    forge.close();
  });

  test('a long-lived token as an exchanged token', async () => {
    const forge = openForge(accessToken);
    const scope = 'read:reports write:reports';
    const exp = world.clock.nowSeconds() + 60;
    for (const header of [{ typ: 'at+jwt' }, { typ: 'JWT' }, { typ: undefined }]) {
      for (const claims of [{}, { exp }, { scope }]) {
        expect(await validities(await forge.vary({ header, claims }))).toEqual(INVALID);
      }
    }
    const whole = await forge.vary({ header: { typ: 'at+jwt' }, claims: { scope, exp } });
    expect([await introspect(whole), await visit(online, whole)]).toEqual([{ active: false }, 403]);
    forge.close();
  });

  test('a long-lived token with more claims than it may have, or one that is not the token of its client', async () => {
    const forge = openForge(accessToken);
    for (const claims of [
      { scope: 'read:reports' },
      { roles: ['reports-reader'] },
      { jti: 'tok_0000000000000000000000' },
      { client_id: acme.tenantToken.clientId, sub: acme.tenantToken.clientId },
      { sub: acme.userId },
      { tenant_id: 'ten_other' },
      { iat: world.clock.nowSeconds() + 60 },
    ]) {
      expect(await validities(await forge.vary({ claims }))).toEqual(INVALID);
    }
    forge.close();
  });
});
