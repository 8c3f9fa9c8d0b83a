import { inflateSync } from 'node:zlib';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { succeed } from '#test/support/arrange/manage.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { bitsSet, readList, statusOf } from '#test/support/ask/status-lists.ts';
import { createApplication, grantPermissions, registerApi } from '#test/support/clients/applications.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import { type Credentials, REPORTS } from '#test/support/world/world.ts';

const TTL_SECONDS = 30;

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const manage = useManage(world);
beforeAll(async () => {
  await succeed(manage('PATCH', `/v1/apis/${acme.apiId}`, { statusList: true }));
});

const later = (seconds: number) => world.clock.advance(seconds);
const revoke = (credentials: Credentials, token: string) => world.post('/oauth/revoke', credentials, { token });

describe('a token and its status list', () => {
  test('DEC1: is on no list unless its API asks for that', async () => {
    const application = await createApplication(world);
    const api = await registerApi(world, ['read']);
    await grantPermissions(world, application, api.id, 'all');
    expect(decodeJwt(await world.tokenFor(application))).not.toHaveProperty('status');
    expect((await manage('GET', `/v1/apis/${api.id}`)).body).toMatchObject({ statusList: false });
  });

  test('says its place, and introspection does too', async () => {
    const token = await world.tokenFor(acme.tenantToken);
    const { idx, uri } = statusOf(token);
    expect([uri.slice(0, world.url.length), uri.slice(world.url.length), idx]).toEqual([
      world.url,
      expect.stringMatching(/^\/\.well-known\/status\/[1-9]\d*$/),
      expect.any(Number),
    ]);
    const { body } = await world.post('/oauth/introspect', acme.tenantToken, { token });
    expect(body).toMatchObject({ active: true, status: { status_list: { idx, uri } } });
  });

  test('RACE: has a place of its own, also when 32 are issued at once', async () => {
    const tokens = await Promise.all(Array.from({ length: 32 }, () => world.tokenFor(acme.tenantToken)));
    const places = tokens.map((token) => JSON.stringify(statusOf(token)));
    expect(new Set(places).size).toBe(tokens.length);
    const revoked = tokens.filter((_, number) => number % 3 === 0);
    await Promise.all(revoked.map((token) => revoke(acme.tenantToken, token)));
    later(TTL_SECONDS);
    const isListed = async (token: string) => {
      const { uri, idx } = statusOf(token);
      return bitsSet((await readList(world, uri)).text).includes(idx);
    };
    expect(await Promise.all(tokens.map(isListed))).toEqual(tokens.map((token) => revoked.includes(token)));
  });
});

describe('GET /.well-known/status/{listId}', () => {
  test('publishes a Status List Token in answer to every Accept header', async () => {
    const { uri } = statusOf(await world.tokenFor(acme.tenantToken));
    later(TTL_SECONDS);
    for (const accept of ['application/statuslist+jwt', '*/*']) {
      const { status, headers, text } = await world.send('GET', uri.slice(world.url.length), { headers: { accept } });
      const keys = createRemoteJWKSet(new URL(`${world.url}/.well-known/jwks.json`));
      const { payload, protectedHeader } = await jwtVerify(text, keys);
      const lst = expect.any(String);
      const iat = world.clock.nowSeconds();
      expect([status, headers.get('content-type'), headers.get('cache-control'), protectedHeader, payload]).toEqual([
        200,
        'application/statuslist+jwt',
        'public, max-age=15',
        { alg: 'RS256', kid: expect.any(String), typ: 'statuslist+jwt' },
        { sub: uri, iat, exp: iat + TTL_SECONDS, ttl: TTL_SECONDS, status_list: { bits: 1, lst } },
      ]);
      const { lst: compressed } = (payload as { status_list: { lst: string } }).status_list;
      expect(inflateSync(Buffer.from(compressed, 'base64url'))).toHaveLength(128);
    }
  });

  test('makes and signs a list once in half of its time to live, and tells caches when the next list comes', async () => {
    const token = await world.tokenFor(acme.tenantToken);
    const { uri } = statusOf(token);
    const read = async () => (await readList(world, uri)).text;
    later(TTL_SECONDS);
    world.kms.forget();
    const first = new Set(await Promise.all(Array.from({ length: 32 }, read)));
    later(14);
    const { text, headers } = await readList(world, uri);
    expect([first.size, first.has(text), headers.get('cache-control')]).toEqual([1, true, 'public, max-age=1']);
    expect(world.kms.calls).toEqual(['Sign']);
    await revoke(acme.tenantToken, token);
    later(1);
    const second = await read();
    expect([first.has(second), bitsSet(second), world.kms.calls]).toEqual([
      false,
      expect.arrayContaining([statusOf(token).idx]),
      ['Sign', 'Sign'],
    ]);
  });

  test.each([
    ['before there was any', async () => '0'],
    ['of the future', async () => '999999999999999'],
    ['below zero', async () => '-1'],
    ['spelled otherwise', async () => '1e3'],
    ['spelled with a zero in front', async () => `0${await listAfter(0)}`],
    ['that is no number', async () => 'latest'],
    ['that is longer than numbers are', async () => '9'.repeat(64)],
    ['that comes next', () => listAfter(1)],
    ['of tomorrow', () => listAfter(10_000_000)],
    ['of three days ago', () => listAfter(-30_000_000)],
  ])('knows no list %s, and reads and signs none for that', async (_which, listId) => {
    const path = `/.well-known/status/${await listId()}`;
    world.dynamo.forget();
    world.kms.forget();
    expect(seen(await world.send('GET', path))).toEqual(problem(404, 'not_found'));
    expect([world.dynamo.calls, world.kms.calls]).toEqual([expect.toBeOneOf([[], ['GetItem']]), []]);
  });

  /** The number of the list that comes so many after that of a token. */
  async function listAfter(distance: number): Promise<string> {
    const { uri } = statusOf(await world.tokenFor(acme.tenantToken));
    return String(Number(uri.split('/').at(-1)) + distance);
  }

  test('F4: never passes for a token', async () => {
    const token = await world.tokenFor(acme.tenantToken);
    const { text: list } = await readList(world, statusOf(token).uri);
    const introspection = await world.post('/oauth/introspect', world.admin, { token: list });
    const bearer = await world.manage('GET', '/v1/tenants', undefined, list);
    expect([introspection.text, bearer.status]).toEqual(['{"active":false}', 401]);
  });

  test('Sound 9: is no token for a verifier that checks signature, issuer and expiry only', async () => {
    const token = await world.tokenFor(acme.tenantToken);
    const keys = createRemoteJWKSet(new URL(`${world.url}/.well-known/jwks.json`));
    const currentDate = new Date(world.clock.nowSeconds() * 1_000);
    const verify = (text: string) => jwtVerify(text, keys, { issuer: world.url, currentDate });
    const { text: list } = await readList(world, statusOf(token).uri);
    expect((await verify(token)).payload.aud).toBe(REPORTS);
    await expect(verify(list)).rejects.toThrow('missing required "iss" claim');
  });

  test('follows the time to live of the workspace', async () => {
    await succeed(manage('PATCH', '/v1/settings', { statusLists: { ttlSeconds: 60 } }));
    later(TTL_SECONDS);
    const { text, headers } = await readList(world, statusOf(await world.tokenFor(acme.tenantToken)).uri);
    const { ttl = 0, exp = 0, iat = 0 } = decodeJwt<{ ttl: number }>(text);
    await succeed(manage('PATCH', '/v1/settings', { statusLists: { ttlSeconds: TTL_SECONDS } }));
    later(30);
    expect([ttl, exp - iat, headers.get('cache-control')]).toEqual([60, 60, 'public, max-age=30']);
  });
});

describe('a list whose tokens have expired', () => {
  test('says nothing about them any more, and does not exist after all tokens of its day have expired', async () => {
    const token = await world.tokenFor(acme.tenantToken);
    const { uri, idx } = statusOf(token);
    await revoke(acme.tenantToken, token);
    later(TTL_SECONDS);
    const bits = [bitsSet((await readList(world, uri)).text)];
    later(3_600);
    bits.push(bitsSet((await readList(world, uri)).text));
    later(2 * 86_400 + 60);
    expect([bits, seen(await readList(world, uri))]).toEqual([
      [expect.arrayContaining([idx]), []],
      problem(404, 'not_found'),
    ]);
  });
});
