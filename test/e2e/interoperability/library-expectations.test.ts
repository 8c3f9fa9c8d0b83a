import { describe, expect, test } from 'vitest';
import { allowRefreshTokens, askOffline, beginFamily, granted, refresh } from '#test/support/arrange/refresh-tokens.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);

describe('Sound 28: what OAuth libraries expect', () => {
  test('Sound 28: the answer to a revocation is a JSON document, for clients that parse every JSON answer (simple-oauth2)', async () => {
    const token = await world.tokenFor(acme.tenantToken);
    for (const each of [token, 'unknown']) {
      const { status, text, headers } = await world.post('/oauth/revoke', acme.tenantToken, { token: each });
      expect([status, text, headers.get('content-type')]).toEqual([200, '{}', 'application/json']);
    }
  });

  test('Sound 28: the granted scope has offline_access where it was asked for (oauthlib)', async () => {
    await allowRefreshTokens(world, acme);
    const scope = 'read:reports offline_access';
    const first = await beginFamily(world, acme.tenantToken, { scope });
    const second = granted(await refresh(world, acme.tenantToken, first.refresh_token));
    const third = granted(await refresh(world, acme.tenantToken, second.refresh_token, { scope }));
    const narrow = await refresh(world, acme.tenantToken, third.refresh_token, { scope: 'read:reports' });
    expect([first, second, third, granted(narrow)].map((answer) => answer.scope)).toEqual([
      scope,
      scope,
      scope,
      'read:reports',
    ]);
    const { body } = await world.post('/oauth/introspect', acme.tenantToken, { token: first.access_token });
    expect(body).toMatchObject({ active: true, scope: 'read:reports' });
  });

  test('Sound 28: offline_access is in no scope that was not granted it', async () => {
    await allowRefreshTokens(world, acme, false);
    expect((await askOffline(world, acme.tenantToken)).status).toBe(400);
    const plain = await askOffline(world, acme.tenantToken, { scope: 'read:reports' });
    expect(plain.body).toMatchObject({ scope: 'read:reports' });
  });

  test('Sound 28: the metadata have every required member, and no required list is empty (Authlib)', async () => {
    const { body } = await world.send('GET', '/.well-known/oauth-authorization-server');
    const metadata = body as Readonly<Record<string, unknown>>;
    const empty = Object.entries(metadata).filter(([, value]) => Array.isArray(value) && value.length === 0);
    expect([empty, metadata.response_types_supported]).toEqual([[], ['code']]);
  });
});
