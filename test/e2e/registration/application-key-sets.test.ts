import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { joseAssertionVerifier } from '#shared/adapters/jose/assertion-verifier.ts';
import { httpsJson } from '#shared/adapters/remote/fetch-json.ts';
import { rememberedJwks } from '#shared/adapters/remote/jwks-source.ts';
import { oauthError, problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { scopeOrRefusal } from '#test/support/ask/scope-or-refusal.ts';
import type { AssertionKey } from '#test/support/clients/service-user-keys.ts';
import {
  type ApplicationKey,
  applicationAssertion,
  applicationKey,
  createSigningApplication,
} from '#test/support/clients/signing-applications.ts';
import { type IssuerAnswer, startLocalIssuer } from '#test/support/elsewhere/local-issuer.ts';
import { costOf } from '#test/support/stored/call-counts.ts';
import { opened, useAcme, useWorld } from '#test/support/world/use-world.ts';
import { millisecondsWaited } from '#test/support/world/waiting-time.ts';
import { REPORTS } from '#test/support/world/world.ts';

const METHOD = { tokenEndpointAuthMethod: 'private_key_jwt' };

const [first, second] = [applicationKey('ES256', 'first'), applicationKey('ES256', 'second')];

/** The host on which applications publish their keys, under any name. */
const host = opened(startLocalIssuer);
const assertionVerifier = () => joseAssertionVerifier(undefined, rememberedJwks(httpsJson(host.agent)));
const world = useWorld({ onReply: assertConforms, adapters: { assertionVerifier } });
const acme = useAcme(world);

let serial = 0;

/** Publishes keys, or another answer, at a new URL. */
function publish(keys: readonly ApplicationKey[], answer: IssuerAnswer = bodyOf(keys)): string {
  serial += 1;
  host.answers.set(`/keys/${serial}`, answer);
  return `https://app.example.com/keys/${serial}`;
}

const bodyOf = (keys: readonly ApplicationKey[]) => ({ body: { keys: keys.map(({ jwk }) => jwk) } });

async function register(jwksUri: string, keys: readonly ApplicationKey[] = [first]): Promise<AssertionKey> {
  const [registered] = await createSigningApplication(world, acme, keys, { jwksUri });
  if (registered === undefined) throw new Error('One key was registered.');
  return registered;
}

async function outcome(by: AssertionKey, header: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const form = { grant_type: 'client_credentials', audience: REPORTS };
  const members = await applicationAssertion(world, by, { header });
  return scopeOrRefusal(await world.post('/oauth/token', undefined, { ...form, ...members }));
}

describe('an application that publishes its keys', () => {
  test.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('authenticates by an assertion in %s', async (algorithm) => {
    const key = applicationKey(algorithm);
    const signer = await register(publish([second, key]), [key]);
    expect(await outcome(signer)).toBe('read:reports');
    expect(await outcome({ ...signer, privateKey: applicationKey(algorithm).privateKey })).toBe('401 invalid_client');
  });

  test('D17: may leave out the name of the key, and then every key for the algorithm is tried', async () => {
    const signer = await register(publish([second, first]));
    expect(await outcome(signer, { kid: undefined })).toBe('read:reports');
    const stranger = { ...signer, privateKey: applicationKey().privateKey };
    expect(await outcome(stranger, { kid: undefined })).toBe('401 invalid_client');
  });

  test('costs no fetch once its keys are known, and none for an assertion with a wrong audience', async () => {
    const signer = await register(publish([first]));
    expect(await outcome(signer)).toBe('read:reports');
    host.requests.length = 0;
    const cost = await costOf(world, () => outcome(signer));
    expect([cost, host.requests]).toEqual([{ reads: 1, writes: 1, kms: ['Sign'], comparisons: 0 }, []]);

    const fresh = await register(publish([first]));
    for (const aud of [`${world.url}/oauth/token`, [world.url, 'https://other.example.com']]) {
      const members = await applicationAssertion(world, fresh, { claims: { aud } });
      expect(scopeOrRefusal(await world.post('/oauth/revoke', undefined, { token: 'x', ...members }))).toBe(
        '401 invalid_client',
      );
    }
    expect(host.requests).toEqual([]);
  });

  test('K14: makes Mintmark fetch nothing else that its registration names', async () => {
    host.requests.length = 0;
    const url = 'https://app.example.com/anything';
    const others = { logoUri: url, policyUri: url, tosUri: url, sectorIdentifierUri: url, requestUris: [url] };
    const register = ([name, value]: [string, unknown]) =>
      world.manage('POST', '/v1/applications', { name: 'Reports', [name]: value });
    const replies = await Promise.all(Object.entries(others).map(register));
    expect(replies.map(({ status }) => status)).toEqual(Object.keys(others).map(() => 400));
    const [signer] = await createSigningApplication(world, acme, [first], { jwks: { keys: [first.jwk] } });
    expect(signer && (await outcome(signer))).toBe('read:reports');
    expect(host.requests).toEqual([]);
  });
});

describe('K15: an application whose keys cannot be fetched', () => {
  test.each<[string, IssuerAnswer]>([
    ['are an error', { status: 500, body: '{}' }],
    ['are elsewhere', { status: 302, location: 'https://other.example.com/keys', body: '{}' }],
    ['are more than 64 KiB', { body: `{"keys":[],"x":"${'x'.repeat(65_536)}"}` }],
    ['are no JSON', { type: 'text/html', body: '{"keys":[]}' }],
    ['are no key set', { body: { keys: 'none' } }],
  ])('is neither accepted nor refused, and its keys are not fetched again at once: they %s', async (_how, answer) => {
    const signer = await register(publish([], answer));
    host.requests.length = 0;
    expect([await outcome(signer), await outcome(signer)]).toEqual(Array(2).fill('503 temporarily_unavailable'));
    expect(host.requests).toHaveLength(1);
  });

  test('makes a request wait for two seconds, and no longer', async () => {
    const signer = await register(publish([], { body: undefined }));
    const begun = millisecondsWaited();
    expect(await outcome(signer)).toBe('503 temporarily_unavailable');
    expect(millisecondsWaited() - begun).toBeLessThan(2_900);
  });
});

describe('K16: an application that changes its keys', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
  afterEach(() => void vi.useRealTimers());
  const later = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1_000);

  test('is recognised by a new key half a minute later, and after five minutes no longer by the old key', async () => {
    const jwksUri = publish([first]);
    const [old, fresh] = await createSigningApplication(world, acme, [first, second], { jwksUri });
    if (old === undefined || fresh === undefined) throw new Error('Two keys were registered.');
    expect([await outcome(old), await outcome(fresh)]).toEqual(['read:reports', '401 invalid_client']);
    host.answers.set(new URL(jwksUri).pathname, bodyOf([second]));
    later(30);
    expect(await outcome(fresh)).toBe('read:reports');
    later(270);
    expect([await outcome(old), await outcome(fresh)]).toEqual(['401 invalid_client', 'read:reports']);
  });
});

const aRsaKey = (modulusLength: number) =>
  generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ format: 'jwk' });

const secp256k1 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export({ format: 'jwk' });

const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' });

const ofKeys = (...keys: readonly unknown[]) => ({ jwks: { keys } });

const PRIVATE = 'a-private-member-of-a-key';

/** Orders 1, 2, 4 and 8, and 32 bytes that are no point at all (RFC 7748 §6.1 lists their like for X25519). */
const SMALL_ORDER = [
  'AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  '7P_______________________________________38',
  'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  'xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o',
  'AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
];

describe('a registration with published keys is refused', () => {
  let records: AssertionKey;
  beforeAll(async () => {
    records = await register(publish([first]));
  });

  const cases: readonly (readonly [string, object, string])[] = [
    [
      'K3: with keys and the address of keys',
      { ...ofKeys(first.jwk), jwksUri: 'https://app.example.com/keys' },
      'jwks',
    ],
    ['K3: without keys', {}, 'jwks'],
    ['K3: with keys for a secret', { tokenEndpointAuthMethod: 'client_secret_basic', ...ofKeys(first.jwk) }, 'jwks'],
    [
      'K3: with an algorithm for a secret',
      { tokenEndpointAuthMethod: 'client_secret_post', tokenEndpointAuthSigningAlg: 'RS256' },
      'tokenEndpointAuthSigningAlg',
    ],
    ['K3: with an unknown method', { tokenEndpointAuthMethod: 'client_secret_jwt' }, 'tokenEndpointAuthMethod'],
    [
      'D14: with a shared secret for signatures',
      { tokenEndpointAuthSigningAlg: 'HS256' },
      'tokenEndpointAuthSigningAlg',
    ],
    ['L5: without a signature', { tokenEndpointAuthSigningAlg: 'none' }, 'tokenEndpointAuthSigningAlg'],
    ['D17: with two keys of one name', ofKeys(first.jwk, { ...second.jwk, kid: 'first' }), 'jwks'],
    ['D17: with two keys and one name', ofKeys(first.jwk, { ...second.jwk, kid: undefined }), 'jwks'],
    ['D21: with RSA of 1024 bits', ofKeys(aRsaKey(1_024)), 'jwks'],
    ['D21: with P-384', ofKeys(p384), 'jwks'],
    ['D21: with secp256k1 that says P-256', ofKeys({ ...secp256k1, crv: 'P-256' }), 'jwks'],
    ['D21: with a point off the curve', ofKeys({ ...first.jwk, y: first.jwk.x }), 'jwks'],
    ...SMALL_ORDER.map(
      (x) => [`D21: with the Ed25519 key ${x}`, ofKeys({ kty: 'OKP', crv: 'Ed25519', x }), 'jwks'] as const,
    ),
    ['D22: with a private key', ofKeys({ ...first.jwk, d: PRIVATE }), 'jwks'],
    ['D22: with a shared secret as key', ofKeys({ kty: 'oct', k: PRIVATE }), 'jwks'],
    ...[
      'http://app.example.com/keys',
      'https://127.0.0.1/keys',
      'https://10.0.0.1/keys',
      'https://169.254.169.254/latest',
      'https://2130706433/keys',
      'https://0177.0.0.1/keys',
      'https://0x7f.0.0.1/keys',
      'https://[::1]/keys',
      'https://[::ffff:127.0.0.1]/keys',
      'https://[fd00::1]/keys',
      'https://localhost/keys',
      'https://localhost./keys',
      'https://keys.internal/keys',
      'https://app.example.com:8443/keys',
      'https://user:secret@app.example.com/keys',
      'https://app.example.com/keys\r\nHost: x',
      'file:///etc/passwd',
      'gopher://app.example.com/keys',
      'ftp://app.example.com/keys',
    ].map((jwksUri) => [`K13: with keys at ${JSON.stringify(jwksUri)}`, { jwksUri }, 'jwksUri'] as const),
  ];

  test.each(cases)('%s', async (_what, registration, field) => {
    host.requests.length = 0;
    const request = { name: 'app', ...METHOD, ...registration };
    const reply = await world.manage('POST', '/v1/applications', request);
    expect(seen(reply)).toEqual(problem(400, 'invalid_request', field));
    expect(reply.text).not.toContain(PRIVATE);
    const path = `/v1/applications/${records.principalId}`;
    const both = 'jwks' in registration || 'jwksUri' in registration;
    const patch = { ...(both && { jwks: null, jwksUri: null }), ...METHOD, ...registration };
    if (Object.keys(registration).length > 0) expect((await world.manage('PATCH', path, patch)).status).toBe(400);
    expect(host.requests).toEqual([]);
  });

  test('K3: as a patch that would leave both, or neither', async () => {
    const [signer] = await createSigningApplication(world, acme, [first]);
    const path = `/v1/applications/${signer?.principalId}`;
    const patch = (body: object) => world.manage('PATCH', path, body);
    const jwksUri = 'https://app.example.com/keys';
    expect(seen(await patch({ jwksUri }))).toEqual(problem(400, 'invalid_request', 'jwks'));
    expect(seen(await patch({ jwks: null }))).toEqual(problem(400, 'invalid_request', 'jwks'));
    const moved = await patch({ jwks: null, jwksUri });
    expect(moved.body).toMatchObject({ jwksUri });
    expect(moved.body).not.toHaveProperty('jwks');
  });
});

test('B14: an assertion of an unknown client is refused like a wrong assertion of a known client', async () => {
  const signer = await register(publish([first]));
  const forged = { ...signer, privateKey: second.privateKey };
  const nobody = { ...forged, principalId: 'cli_0000000000000000000000' };
  const replies = [forged, nobody].map(async (by) =>
    world.post('/oauth/introspect', undefined, { token: 'x', ...(await applicationAssertion(world, by)) }),
  );
  expect((await Promise.all(replies)).map(seen)).toEqual(Array(2).fill(oauthError(401, 'invalid_client')));
});
