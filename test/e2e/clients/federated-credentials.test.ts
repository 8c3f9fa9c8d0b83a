import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { createRole } from '#test/support/arrange/creations.ts';
import { arrangeTenantManager } from '#test/support/arrange/tenant-manager.ts';
import { itemsNaming } from '#test/support/arrange/tenant-rows.ts';
import { problem, seen, withoutUses } from '#test/support/ask/answers.ts';
import { listAuditEvents } from '#test/support/ask/audit-events.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import {
  createFederatedCredential,
  type FederatedCredential,
  platformOf,
  trusted,
  trusting,
} from '#test/support/clients/federated-credentials.ts';
import { createServiceUserKey } from '#test/support/clients/service-user-keys.ts';
import { createServiceUser, createServiceUserSecret } from '#test/support/clients/service-users.ts';
import { issuerKey, startLocalIssuer } from '#test/support/elsewhere/local-issuer.ts';
import { opened, useAcme } from '#test/support/world/use-world.ts';
import { startWorld } from '#test/support/world/world.ts';

const issuer = opened(startLocalIssuer);
const world = opened(() => startWorld({ onReply: assertConforms, adapters: trusting(issuer) }));
const acme = useAcme(world);
const globex = useAcme(world);
let path: string;
beforeAll(async () => {
  path = await reader();
});

const reader = () => createServiceUser(world, acme.tenantId, [acme.readerRoleId]);
const idOf = (where: string) => where.split('/').at(-1) ?? '';
const itemOf = (owner: string, { clientId }: FederatedCredential) => `${owner}/federated-credentials/${clientId}`;
const add = (body: object, token?: string) =>
  world.manage('POST', `${path}/federated-credentials`, { ...trusted, ...body }, token);
const timestamp = (secondsFromNow = 0) => new Date((world.clock.nowSeconds() + secondsFromNow) * 1_000).toISOString();

describe('a federated credential', () => {
  test('shows whom a service user trusts, and nothing in it is secret', async () => {
    const owner = await reader();
    const { status, body: shown } = await world.manage('POST', `${owner}/federated-credentials`, trusted);
    expect([status, shown]).toEqual([
      201,
      {
        clientId: expect.stringMatching(/^cli_\w{22}$/),
        serviceUserId: idOf(owner),
        ...trusted,
        audience: world.url,
        algorithms: ['RS256'],
        reusable: false,
        createdAt: timestamp(),
        createdBy: world.admin.clientId,
        expiresAt: null,
        version: 1,
      },
    ]);
    const item = { ...(shown as object), lastUsedAt: null };
    expect(seen(await world.manage('GET', itemOf(owner, shown as FederatedCredential)))).toEqual({
      status: 200,
      body: item,
    });
    expect(seen(await world.manage('GET', `${owner}/federated-credentials`))).toEqual({
      status: 200,
      body: { items: [item] },
    });
  });

  test('keeps everything that its request says', async () => {
    const { jwk } = issuerKey('ES384');
    const { use, ...kept } = jwk;
    const claim = ['kubernetes.io', 'namespace'];
    const body = {
      issuer: 'https://10.0.0.1:6443',
      audience: 'mintmark',
      algorithms: ['ES384', 'EdDSA'],
      conditions: [
        { claim: 'sub', startsWith: 'system:serviceaccount:jobs:' },
        { claim, equals: 'jobs' },
      ],
      reusable: true,
    };
    const reply = await add({ ...body, jwks: { keys: [{ ...jwk, x5c: ['AAAA'], x5t: 'x' }] }, expiresInSeconds: 90 });
    expect([reply.status, use, reply.body]).toMatchObject([
      201,
      'sig',
      { ...body, jwks: { keys: [kept] }, expiresAt: timestamp(90) },
    ]);
    const { body: later } = await world.manage('GET', itemOf(path, reply.body as FederatedCredential));
    expect(withoutUses(later)).toEqual(reply.body);
  });

  test('Q7: says when it was last used', async () => {
    const made = await createFederatedCredential(world, path, { algorithms: ['ES256'] });
    expect(await platformOf(world, issuer).outcome(made.clientId)).toBe('read:reports');
    expect((await world.manage('GET', itemOf(path, made))).body).toMatchObject({ lastUsedAt: timestamp() });
  });

  test('leaves nothing behind when its service user is deleted', async () => {
    const owner = await reader();
    const { clientId } = await createFederatedCredential(world, owner);
    expect(await itemsNaming(clientId)).toHaveLength(1);
    await world.manage('DELETE', owner);
    world.clock.advance(61);
    await world.run('remove-deleted');
    expect(await itemsNaming(clientId)).toEqual([]);
  });
});

const aRsaKey = (modulusLength: number, publicExponent = 65_537) =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent }).publicKey.export({ format: 'jwk' });
const rsa = aRsaKey(2_048);
const { jwk: ec } = issuerKey('ES256');
const k256 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export({ format: 'jwk' });
const ofKey = (key: unknown) => ({ jwks: { keys: [key] } });

describe('a federated credential is refused', () => {
  const sub = trusted.conditions[0];
  const cases: readonly (readonly [string, object, string])[] = [
    ['K13: an issuer without TLS', { issuer: 'http://issuer.example.com' }, 'issuer'],
    ['K13: an issuer on this machine', { issuer: 'https://localhost' }, 'issuer'],
    ['K13: an issuer that is an address', { issuer: 'https://169.254.169.254' }, 'issuer'],
    ['K13: an issuer at another port', { issuer: 'https://issuer.example.com:8443' }, 'issuer'],
    ['K13: an issuer with a password', { issuer: 'https://a:b@issuer.example.com' }, 'issuer'],
    ['K13: an issuer that looks alike', { issuer: 'https://\u0456ssuer.example.com' }, 'issuer'],
    ['K13: keys at an address', { jwksUri: 'https://127.0.0.1/keys' }, 'jwksUri'],
    ['K13: keys at a number', { jwksUri: 'https://2130706433/keys' }, 'jwksUri'],
    ['K13: keys at an IPv6 address', { jwksUri: 'https://[::ffff:7f00:1]/keys' }, 'jwksUri'],
    ['K13: keys in a file', { jwksUri: 'file:///etc/passwd' }, 'jwksUri'],
    ['K13: keys behind a line break', { jwksUri: 'https://keys.example.com/\r\nx' }, 'jwksUri'],
    ['K3: keys, and the address of keys', { jwksUri: 'https://keys.example.com', ...ofKey(ec) }, 'jwks'],
    ['no condition', { conditions: [] }, 'conditions'],
    ['eleven conditions', { conditions: Array.from({ length: 11 }, () => sub) }, 'conditions'],
    ['conditions that everybody can meet', { conditions: [{ claim: 'ref', equals: 'refs/heads/main' }] }, 'conditions'],
    ['a condition of two minds', { conditions: [{ ...sub, startsWith: 'repo:acme/' }] }, 'conditions[0]'],
    ['a condition about nothing', { conditions: [{ claim: 'sub' }] }, 'conditions[0]'],
    ['a condition on no text', { conditions: [{ claim: 'sub', equals: true }] }, 'conditions[0]'],
    ['a condition on an empty text', { conditions: [{ claim: 'sub', equals: '' }] }, 'conditions[0].equals'],
    ['a condition on an empty path', { conditions: [{ claim: [], equals: 'x' }] }, 'conditions[0].claim'],
    ['a beginning of everything', { conditions: [{ claim: 'sub', startsWith: 'repo:' }] }, 'conditions[0].startsWith'],
    [
      'a beginning that ends inside a name',
      { conditions: [{ claim: 'sub', startsWith: 'repo:acme' }] },
      'conditions[0].startsWith',
    ],
    ['D13: no signature at all', { algorithms: ['none'] }, 'algorithms[0]'],
    ['D14: a shared secret', { algorithms: ['HS256'] }, 'algorithms[0]'],
    ['no algorithm', { algorithms: [] }, 'algorithms'],
    ['an audience with a space', { audience: 'a b' }, 'audience'],
    ['D21: RSA of 1024 bits', ofKey(aRsaKey(1_024)), 'jwks'],
    ['D21: RSA with exponent 3', ofKey(aRsaKey(2_048, 3)), 'jwks'],
    ['D21: secp256k1 that says P-256', ofKey({ ...k256, crv: 'P-256' }), 'jwks'],
    ['D21: a point off the curve', ofKey({ ...ec, y: (ec as { x?: string }).x }), 'jwks'],
    ['D21: an Ed25519 key that is too short', ofKey({ kty: 'OKP', crv: 'Ed25519', x: 'AAAA' }), 'jwks'],
    ['D21: a shared secret as key', ofKey({ kty: 'oct', k: 'AAAA' }), 'jwks'],
    ['D22: a private key', ofKey({ ...ec, d: 'AAAA' }), 'jwks'],
    ['a key for encryption', ofKey({ ...rsa, use: 'enc' }), 'jwks'],
    ['no keys', { jwks: { keys: [] } }, 'jwks'],
    ['eleven keys', { jwks: { keys: Array.from({ length: 11 }, () => ec) } }, 'jwks'],
  ];

  test.each(cases)('with %s', async (_what, body, field) => {
    issuer.requests.length = 0;
    const reply = await add(body);
    expect(seen(reply)).toEqual(problem(400, 'invalid_request', field));
    expect(issuer.requests).toEqual([]);
  });
});

describe('T1: a federated credential', () => {
  test('is neither a secret nor a key', async () => {
    const owner = await reader();
    const { clientId } = await createFederatedCredential(world, owner);
    const { clientId: secretId } = await createServiceUserSecret(world, owner);
    const { kid } = await createServiceUserKey(world, owner);
    const wrong = [
      await world.manage('DELETE', `${owner}/secrets/${clientId}`),
      await world.manage('DELETE', `${owner}/keys/${clientId}`),
      await world.manage('GET', `${owner}/keys/${clientId}`),
      await world.send('GET', `${owner}/keys/${clientId}/jwks.json`),
      await world.manage('GET', `${owner}/federated-credentials/${secretId}`),
      await world.manage('DELETE', `${owner}/federated-credentials/${kid}`),
    ];
    expect(wrong.map(seen)).toEqual(wrong.map(() => problem(404, 'not_found')));
  });

  test('is found under its service user only, and is answered elsewhere like an unknown id', async () => {
    const { clientId } = await createFederatedCredential(world, path);
    const strangers = [
      await reader(),
      await createServiceUser(world, globex.tenantId, []),
      `/v1/tenants/${globex.tenantId}/service-users/${idOf(path)}`,
    ];
    for (const stranger of strangers) {
      for (const method of ['GET', 'DELETE']) {
        const reply = await world.manage(method, `${stranger}/federated-credentials/${clientId}`);
        const unknown = await world.manage(method, `${stranger}/federated-credentials/cli_unknown`);
        expect(seen(reply)).toEqual(problem(404, 'not_found'));
        expect(wholeReply(reply)).toEqual(wholeReply(unknown));
      }
    }
  });

  test('C8: is made by no caller with weaker roles than the roles of the service user', async () => {
    const manager = await arrangeTenantManager(world, acme.tenantId, ['read:service-users', 'write:service-users']);
    const token = await world.tokenFor(manager, { audience: `${world.url}/v1/` });
    expect((await add({}, token)).status).toBe(201);
    const strong = await createServiceUser(world, acme.tenantId, [await createRole(world, [], 1)]);
    const reply = await world.manage('POST', `${strong}/federated-credentials`, trusted, token);
    expect(seen(reply)).toEqual(problem(403, 'forbidden', 'roleIds'));
  });

  test('needs the permission to write for changes, and the permission to read for reads', async () => {
    const reading = await world.tokenFor(await arrangeTenantManager(world, acme.tenantId, ['read:service-users']));
    expect((await world.manage('GET', `${path}/federated-credentials`, undefined, reading)).status).toBe(200);
    expect(seen(await add({}, reading))).toEqual(problem(403, 'insufficient_scope'));
    const other = await world.tokenFor(await arrangeTenantManager(world, acme.tenantId, ['read:tenant-tokens']));
    const listed = await world.manage('GET', `${path}/federated-credentials`, undefined, other);
    expect(seen(listed)).toEqual(problem(403, 'insufficient_scope'));
  });
});

test('U4: making and deleting a federated credential is written down', async () => {
  const made = await createFederatedCredential(world, path);
  await world.manage('DELETE', itemOf(path, made));
  world.clock.advance(1);
  const lines = ['created', 'deleted'].map(async (what) => {
    const { body } = await listAuditEvents(world, { type: `federated_credential.${what}`, outcome: 'succeeded' });
    return body as { items: { target: object }[] };
  });
  const targets = (await Promise.all(lines)).map(({ items }) => items.map(({ target }) => target));
  const target = { tenantId: acme.tenantId, serviceUserId: idOf(path), clientId: made.clientId };
  expect(targets).toEqual([expect.arrayContaining([target]), expect.arrayContaining([target])]);
});
