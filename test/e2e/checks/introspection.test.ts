import { decodeJwt } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { arrangeTenantManager } from '#test/support/arrange/tenant-manager.ts';
import { repeat } from '#test/support/ask/concurrent-calls.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import { headStart } from '#test/support/faults/failure-counters.ts';
import { openForge } from '#test/support/forge/forge.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import type { Credentials } from '#test/support/world/world.ts';

/** Enough for the tests about inactive tokens, little enough to be reached. */
const UNKNOWN_TOKENS_MAX = 60;

const world = useWorld({ adapters: { failures: headStart('unknown ', 3_000 - UNKNOWN_TOKENS_MAX) } });
const acme = useAcme(world);
const globex = useAcme(world);
const acmeApi = prepared(() => arrangeTenantManager(world, acme.tenantId, ['introspect:tokens']));
const globexApi = prepared(() => arrangeTenantManager(world, globex.tenantId, ['introspect:tokens']));
let acmeReader: Credentials;
beforeAll(async () => {
  const reader = { description: 'reader', roleIds: [acme.readerRoleId] };
  acmeReader = (await world.manage('POST', `/v1/tenants/${acme.tenantId}/api-tokens`, reader)).body as Credentials;
});

const ask = (caller: Credentials | undefined, token: string, more: Record<string, string> = {}) =>
  world.post('/oauth/introspect', caller, { token, ...more });

const askAsBearer = (bearer: string, token: string) =>
  world.send('POST', '/oauth/introspect', {
    headers: { authorization: `Bearer ${bearer}` },
    body: new URLSearchParams({ token }),
  });

describe('introspection', () => {
  test('H1: is refused without credentials', async () => {
    const { status, body, headers } = await ask(undefined, 'token');
    expect([status, body, headers.get('www-authenticate')]).toEqual([
      401,
      { error: 'invalid_client', error_description: expect.any(String) },
      'Basic realm="mintmark", charset="UTF-8"',
    ]);
  });

  test('H1: is refused with a wrong secret', async () => {
    const wrong = { ...acmeApi, clientSecret: globexApi.clientSecret };
    expect((await ask(wrong, 'token')).status).toBe(401);
  });

  test('H2: is refused to a bearer without introspect:tokens', async () => {
    const reader = await arrangeTenantManager(world, acme.tenantId, ['read:tenants']);
    const { status, body, headers } = await askAsBearer(await world.tokenFor(reader), 'token');
    expect([status, body, headers.get('www-authenticate')]).toEqual([
      403,
      {
        error: 'insufficient_scope',
        error_description:
          'This request needs the permission introspect:tokens in the scope of the token. An administrator gives it to the client, by a role or by a client grant.',
      },
      'Bearer error="insufficient_scope", scope="introspect:tokens"',
    ]);
  });

  test.each([
    ['that is no token', async () => 'token'],
    ['for another API', () => world.tokenFor(acme.tenantToken)],
  ])('H2: is refused to the bearer of a token %s', async (_name, bearer) => {
    const { status, body, headers } = await askAsBearer(await bearer(), 'token');
    expect([status, body, headers.get('www-authenticate')]).toEqual([
      401,
      { error: 'invalid_token', error_description: expect.any(String) },
      'Bearer error="invalid_token"',
    ]);
  });

  test('H2: is answered to a bearer with introspect:tokens', async () => {
    const token = await world.tokenFor(acme.tenantToken);
    const { body } = await askAsBearer(await world.tokenFor(acmeApi), token);
    expect(body).toMatchObject({ active: true, jti: decodeJwt(token).jti });
  });

  test.each(['GET', 'PUT', 'DELETE', 'PATCH'])('H9: is refused by %s', async (method) => {
    const { status, headers } = await world.send(method, '/oauth/introspect?token=x');
    expect([status, headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('a request for introspection', () => {
  test.each([
    ['no token', ''],
    ['an empty token', 'token='],
    ['a token twice', 'token=x&token=x'],
  ])('H3: is refused with %s', async (_name, body) => {
    const { status, body: answer } = await world.send('POST', `/oauth/introspect?token=x`, {
      headers: {
        authorization: `Bearer ${await world.tokenFor(acmeApi)}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body,
    });
    expect([status, answer]).toEqual([400, { error: 'invalid_request', error_description: expect.any(String) }]);
  });

  test.each(['access_token', 'refresh_token', 'unknown', 'urn:x', ''])(
    'H6: may come with the hint "%s"',
    async (hint) => {
      const token = await world.tokenFor(acme.tenantToken);
      expect((await ask(acmeApi, token, { token_type_hint: hint })).body).toMatchObject({ active: true });
    },
  );
});

describe('H5: an active token', () => {
  test.each([
    ['of a tenant', () => acme.tenantToken],
    ['of a user', () => acme.personalToken],
  ])('%s is answered with its claims', async (_name, credentials) => {
    const token = await world.tokenFor(credentials());
    expect((await ask(acmeApi, token)).body).toEqual(shownClaims(token));
  });

  test('of an application is answered with its claims', async () => {
    const token = await world.tokenFor(world.admin);
    expect((await ask(world.admin, token)).body).toEqual(shownClaims(token));
  });

  test('with a narrower scope is answered with that scope', async () => {
    const token = await world.tokenFor(acme.tenantToken, { scope: 'write:reports' });
    expect((await ask(acmeApi, token)).body).toMatchObject({ scope: 'write:reports', permissions: ['write:reports'] });
  });

  test('H12: is kept by no cache', async () => {
    const { headers } = await ask(acmeApi, await world.tokenFor(acme.tenantToken));
    expect([headers.get('cache-control'), headers.get('pragma')]).toEqual(['no-store', 'no-cache']);
  });
});

/** The answer about an active token: its claims, without those that are for Mintmark alone. */
function shownClaims(token: string): Readonly<Record<string, unknown>> {
  const { depends_on: _dependencies, ...claims } = decodeJwt(token);
  return { active: true, token_type: 'Bearer', ...claims };
}

/** Tokens that were active before, or look as if they were. */
const inactiveTokens: Readonly<Record<string, () => Promise<string>>> = {
  'that nobody issued': async () => 'unknown',
  'that is not well-formed': async () => 'a.b.c',
  'that is a client secret': async () => acme.tenantToken.clientSecret,
  'that has expired': () => varied((now) => ({ exp: now, iat: now - 60, nbf: now - 60 })),
  'that is not valid yet': () => varied((now) => ({ nbf: now + 60 })),
  'for an API that does not exist': () => varied(() => ({ aud: 'https://api.example.com/nowhere' })),
  'of another type': async () => {
    const forge = openForge(await world.tokenFor(acme.tenantToken));
    return forge.vary({ header: { typ: 'JWT' } }).finally(() => forge.close());
  },
  'that was revoked': async () => {
    const token = await world.tokenFor(acme.tenantToken);
    await world.post('/oauth/revoke', acme.tenantToken, { token });
    return token;
  },
  'of another tenant': () => world.tokenFor(globex.tenantToken),
  "of another tenant's user": () => world.tokenFor(globex.personalToken),
  'of the workspace': () => world.tokenFor(world.admin),
  'of a deleted client': async () => {
    const path = `/v1/tenants/${acme.tenantId}/api-tokens`;
    const { body } = await world.manage('POST', path, { description: 'x', roleIds: [acme.readerRoleId] });
    const token = await world.tokenFor(body as Credentials);
    await world.manage('DELETE', `${path}/${(body as Credentials).clientId}`);
    return token;
  },
  'of a deleted user': async () => {
    const token = await world.tokenFor(acme.personalToken);
    await world.manage('DELETE', `/v1/users/${acme.userId}`);
    return token;
  },
};

async function varied(claims: (now: number) => Record<string, unknown>): Promise<string> {
  const forge = openForge(await world.tokenFor(acme.tenantToken));
  return forge.vary({ claims: claims(world.clock.nowSeconds()) }).finally(() => forge.close());
}

describe('H4: the introspection of a token that is not valid for the caller', () => {
  test.each(Object.entries(inactiveTokens))(
    'says of a token %s that it is inactive, byte for byte',
    async (_name, issue) => {
      const token = await issue();
      const byClient = await ask(acmeApi, token);
      const byBearer = await askAsBearer(await world.tokenFor(acmeApi), token);
      const inactive = { ...wholeReply(await ask(world.admin, 'unknown')), status: 200, text: '{"active":false}' };
      expect([wholeReply(byClient), wholeReply(byBearer)]).toEqual([inactive, inactive]);
    },
  );
});

describe('introspection tells of a token', () => {
  const tokenOfAcme = () => world.tokenFor(acme.tenantToken);

  test.each([
    ['H7, T4: nothing to another tenant', () => globexApi, tokenOfAcme, false],
    [
      'H7: nothing to a caller of the same API in another tenant',
      () => acmeApi,
      () => world.tokenFor(globex.tenantToken),
      false,
    ],
    [
      'H7: nothing to a tenant that asks about a token of the workspace',
      () => acmeApi,
      () => world.tokenFor(world.admin),
      false,
    ],
    ['H7, T4: nothing to another tenant that uses the same API', () => globex.tenantToken, tokenOfAcme, false],
    [
      'H8: nothing to a client of the same tenant that has nothing to do with the API',
      () => acme.tenantToken,
      () => world.tokenFor(acmeApi),
      false,
    ],
    ['everything to a caller that may introspect in the same tenant', () => acmeApi, tokenOfAcme, true],
    ['everything to a client of the same tenant that uses the same API', () => acmeReader, tokenOfAcme, true],
    ['everything to the client itself', () => acme.tenantToken, tokenOfAcme, true],
    ['everything to an application of the workspace', () => world.admin, tokenOfAcme, true],
  ])('%s', async (_name, caller, token, active) => {
    expect((await ask(caller(), await token())).body).toMatchObject({ active });
  });

  test('T4: nothing to another tenant that asks as a bearer', async () => {
    const { text } = await askAsBearer(await world.tokenFor(globexApi), await tokenOfAcme());
    expect(text).toBe('{"active":false}');
  });
});

describe('H10: a caller that scans for tokens', () => {
  /** Sends as many requests as the limit allows and answers their statuses. */
  async function reachLimit(request: (serial: number) => ReturnType<typeof ask>): Promise<readonly string[]> {
    const replies = await repeat(UNKNOWN_TOKENS_MAX, request);
    return [...new Set(replies.map(({ status, text }) => `${status} ${text}`))];
  }

  test('is slowed down if it guesses, and other callers are not', async () => {
    const scanner = await arrangeTenantManager(world, acme.tenantId, ['introspect:tokens']);
    const good = await world.tokenFor(acme.tenantToken);
    expect(await reachLimit((index) => ask(scanner, `guess${index}`))).toEqual(['200 {"active":false}']);

    const [unknown, known, others] = [
      await ask(scanner, 'guess'),
      await ask(scanner, good),
      await ask(globexApi, good),
    ];
    expect([unknown.status, Number(unknown.headers.get('retry-after')) > 0]).toEqual([429, true]);
    expect([known.status, others.status]).toEqual([200, 200]);
  });

  test('may ask about active tokens without a limit', async () => {
    const busy = await arrangeTenantManager(world, acme.tenantId, ['introspect:tokens']);
    const good = await world.tokenFor(acme.tenantToken);
    const first = await ask(busy, good);
    expect(await reachLimit(() => ask(busy, good))).toEqual([`200 ${first.text}`]);
    expect((await ask(busy, good)).text).toBe(first.text);
  });
});
