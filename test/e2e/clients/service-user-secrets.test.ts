import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { exchangeOutcome, introspectedScope } from '#test/support/ask/scope-or-refusal.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import { createServiceUser, createServiceUserSecret } from '#test/support/clients/service-users.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import { type Credentials, REPORTS } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const globex = useAcme(world);
const manage = useManage(world);
const reader = () => createServiceUser(world, acme.tenantId, [acme.readerRoleId]);
const idOf = (path: string) => path.split('/').at(-1) ?? '';
const timestamp = (secondsFromNow = 0) => new Date((world.clock.nowSeconds() + secondsFromNow) * 1_000).toISOString();

describe('a secret of a service user', () => {
  test('B21: is shown once with its client id, and never again', async () => {
    const path = await reader();
    const created = await manage('POST', `${path}/secrets`, { title: 'blue' });
    const { clientSecret, ...shown } = created.body as Credentials;
    expect([created.status, clientSecret, shown]).toEqual([
      201,
      expect.stringMatching(/^mms_[0-9A-Za-z]{52}$/),
      {
        clientId: expect.stringMatching(/^cli_\w{22}$/),
        serviceUserId: idOf(path),
        title: 'blue',
        lastFour: clientSecret.slice(-4),
        createdAt: timestamp(),
        createdBy: world.admin.clientId,
        expiresAt: null,
        version: 1,
      },
    ]);
    const list = await manage('GET', `${path}/secrets`);
    expect(seen(list)).toEqual({ status: 200, body: { items: [{ ...shown, lastUsedAt: null }] } });
  });

  test('is one of several, each with a client id, a title and an expiry of its own', async () => {
    const path = await reader();
    const add = async (body: object) => (await manage('POST', `${path}/secrets`, body)).body as Credentials;
    const secrets = [
      await add({ title: 'blue' }),
      await add({ title: 'green', expiresInSeconds: 90 }),
      await add({ title: 'blue', expiresInSeconds: null }),
    ];
    const { body } = await manage('GET', `${path}/secrets`);
    expect(body).toEqual({
      items: expect.arrayContaining([
        expect.objectContaining({ clientId: secrets[0]?.clientId, title: 'blue', expiresAt: null }),
        expect.objectContaining({ clientId: secrets[1]?.clientId, title: 'green', expiresAt: timestamp(90) }),
        expect.objectContaining({ clientId: secrets[2]?.clientId, title: 'blue', expiresAt: null }),
      ]),
    });
    expect(new Set(secrets.map(({ clientId }) => clientId)).size).toBe(3);
    const outcomes = await Promise.all(secrets.map((secret) => exchangeOutcome(world, secret)));
    expect(outcomes).toEqual(Array(3).fill('read:reports'));
  });

  test('is exchanged for a token of the service user', async () => {
    const path = await reader();
    const secret = await createServiceUserSecret(world, path);
    const now = world.clock.nowSeconds();
    expect(decodeJwt(await world.tokenFor(secret))).toEqual({
      iss: world.url,
      sub: idOf(path),
      aud: REPORTS,
      exp: now + 3_600,
      iat: now,
      nbf: now,
      jti: expect.stringMatching(/^tok_/),
      client_id: secret.clientId,
      scope: 'read:reports',
      tenant_id: acme.tenantId,
      roles: ['reports-reader'],
      permissions: ['read:reports'],
      depends_on: [acme.apiId],
    });
  });

  test('ends at its expiry, and its tokens no later', async () => {
    const path = await reader();
    const { body } = await manage('POST', `${path}/secrets`, { title: 'short-lived', expiresInSeconds: 90 });
    const [shortLived, lasting] = [body as Credentials, await createServiceUserSecret(world, path)];
    world.clock.advance(60);
    const exchanged = await world.post('/oauth/token', shortLived, { grant_type: 'client_credentials' });
    const { access_token: earlier, expires_in: expiresIn } = exchanged.body as Record<string, string>;
    expect([expiresIn, await introspectedScope(world, earlier ?? '')]).toEqual([30, 'read:reports']);
    world.clock.advance(30);
    expect([
      await exchangeOutcome(world, shortLived),
      await introspectedScope(world, earlier ?? ''),
      await exchangeOutcome(world, lasting),
    ]).toEqual(['401 invalid_client', undefined, 'read:reports']);
  });

  test('I9: is deleted with the tokens that it obtained, and no others', async () => {
    const path = await reader();
    const [gone, kept] = [await createServiceUserSecret(world, path), await createServiceUserSecret(world, path)];
    const tokens = [await world.tokenFor(gone), await world.tokenFor(kept)] as const;
    const item = `${path}/secrets/${gone.clientId}`;
    expect(seen(await manage('DELETE', item))).toEqual({ status: 204, body: undefined });
    expect([await exchangeOutcome(world, gone), await introspectedScope(world, tokens[0])]).toEqual([
      '401 invalid_client',
      undefined,
    ]);
    expect([await exchangeOutcome(world, kept), await introspectedScope(world, tokens[1])]).toEqual([
      'read:reports',
      'read:reports',
    ]);
    const { body } = await manage('GET', `${path}/secrets`);
    expect((body as { items: Credentials[] }).items.map(({ clientId }) => clientId)).toEqual([kept.clientId]);
    const again = await manage('DELETE', item);
    expect(seen(again)).toEqual(problem(404, 'not_found'));
    expect(wholeReply(again)).toEqual(wholeReply(await manage('DELETE', `${path}/secrets/cli_unknown`)));
  });

  test('is shown by its list once, a page at a time', async () => {
    const path = await reader();
    const made: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      made.push((await createServiceUserSecret(world, path)).clientId);
      world.clock.advance(1);
    }
    const first = (await manage('GET', `${path}/secrets?limit=2`)).body as { items: Credentials[]; nextCursor: string };
    const second = await manage('GET', `${path}/secrets?limit=2&cursor=${first.nextCursor}`);
    const items = [...first.items, ...(second.body as { items: Credentials[] }).items];
    expect(items.map(({ clientId }) => clientId)).toEqual(made);
    expect(second.body).not.toHaveProperty('nextCursor');
  });

  test('A18: has no member that its request may not say', async () => {
    const path = await reader();
    const forged = { clientId: 'cli_mine', clientSecret: 'x', serviceUserId: 'svc_1', createdBy: 'usr_1', roleIds: [] };
    for (const [name, value] of Object.entries(forged)) {
      const reply = await manage('POST', `${path}/secrets`, { title: 'forged', [name]: value });
      expect(seen(reply)).toEqual(problem(400, 'invalid_request', name));
    }
  });

  test.each([
    ['no title', { title: undefined }, 'title'],
    ['an empty title', { title: '' }, 'title'],
    ['a title of 129 characters', { title: 'x'.repeat(129) }, 'title'],
    ['a title in two lines', { title: 'two\nlines' }, 'title'],
    ['an expiry now', { expiresInSeconds: 0 }, 'expiresInSeconds'],
    ['an expiry in words', { expiresInSeconds: '60' }, 'expiresInSeconds'],
    ['an expiry after more than ten years', { expiresInSeconds: 315_360_001 }, 'expiresInSeconds'],
  ])('is refused with %s', async (_what, change, field) => {
    const reply = await manage('POST', `${await reader()}/secrets`, { title: 'blue', ...change });
    expect(seen(reply)).toEqual(problem(400, 'invalid_request', field));
  });
});

describe('T1: the client of a service user', () => {
  /** Paths under which clients of other kinds, tenants and service users are managed. */
  const elsewhere = async () => [
    `/v1/tenants/${acme.tenantId}/api-tokens`,
    `/v1/tenants/${acme.tenantId}/members/${acme.userId}/api-tokens`,
    `/v1/tenants/${globex.tenantId}/api-tokens`,
    '/v1/applications',
    `${await reader()}/secrets`,
    `/v1/tenants/${globex.tenantId}/service-users/${idOf(await reader())}/secrets`,
    `${await createServiceUser(world, globex.tenantId, [])}/secrets`,
  ];

  test('is found under its service user only, and is answered elsewhere like an unknown id', async () => {
    const secret = await createServiceUserSecret(world, await reader());
    for (const collection of await elsewhere()) {
      const isSecret = collection.endsWith('/secrets');
      const requests = isSecret
        ? ([['DELETE', '']] as const)
        : ([
            ['GET', ''],
            ['PATCH', '', { status: 'disabled' }],
            ['POST', '/secrets', { title: 'second' }],
            ['POST', '/secrets/rotate', { graceSeconds: 0 }],
            ['DELETE', ''],
          ] as const);
      for (const [method, rest, body] of requests) {
        const reply = await manage(method, `${collection}/${secret.clientId}${rest}`, body);
        expect(seen(reply)).toEqual(problem(404, 'not_found'));
        expect(wholeReply(reply)).toEqual(wholeReply(await manage(method, `${collection}/cli_unknown${rest}`, body)));
      }
      expect((await world.manage('GET', `${collection}?limit=100`)).text).not.toContain(secret.clientId);
    }
    expect(await exchangeOutcome(world, secret)).toBe('read:reports');
  });

  test('is no client of another kind under a service user', async () => {
    const path = await reader();
    for (const { clientId } of [acme.tenantToken, acme.personalToken, world.admin]) {
      const reply = await manage('DELETE', `${path}/secrets/${clientId}`);
      expect(seen(reply)).toEqual(problem(404, 'not_found'));
    }
    expect((await manage('GET', `${path}/secrets`)).body).toEqual({ items: [] });
    expect([await exchangeOutcome(world, acme.tenantToken), await exchangeOutcome(world, acme.personalToken)]).toEqual([
      'read:reports write:reports',
      'read:reports',
    ]);
  });
});
