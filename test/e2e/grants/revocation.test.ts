import { describe, expect, test } from 'vitest';
import { isTokenActive } from '#test/support/ask/introspection.ts';
import { resourceMetadata } from '#test/support/ask/resource-metadata.ts';
import { openForge } from '#test/support/forge/forge.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import { arrangeAcme, type Credentials } from '#test/support/world/world.ts';

const world = useWorld();
const acme = useAcme(world);

const revoke = (caller: Credentials | undefined, parameters: Record<string, string>) =>
  world.post('/oauth/revoke', caller, parameters);

const isActive = (token: string) => isTokenActive(world, token);

describe('the revocation of an access token', () => {
  test.each([
    ['no hint', {}],
    ['the right hint', { token_type_hint: 'access_token' }],
    ['the wrong hint', { token_type_hint: 'refresh_token' }],
    ['an unknown hint', { token_type_hint: 'unknown' }],
  ])('I1: ends the token under %s, with an answer that says nothing', async (_name, hint) => {
    const token = await world.tokenFor(acme.tenantToken);
    const { status, text, headers } = await revoke(acme.tenantToken, { token, ...hint });
    expect([status, text, headers.get('cache-control')]).toEqual([200, '{}', 'no-store']);
    expect(await isActive(token)).toBe(false);
  });

  test('I1: ends this token, and not the other tokens of the client', async () => {
    const [first, second] = [await world.tokenFor(acme.tenantToken), await world.tokenFor(acme.tenantToken)];
    await revoke(acme.tenantToken, { token: first });
    expect([await isActive(first), await isActive(second)]).toEqual([false, true]);
    expect(await isActive(await world.tokenFor(acme.tenantToken))).toBe(true);
  });

  test.each([
    ['unknown', async () => 'unknown'],
    ['malformed', async () => 'a.b.c'],
    ['expired', () => forged((now) => ({ exp: now - 1, iat: now - 60, nbf: now - 60 }))],
    ["nobody's", () => forged(() => ({ iss: 'https://auth.example.com' }))],
    [
      'revoked before',
      async () => {
        const token = await world.tokenFor(acme.tenantToken);
        await revoke(acme.tenantToken, { token });
        return token;
      },
    ],
  ])('I2: succeeds for a token that is %s', async (_name, token) => {
    const { status, text } = await revoke(acme.tenantToken, { token: await token() });
    expect([status, text]).toEqual([200, '{}']);
  });

  test.each([
    ['of its tenant', () => acme.personalToken],
    ['of the workspace', () => world.admin],
  ])("I3: is refused for another client's token %s, which stays active", async (_name, owner) => {
    const token = await world.tokenFor(owner());
    const { status, body } = await revoke(acme.tenantToken, { token });
    expect([status, body]).toEqual([
      400,
      { error: 'unauthorized_client', error_description: 'The token was issued to another client.' },
    ]);
    expect(await isActive(token)).toBe(true);
  });

  test("T4: is refused for another tenant's token, which stays active", async () => {
    const globex = await arrangeAcme(world);
    const token = await world.tokenFor(acme.tenantToken);
    expect((await revoke(globex.tenantToken, { token })).body).toMatchObject({ error: 'unauthorized_client' });
    expect(await isActive(token)).toBe(true);
  });

  test.each([
    ['nobody', () => undefined],
    ['a wrong secret', () => ({ ...acme.tenantToken, clientSecret: acme.personalToken.clientSecret })],
    ['an unknown client', () => ({ ...acme.tenantToken, clientId: 'cli_0000000000000000000000' })],
  ])('I5: is refused to %s, and the token stays active', async (_name, caller) => {
    const token = await world.tokenFor(acme.tenantToken);
    const { status, body } = await revoke(caller(), { token });
    expect([status, body]).toMatchObject([401, { error: 'invalid_client' }]);
    expect(await isActive(token)).toBe(true);
  });

  test('I5: is refused to a bearer, who does not authenticate as a client', async () => {
    const token = await world.tokenFor(world.admin);
    const headers = { authorization: `Bearer ${token}` };
    const { status } = await world.send('POST', '/oauth/revoke', { headers, body: new URLSearchParams({ token }) });
    expect([status, await isActive(token)]).toEqual([401, true]);
  });

  test.each(['', 'token='])('is refused without a token: "%s"', async (text) => {
    const { status, body } = await revoke(acme.tenantToken, Object.fromEntries(new URLSearchParams(text)));
    expect([status, body]).toMatchObject([400, { error: 'invalid_request' }]);
  });

  async function forged(claims: (now: number) => Record<string, unknown>): Promise<string> {
    const forge = openForge(await world.tokenFor(acme.tenantToken));
    return forge.vary({ claims: claims(world.clock.nowSeconds()) }).finally(() => forge.close());
  }
});

describe('I8: after the 200 of a revocation', () => {
  test('no introspection that begins later finds the token active', async () => {
    for (let round = 0; round < 5; round += 1) {
      const token = await world.tokenFor(acme.tenantToken);
      let revokedAt = Number.POSITIVE_INFINITY;
      const poll = async () => {
        const seen: { startedAt: number; active: boolean }[] = [];
        do {
          const startedAt = performance.now();
          seen.push({ startedAt, active: await isActive(token) });
        } while (seen.at(-1)?.active === true);
        return seen;
      };
      const pollers = Array.from({ length: 4 }, poll);
      await revoke(acme.tenantToken, { token });
      revokedAt = performance.now();
      const seen = (await Promise.all(pollers)).flat();
      expect(seen.filter(({ startedAt, active }) => active && startedAt > revokedAt)).toEqual([]);
      expect(await isActive(token)).toBe(false);
    }
  });

  test('each of many revocations of one token succeeds', async () => {
    const token = await world.tokenFor(acme.tenantToken);
    const replies = await Promise.all(Array.from({ length: 8 }, () => revoke(acme.tenantToken, { token })));
    expect([replies.map(({ status }) => status), await isActive(token)]).toEqual([Array(8).fill(200), false]);
  });

  test('a revoked management token manages nothing any more', async () => {
    const token = await world.tokenFor(world.admin);
    const before = await world.manage('GET', '/v1/tenants', undefined, token);
    await revoke(world.admin, { token });
    const after = await world.manage('GET', '/v1/tenants', undefined, token);
    expect([before.status, after.status, after.headers.get('www-authenticate')]).toEqual([
      200,
      401,
      `Bearer error="invalid_token", ${resourceMetadata(world)}`,
    ]);
  });
});
