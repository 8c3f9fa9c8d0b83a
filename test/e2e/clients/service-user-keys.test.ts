import { createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { introspectedScope } from '#test/support/ask/scope-or-refusal.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import {
  createServiceUserKey,
  exchangeAssertion,
  type KeyFile,
  keyOutcome,
  signAssertion,
} from '#test/support/clients/service-user-keys.ts';
import { createAt, createServiceUser, createServiceUserSecret } from '#test/support/clients/service-users.ts';
import { storedClient } from '#test/support/stored/stored-clients.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const globex = useAcme(world);
const manage = useManage(world);
let path: string;
beforeAll(async () => {
  path = await reader();
});

const reader = () => createServiceUser(world, acme.tenantId, [acme.readerRoleId]);
const idOf = (where: string) => where.split('/').at(-1) ?? '';
const keySet = (where: string) => world.send('GET', `${where}/jwks.json`);
const timestamp = (secondsFromNow = 0) => new Date((world.clock.nowSeconds() + secondsFromNow) * 1_000).toISOString();

const BASE64URL = /^[\w-]+$/;
const publicMembers = {
  RS256: { kty: 'RSA', n: expect.stringMatching(/^[\w-]{342}$/), e: 'AQAB' },
  ES256: { kty: 'EC', crv: 'P-256', x: expect.stringMatching(BASE64URL), y: expect.stringMatching(BASE64URL) },
};

describe('a key that Mintmark makes', () => {
  test.each(['RS256', 'ES256'] as const)(
    'B21: is shown once with its private half, and never again: %s',
    async (algorithm) => {
      const owner = await reader();
      const { status, body } = await manage('POST', `${owner}/keys`, {
        title: 'blue',
        algorithm,
        expiresInSeconds: 90,
      });
      const { type, principalId, privateKey, ...shown } = body as KeyFile & { type: string };
      const { kid } = shown;
      const publicKey = { ...publicMembers[algorithm], kid, alg: algorithm, use: 'sig' };
      expect([status, type, principalId]).toEqual([201, 'mintmark_service_user', idOf(owner)]);
      expect(shown).toEqual({
        kid: expect.stringMatching(/^cli_\w{22}$/),
        serviceUserId: idOf(owner),
        title: 'blue',
        algorithm,
        publicKey,
        createdAt: timestamp(),
        createdBy: world.admin.clientId,
        expiresAt: timestamp(90),
        version: 1,
      });
      expect(privateKey).toMatch(/^-----BEGIN PRIVATE KEY-----\n[\s\S]+\n-----END PRIVATE KEY-----\n$/);
      expect(createPublicKey(privateKey).export({ format: 'jwk' })).toEqual(publicMembers[algorithm]);
      const unused = { ...shown, lastUsedAt: null };
      expect(seen(await manage('GET', `${owner}/keys`))).toEqual({ status: 200, body: { items: [unused] } });
      expect(seen(await manage('GET', `${owner}/keys/${kid}`))).toEqual({ status: 200, body: unused });
      expect((await keySet(`${owner}/keys/${kid}`)).body).toEqual({ keys: [publicKey] });
    },
  );

  test('is an RSA key unless its request says something else', async () => {
    const { body } = await manage('POST', `${path}/keys`, { title: 'blue' });
    expect(body).toMatchObject({ algorithm: 'RS256', expiresAt: null });
  });

  test('Q7: says when it was last used', async () => {
    const owner = await reader();
    const key = await createServiceUserKey(world, owner);
    expect(await keyOutcome(world, key)).toBe('read:reports');
    const used = { kid: key.kid, lastUsedAt: timestamp() };
    expect((await manage('GET', `${owner}/keys/${key.kid}`)).body).toMatchObject(used);
    expect((await manage('GET', `${owner}/keys`)).body).toMatchObject({ items: [used] });
  });

  test('D22: is stored by its public half only', async () => {
    const { kid } = await createServiceUserKey(world, path);
    const { key, secrets } = await storedClient(kid);
    expect([key, secrets]).toEqual([{ algorithm: 'ES256', jwk: publicMembers.ES256 }, []]);
  });

  test('shows its private half in no answer to a repeated request', async () => {
    const create = () =>
      manage('POST', `${path}/keys`, { title: 'once', algorithm: 'ES256' }, { 'idempotency-key': 'make-one-key' });
    const [first, second] = [await create(), await create()];
    const { privateKey, ...shown } = first.body as KeyFile;
    expect(privateKey).toContain('PRIVATE KEY');
    expect([second.status, second.body]).toEqual([201, { ...shown, notice: expect.any(String) }]);
  });

  test.each([
    ['no title', { title: undefined }, 'title'],
    ['an empty title', { title: '' }, 'title'],
    ['a title in two lines', { title: 'two\nlines' }, 'title'],
    ['an algorithm with which no key is made', { algorithm: 'PS256' }, 'algorithm'],
    ['the algorithm none', { algorithm: 'none' }, 'algorithm'],
    ['an expiry now', { expiresInSeconds: 0 }, 'expiresInSeconds'],
    ['an expiry after more than ten years', { expiresInSeconds: 315_360_001 }, 'expiresInSeconds'],
  ])('is refused with %s', async (_what, change, field) => {
    const reply = await manage('POST', `${path}/keys`, { title: 'blue', algorithm: 'ES256', ...change });
    expect(seen(reply)).toEqual(problem(400, 'invalid_request', field));
  });
});

describe('a key of the service user itself', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecJwk = ec.publicKey.export({ format: 'jwk' });
  const rsa = (modulusLength: number, publicExponent = 65_537) =>
    generateKeyPairSync('rsa', { modulusLength, publicExponent });
  const add = (publicKey: unknown, more: object = {}) =>
    manage('POST', `${path}/keys`, { title: 'own', publicKey, ...more });

  test.each([
    ['ES256', ec, {}],
    ['RS256', rsa(2_048), {}],
    ['ES256', ec, { use: 'sig', alg: 'ES256', key_ops: ['verify'], ext: true, kid: 'mine', x5t: 'x' }],
  ] as const)(
    'is taken by its public half, of which nothing but the key is kept: %s',
    async (algorithm, pair, more) => {
      const jwk = pair.publicKey.export({ format: 'jwk' });
      const { status, body } = await add({ ...jwk, ...more });
      const { kid } = body as KeyFile;
      expect([status, body]).toMatchObject([
        201,
        { algorithm, publicKey: { ...jwk, kid, alg: algorithm, use: 'sig' } },
      ]);
      expect(body).not.toHaveProperty('privateKey');
      const privateKey = pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
      const key = { kid, algorithm, principalId: idOf(path), privateKey };
      expect(await keyOutcome(world, key)).toBe('read:reports');
    },
  );

  const privateEc = ec.privateKey.export({ format: 'jwk' });
  const { d, p, q, dp, dq, qi } = rsa(2_048).privateKey.export({ format: 'jwk' });
  const rsaJwk = rsa(2_048).publicKey.export({ format: 'jwk' });
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' });
  const k256 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export({ format: 'jwk' });
  const offCurve = { ...ecJwk, y: ecJwk.x };

  const refusedKeys: readonly (readonly [string, unknown])[] = [
    ['D21: RSA of 1024 bits', rsa(1_024).publicKey.export({ format: 'jwk' })],
    ['D21: RSA of 2047 bits', rsa(2_047).publicKey.export({ format: 'jwk' })],
    ['D21: RSA of more than 4096 bits', { ...rsaJwk, n: 'A'.repeat(700) }],
    ['D21: RSA with exponent 3', rsa(2_048, 3).publicKey.export({ format: 'jwk' })],
    ['D21: RSA with exponent 1', { ...rsaJwk, e: 'AQ' }],
    ['D21: RSA without modulus', { kty: 'RSA', e: 'AQAB' }],
    ['D21: P-384', p384],
    ['D21: secp256k1', k256],
    ['D21: secp256k1 that says P-256', { ...k256, crv: 'P-256' }],
    ['D21: P-384 that says P-256', { ...p384, crv: 'P-256' }],
    ['D21: a point off the curve', offCurve],
    ['D21: the point at infinity', { ...ecJwk, x: 'A'.repeat(43), y: 'A'.repeat(43) }],
    ['D21: Ed25519', generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })],
    ['D21: a shared secret', { kty: 'oct', k: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }],
    ['D22: a private EC key', privateEc],
    ['D22: a private RSA key', { ...rsaJwk, d, p, q, dp, dq, qi }],
    ...Object.entries({ d, p, q, dp, dq, qi, k: 'AAAA', oth: [] }).map(
      ([name, value]) => [`D22: an RSA key with ${name}`, { ...rsaJwk, [name]: value }] as const,
    ),
    ['a key for encryption', { ...ecJwk, use: 'enc' }],
    ['a key of another algorithm', { ...ecJwk, alg: 'ECDH-ES' }],
    ['an RSA key for PS256', { ...rsaJwk, alg: 'PS256' }],
    ['a key that may sign', { ...ecJwk, key_ops: ['sign', 'verify'] }],
    ['a key that may nothing', { ...ecJwk, key_ops: [] }],
    ['no key', {}],
    ['text', 'key'],
    ['a list', [ecJwk]],
    ['a key set', { keys: [ecJwk] }],
  ];

  test.each(refusedKeys)('is refused, and repeated nowhere: %s', async (_what, publicKey) => {
    world.dynamo.forget();
    const reply = await add(publicKey);
    expect(reply).toMatchObject({ status: 400, body: { code: 'invalid_request', field: 'publicKey' } });
    const { d: secret } = publicKey as JsonWebKey;
    expect(reply.text).not.toContain(secret ?? privateEc.d);
  });

  test('is not described twice', async () => {
    expect(seen(await add(ecJwk, { algorithm: 'ES256' }))).toEqual(problem(400, 'invalid_request', 'algorithm'));
  });
});

describe('a key that is deleted', () => {
  test('I9: ends with the tokens that it obtained, and no others', async () => {
    const [gone, kept] = [await createServiceUserKey(world, path), await createServiceUserKey(world, path)];
    const obtain = async (key: KeyFile) => {
      const { body } = await exchangeAssertion(world, await signAssertion(world, key));
      return (body as { access_token: string }).access_token;
    };
    const tokens = [await obtain(gone), await obtain(kept)] as const;
    const item = `${path}/keys/${gone.kid}`;
    expect(seen(await manage('DELETE', item))).toEqual({ status: 204, body: undefined });
    expect([await keyOutcome(world, gone), await introspectedScope(world, tokens[0])]).toEqual([
      '400 invalid_grant',
      undefined,
    ]);
    expect([await keyOutcome(world, kept), await introspectedScope(world, tokens[1])]).toEqual([
      'read:reports',
      'read:reports',
    ]);
    for (const again of [await manage('DELETE', item), await manage('GET', item), await keySet(item)]) {
      expect(seen(again)).toEqual(problem(404, 'not_found'));
    }
    const { body } = await manage('GET', `${path}/keys?limit=100`);
    const listed = (body as { items: KeyFile[] }).items.map(({ kid }) => kid);
    expect([listed.includes(gone.kid), listed.includes(kept.kid)]).toEqual([false, true]);
  });
});

describe('T1: the key of a service user', () => {
  test('is no secret, and a secret is no key', async () => {
    const owner = await reader();
    const key = await createServiceUserKey(world, owner);
    const secret = await createServiceUserSecret(world, owner);
    const wrong = [
      await manage('DELETE', `${owner}/secrets/${key.kid}`),
      await manage('DELETE', `${owner}/keys/${secret.clientId}`),
      await manage('GET', `${owner}/keys/${secret.clientId}`),
      await keySet(`${owner}/keys/${secret.clientId}`),
    ];
    expect(wrong.map(seen)).toEqual(wrong.map(() => problem(404, 'not_found')));
    expect((await manage('GET', `${owner}/secrets`)).text).not.toContain(key.kid);
    expect((await manage('GET', `${owner}/keys`)).text).not.toContain(secret.clientId);
  });

  test('is found under its service user only, and is answered elsewhere like an unknown id', async () => {
    const { kid } = await createServiceUserKey(world, path);
    const strangers = [
      await reader(),
      await createServiceUser(world, globex.tenantId, []),
      `/v1/tenants/${globex.tenantId}/service-users/${idOf(path)}`,
    ];
    for (const stranger of strangers) {
      for (const [method, rest] of [
        ['GET', ''],
        ['DELETE', ''],
        ['GET', '/jwks.json'],
      ] as const) {
        const reply = await manage(method, `${stranger}/keys/${kid}${rest}`);
        expect(seen(reply)).toEqual(problem(404, 'not_found'));
        expect(wholeReply(reply)).toEqual(wholeReply(await manage(method, `${stranger}/keys/cli_unknown${rest}`)));
      }
    }
    expect(await keySet(`${path}/keys/${kid}`)).toMatchObject({ status: 200 });
  });
});

describe('the key set of one key of a service user', () => {
  test('is open to anyone, and may be kept for a minute', async () => {
    const { kid } = await createServiceUserKey(world, path);
    const { status, headers } = await keySet(`${path}/keys/${kid}`);
    expect([status, headers.get('cache-control'), headers.get('content-type')]).toEqual([
      200,
      'public, max-age=60',
      'application/json',
    ]);
  });

  test.each([
    ['an expired key', async () => world.clock.advance(90)],
    ['a disabled service user', async (owner: string) => manage('PATCH', owner, { status: 'disabled' })],
    ['a deleted service user', async (owner: string) => manage('DELETE', owner)],
    ['a disabled tenant', async (_owner: string, tenant: string) => manage('PATCH', tenant, { status: 'disabled' })],
  ])('does not exist for %s, as for an unknown key, and the key is refused', async (_what, end) => {
    const { id: tenantId } = await createAt<{ id: string }>(world, '/v1/tenants', { name: 'Initech' });
    const owner = await createServiceUser(world, tenantId, [acme.readerRoleId]);
    const key = await createServiceUserKey(world, owner, { expiresInSeconds: 90 });
    expect(await keyOutcome(world, key)).toBe('read:reports');
    await end(owner, `/v1/tenants/${tenantId}`);
    const reply = await keySet(`${owner}/keys/${key.kid}`);
    expect(seen(reply)).toEqual(problem(404, 'not_found'));
    expect(wholeReply(reply)).toEqual(wholeReply(await keySet(`${owner}/keys/cli_unknown`)));
    expect(await keyOutcome(world, key)).toBe('400 invalid_grant');
  });
});
