import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { startGuardedApi } from '#test/support/arrange/guarded-api.ts';
import { introspection } from '#test/support/ask/introspection.ts';
import { opened, useAcme, useWorld } from '#test/support/world/use-world.ts';

const HOUR = 3_600;
const DAY = 24 * HOUR;
/** The settings before anybody has changed them. */
const [ROTATION, RETENTION] = [90 * DAY, 27 * HOUR];
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];

const world = useWorld();
const acme = useAcme(world);
const api = opened(() => startGuardedApi(world, { mode: 'offline' }));

const rotate = () => world.run('rotate-signing-keys');
const kidOf = (token: string) => decodeProtectedHeader(token).kid;
const keySet = async () => (await world.send('GET', '/.well-known/jwks.json')).body as JSONWebKeySet;
const publishedKids = async () => (await keySet()).keys.filter(({ alg }) => alg === 'RS256').map(({ kid }) => kid);
const issue = () => world.tokenFor(acme.tenantToken);
const introspect = (token: string) => introspection(world, token, acme.tenantToken);
const visit = async (token: string) => (await api.visit('GET', '/reports', `Bearer ${token}`)).status;
/** The verdicts on a token of Mintmark, its authorizer, and a verifier with the current key set. */
const verdictsOn = async (token: string) => {
  const verified = await jwtVerify(token, createLocalJWKSet(await keySet()), { clockTolerance: '1000 days' }).then(
    () => true,
    () => false,
  );
  return { introspected: (await introspect(token)).active, authorizer: await visit(token), jose: verified };
};

describe('signing keys', () => {
  test('V1, V2: go through their states, each published before it signs and after it has signed', async () => {
    const first = await issue();
    expect(await publishedKids()).toEqual([kidOf(first)]);

    expect(await rotate()).toEqual({ transitions: 0, made: ALGORITHMS.length, disposed: 0 });
    world.clock.advance(1);
    const [, next] = await publishedKids();
    expect([kidOf(await issue()), next]).toEqual([kidOf(first), expect.any(String)]);
    expect(await rotate()).toEqual({ transitions: 0, made: 0, disposed: 0 });

    world.clock.advance(ROTATION - 2);
    expect(await rotate()).toEqual({ transitions: 0, made: 0, disposed: 0 });
    world.clock.advance(1);
    const last = await issue();
    expect(kidOf(last)).toBe(kidOf(first));
    expect(await rotate()).toEqual({ transitions: 1, made: ALGORITHMS.length, disposed: 0 });

    const second = await issue();
    expect(kidOf(second)).toBe(next);
    const good = { introspected: true, authorizer: 200, jose: true };
    world.clock.advance(1);
    expect([await verdictsOn(last), await verdictsOn(second)]).toEqual([good, good]);
    expect(await publishedKids()).toEqual([kidOf(first), next, expect.any(String)]);

    world.clock.advance(RETENTION - 2);
    expect(await publishedKids()).toContain(kidOf(first));
    world.clock.advance(2);
    expect(await publishedKids()).toEqual([next, expect.any(String)]);
  });
});
