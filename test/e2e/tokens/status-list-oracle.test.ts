import {
  createHeaderAndPayload,
  getListFromStatusListJWT,
  getStatusListFromJWT,
  StatusList,
} from '@sd-jwt/jwt-status-list';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { joseWithList } from '#shared/guides/jose-snippets.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { readList, statusOf } from '#test/support/ask/status-lists.ts';
import { loadVerifier } from '#test/support/documents/verifier-program.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

const TTL_SECONDS = 30;

describe('another library that reads our status lists', () => {
  const world = useWorld();
  const acme = useAcme(world);
  const manage = useManage(world);
  beforeAll(async () => {
    await succeed(manage('PATCH', `/v1/apis/${acme.apiId}`, { statusList: true }));
  });

  test('finds the place of each token, and only revoked tokens have the bit set', async () => {
    const tokens = await Promise.all(Array.from({ length: 20 }, () => world.tokenFor(acme.tenantToken)));
    const revoked = tokens.filter((_, number) => number % 3 === 0);
    await Promise.all(revoked.map((token) => world.post('/oauth/revoke', acme.tenantToken, { token })));
    world.clock.advance(TTL_SECONDS);
    expect(tokens.map((token) => getStatusListFromJWT(token))).toEqual(tokens.map(statusOf));
    expect(await Promise.all(tokens.map(statusFound))).toEqual(
      tokens.map((token) => (revoked.includes(token) ? 1 : 0)),
    );
  });

  /** The bit that the library finds on our list at the place of a token. */
  async function statusFound(token: string): Promise<number> {
    const { idx, uri } = getStatusListFromJWT(token);
    const { text } = await readList(world, uri);
    return getListFromStatusListJWT(text).getStatus(idx);
  }
});

describe('the verifier of our quick start with a status list of another library', () => {
  const issuer = 'https://issuer.example.com';
  const listUri = `${issuer}/lists/1`;
  const jwksUri = `${issuer}/jwks.json`;
  afterAll(() => vi.restoreAllMocks());

  test('refuses the tokens that are set there or lie beyond its end, and accepts all others', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const sign = (payload: JWTPayload, header: { typ: string }) =>
      new SignJWT(payload)
        .setProtectedHeader({ ...header, alg: 'ES256' })
        .setExpirationTime('1h')
        .sign(privateKey);

    const statuses = [0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0];
    const list = createHeaderAndPayload(
      new StatusList(statuses, 1),
      { iss: issuer, sub: listUri, iat: 1_800_000_000 },
      { alg: 'ES256', typ: 'statuslist+jwt' },
    );
    const published = new Map([
      [jwksUri, JSON.stringify({ keys: [await exportJWK(publicKey)] })],
      [listUri, await sign(list.payload, list.header)],
    ]);
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (url) => new Response(published.get(String(url))));

    const program = await loadVerifier(
      joseWithList.render({
        issuer,
        jwksUri,
        audience: REPORTS,
        algorithm: 'ES256',
        statusListAlgorithm: 'ES256',
        tokenEndpoint: `${issuer}/token`,
        permission: undefined,
      }),
    );
    const tokenAt = (idx: number) =>
      sign({ iss: issuer, aud: REPORTS, status: { status_list: { idx, uri: listUri } } }, { typ: 'at+jwt' });
    const isRefused = async (idx: number) =>
      program.verifyAccessToken(await tokenAt(idx)).then(
        () => 0,
        (error: Error) => (error.message === 'The token is revoked.' ? 1 : error.message),
      );
    expect(await Promise.all([...statuses, 1].map((_, idx) => isRefused(idx)))).toEqual([...statuses, 1]);
  });
});
