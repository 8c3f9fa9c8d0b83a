import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { signingKeysOf } from '#test/support/arrange/signing-keys.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { denied, whileFailing } from '#test/support/faults/while-failing.ts';
import { costOf, FREE } from '#test/support/stored/call-counts.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const keys = signingKeysOf(world);

const fetchSigned = () => world.send('GET', '/.well-known/jwks.jws');
const verifyWith = async (trusted: JSONWebKeySet, text: string, typ: string) =>
  (
    await jwtVerify(text, createLocalJWKSet(trusted), {
      typ,
      currentDate: new Date(world.clock.nowSeconds() * 1_000),
    })
  ).payload;

test('the signed key set is the key set as a JWT, which the metadata names', async () => {
  const { status, headers, text } = await fetchSigned();
  const { signed_jwks_uri: uri } = (await world.send('GET', '/.well-known/oauth-authorization-server')).body as {
    signed_jwks_uri: string;
  };
  const keySet = await keys.keySet();
  expect([status, headers.get('content-type'), headers.get('cache-control'), uri]).toEqual([
    200,
    'application/jwk-set+jwt',
    'public, max-age=300',
    `${world.url}/.well-known/jwks.jws`,
  ]);
  const iat = world.clock.nowSeconds();
  expect(await verifyWith(keySet, text, 'jwk-set+jwt')).toEqual({
    sub: world.url,
    iat,
    exp: iat + 900,
    ...keySet,
  });
});

test('Sound 9: the signed key set is no token for a verifier that checks signature, issuer and expiry only', async () => {
  const trusted = createLocalJWKSet(await keys.keySet());
  const currentDate = new Date(world.clock.nowSeconds() * 1_000);
  const verify = (text: string) => jwtVerify(text, trusted, { issuer: world.url, currentDate });
  expect((await verify(await world.tokenFor(acme.tenantToken, { audience: REPORTS }))).payload.aud).toBe(REPORTS);
  await expect(verify((await fetchSigned()).text)).rejects.toThrow('missing required "iss" claim');
});

test('L9: the signed key set costs one signature in five minutes, however many fetch it, while the keys stay the same', async () => {
  const storm = () => Promise.all(Array.from({ length: 100 }, fetchSigned));
  expect(await costOf(world, storm)).toEqual(FREE);
  world.clock.advance(300);
  expect(await costOf(world, storm)).toEqual({ ...FREE, reads: 1, kms: ['Sign'] });
  expect(await costOf(world, storm)).toEqual(FREE);
});

test('L9: the signed key set is unavailable while KMS does not sign, and no longer', async () => {
  world.clock.advance(300);
  expect((await whileFailing(world.kms, denied, fetchSigned)).status).toBe(503);
  expect((await fetchSigned()).status).toBe(200);
});

test('the signed key set lets a verifier that knows the keys in KMS take keys of a day', async () => {
  const pinned = await keys.keySet();
  await keys.wrap();
  const token = await world.tokenFor(acme.tenantToken, { audience: REPORTS });
  await expect(verifyWith(pinned, token, 'at+jwt')).rejects.toThrow('no applicable key');
  const payload = await verifyWith(pinned, (await fetchSigned()).text, 'jwk-set+jwt');
  expect((await verifyWith({ keys: payload.keys as JSONWebKeySet['keys'] }, token, 'at+jwt')).aud).toBe(REPORTS);
});

test('V5: the signed key set is without a revoked key, and signed with another, within a second', async () => {
  const { kid = '' } = decodeProtectedHeader((await fetchSigned()).text);
  await keys.revoke(kid);
  world.clock.advance(1);
  const { text } = await fetchSigned();
  const payload = await verifyWith(await keys.keySet(), text, 'jwk-set+jwt');
  expect([decodeProtectedHeader(text).kid === kid, JSON.stringify(payload).includes(kid)]).toEqual([false, false]);
});
