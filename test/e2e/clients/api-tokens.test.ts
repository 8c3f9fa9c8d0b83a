import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { problem, seen, withoutUses } from '#test/support/ask/answers.ts';
import { repeat } from '#test/support/ask/concurrent-calls.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import type { Acme, Credentials } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const globex = useAcme(world);
const manage = useManage(world);
const tenantTokens = ({ tenantId }: Acme) => `/v1/tenants/${tenantId}/api-tokens`;
const personalTokens = ({ tenantId, userId }: Acme) => `/v1/tenants/${tenantId}/members/${userId}/api-tokens`;
const timestamp = (secondsFromNow = 0) => new Date((world.clock.nowSeconds() + secondsFromNow) * 1_000).toISOString();

/** An API token as it is shown after its creation by the administrator. */
const shownNow = () => ({
  clientId: expect.stringMatching(/^cli_\w{22}$/),
  kind: 'client_credentials',
  createdAt: timestamp(),
  createdBy: world.admin.clientId,
  expiresAt: null,
  status: 'active',
  secrets: [
    {
      id: expect.stringMatching(/^\w{6}$/),
      lastFour: expect.stringMatching(/^\w{4}$/),
      createdBy: world.admin.clientId,
      createdAt: timestamp(),
      expiresAt: null,
    },
  ],
  version: 1,
});
const clientSecret = expect.stringMatching(/^mms_[0-9A-Za-z]{52}$/);

const owners = [
  {
    owner: 'a tenant',
    path: tenantTokens,
    other: personalTokens,
    roles: () => ({ roleIds: [acme.readerRoleId] }),
    own: () => ({ tenantId: acme.tenantId, roleIds: [acme.readerRoleId] }),
  },
  {
    owner: 'a member',
    path: personalTokens,
    other: tenantTokens,
    roles: () => ({}),
    own: () => ({ tenantId: acme.tenantId, userId: acme.userId }),
  },
] as const;

describe.each(owners)('an API token of $owner', ({ path, other, roles, own }) => {
  const post = (body: object) => manage('POST', path(acme), { ...roles(), ...body });
  const create = async (body: object = { description: 'export' }) => (await post(body)).body as Credentials;

  test('B21: is shown with its secret once, and never again', async () => {
    const created = await post({ description: 'nightly export' });
    const shown = { ...shownNow(), ...own(), description: 'nightly export' };
    expect(seen(created)).toEqual({ status: 201, body: { ...shown, clientSecret } });
    const { clientSecret: secret, ...withoutSecret } = created.body as Credentials;
    expect(withoutUses(seen(await manage('GET', `${path(acme)}/${withoutSecret.clientId}`)))).toEqual({
      status: 200,
      body: withoutSecret,
    });
    const list = await manage('GET', `${path(acme)}?limit=100`);
    expect(withoutUses(list.body)).toEqual({ items: expect.arrayContaining([withoutSecret]) });
    expect(list.text).not.toContain(secret.slice(0, -4));
    expect(withoutSecret).toMatchObject({ secrets: [{ id: secret.slice(4, 10), lastFour: secret.slice(-4) }] });
  });

  test('carries its metadata into access tokens, also if it is any JSON', async () => {
    const metadata = { team: 'Büro', 'a b': [1, 2.5, null, { deep: true }], '': '' };
    const created = await create({ description: 'with metadata', metadata });
    const { body: shown } = await manage('GET', `${path(acme)}/${created.clientId}`);
    for (const each of [created, shown, decodeJwt(await world.tokenFor(created))]) {
      expect(each).toMatchObject({ metadata });
    }
  });

  test('ends at its expiry', async () => {
    const created = await create({ description: 'short-lived', expiresInSeconds: 90 });
    expect(created).toMatchObject({ expiresAt: timestamp(90) });
    world.clock.advance(60);
    const { body } = await world.post('/oauth/token', created, exchange);
    expect(body).toMatchObject({ expires_in: 30 });
    world.clock.advance(30);
    expect((await world.post('/oauth/token', created, exchange)).status).toBe(401);
  });

  test('never ends if its request names no expiry, or null', async () => {
    expect(await create({ description: 'no word' })).toMatchObject({ expiresAt: null });
    expect(await create({ description: 'null', expiresInSeconds: null })).toMatchObject({ expiresAt: null });
  });

  test('can be deleted once, and is then as if it never was', async () => {
    const created = await create();
    const item = `${path(acme)}/${created.clientId}`;
    expect(seen(await manage('DELETE', item))).toEqual({ status: 204, body: undefined });
    for (const method of ['GET', 'DELETE']) {
      const reply = await manage(method, item);
      expect(seen(reply)).toEqual(problem(404, 'not_found'));
      expect(wholeReply(reply)).toEqual(wholeReply(await manage(method, `${path(acme)}/cli_unknown`)));
    }
    expect((await world.post('/oauth/token', created, exchange)).status).toBe(401);
  });

  test('T1: is found under its owner only, and is answered elsewhere like an unknown API token', async () => {
    const { clientId } = await create();
    for (const elsewhere of [other(acme), path(globex), other(globex)]) {
      for (const method of ['GET', 'DELETE']) {
        const [reply, unknown] = [
          await manage(method, `${elsewhere}/${clientId}`),
          await manage(method, `${elsewhere}/cli_unknown`),
        ];
        expect(seen(reply)).toEqual(problem(404, 'not_found'));
        expect(wholeReply(reply)).toEqual(wholeReply(unknown));
      }
      expect((await manage('GET', `${elsewhere}?limit=100`)).text).not.toContain(clientId);
    }
    expect((await manage('GET', `${path(acme)}/${clientId}`)).status).toBe(200);
  });

  test('A18: has no member that its request may not say', async () => {
    const forged = {
      clientId: 'cli_mine',
      secrets: [],
      createdBy: 'usr_1',
      tenantId: 'ten_1',
      userId: 'usr_1',
      status: 'disabled',
      version: 9,
    };
    for (const [name, value] of Object.entries(forged)) {
      const reply = await post({ description: 'forged', [name]: value });
      expect(seen(reply)).toEqual(problem(400, 'invalid_request', name));
    }
  });

  test.each([
    ['no description', { description: undefined }, 'description'],
    ['an empty description', { description: '' }, 'description'],
    ['a description of 257 characters', { description: 'x'.repeat(257) }, 'description'],
    ['a description in two lines', { description: 'two\nlines' }, 'description'],
    ['metadata that is a list', { metadata: [] }, 'metadata'],
    ['metadata that is null', { metadata: null }, 'metadata'],
    ['metadata of more than 4 KiB', { metadata: { x: 'ü'.repeat(2_048) } }, 'metadata'],
    ['an expiry now', { expiresInSeconds: 0 }, 'expiresInSeconds'],
    ['an expiry in the past', { expiresInSeconds: -1 }, 'expiresInSeconds'],
    ['an expiry in fractions', { expiresInSeconds: 1.5 }, 'expiresInSeconds'],
    ['an expiry in words', { expiresInSeconds: '60' }, 'expiresInSeconds'],
    ['an expiry after more than ten years', { expiresInSeconds: 315_360_001 }, 'expiresInSeconds'],
  ])('is refused with %s', async (_what, change, field) => {
    expect(seen(await post({ description: 'export', ...change }))).toEqual(problem(400, 'invalid_request', field));
  });
});

const exchange = { grant_type: 'client_credentials', audience: 'https://api.example.com/reports' };

describe('an API token of a tenant', () => {
  const create = async (roleIds: unknown) => manage('POST', tenantTokens(acme), { description: 'export', roleIds });

  test('has the roles that it was given, each once, with their permissions of this moment', async () => {
    const { readerRoleId: reader, writerRoleId: writer } = acme;
    const { body } = await create([writer, reader, writer]);
    expect(body).toMatchObject({ roleIds: [writer, reader] });
    const claims = decodeJwt(await world.tokenFor(body as Credentials));
    expect(claims).toMatchObject({ permissions: ['read:reports', 'write:reports'], tenant_id: acme.tenantId });
  });

  test.each([
    ['an unknown role', ['rol_unknown'], 'roleIds'],
    ['what can be no id', ['../roles'], 'roleIds[0]'],
    ['a role that is not in a list', 'rol_1', 'roleIds'],
    ['51 roles', Array.from({ length: 51 }, (_, index) => `rol_${index}`), 'roleIds'],
  ])('is refused with %s', async (_what, roleIds, field) => {
    expect(seen(await create(roleIds))).toEqual(problem(400, 'invalid_request', field));
  });

  test('is shown once in a list of 120, 50 to a page, the newest last', async () => {
    const { body } = await manage('POST', '/v1/tenants', { name: 'Initech' });
    const path = `/v1/tenants/${(body as { id: string }).id}/api-tokens`;
    const create = (description: string) => manage('POST', path, { description });
    await repeat(119, (serial) => create(`token ${serial}`));
    world.clock.advance(1);
    await create('the newest');
    const pages: { items: { clientId: string; description: string }[]; nextCursor?: string }[] = [];
    let query = '?limit=50';
    do {
      pages.push((await manage('GET', path + query)).body as (typeof pages)[number]);
      query = `?limit=50&cursor=${pages.at(-1)?.nextCursor}`;
    } while (pages.at(-1)?.nextCursor !== undefined);
    const items = pages.flatMap((page) => page.items);
    expect(pages.map((page) => page.items.length)).toEqual([50, 50, 20]);
    expect(new Set(items.map(({ clientId }) => clientId)).size).toBe(120);
    expect(items.at(-1)?.description).toBe('the newest');
  });

  test("T2: a cursor of another tenant's list is refused", async () => {
    const { body } = await manage('GET', `${tenantTokens(acme)}?limit=1`);
    const { nextCursor = '' } = body as { nextCursor?: string };
    const foreign = await manage('GET', `${tenantTokens(globex)}?cursor=${encodeURIComponent(nextCursor)}`);
    expect([foreign.status, foreign.body]).toMatchObject([400, { code: 'invalid_request', field: 'cursor' }]);
  });
});

describe('an API token of a member', () => {
  test("has the user's roles in the tenant, and its request cannot name other roles", async () => {
    const request = { description: 'ambitious' };
    const refused = await manage('POST', personalTokens(acme), { ...request, roleIds: [acme.writerRoleId] });
    expect(seen(refused)).toEqual(problem(400, 'invalid_request', 'roleIds'));
    const { body } = await manage('POST', personalTokens(acme), request);
    expect(body).not.toHaveProperty('roleIds');
    const claims = decodeJwt(await world.tokenFor(body as Credentials));
    expect(claims).toMatchObject({ sub: acme.userId, permissions: ['read:reports'], tenant_id: acme.tenantId });
  });

  test('needs a member', async () => {
    const { body } = await manage('POST', '/v1/users', { email: 'stranger@example.com' });
    const stranger = { ...acme, userId: (body as { id: string }).id };
    for (const owner of [stranger, { ...acme, userId: globex.userId }, { ...acme, userId: 'usr_unknown' }]) {
      const replies = [
        await manage('POST', personalTokens(owner), { description: 'export' }),
        await manage('GET', personalTokens(owner)),
      ];
      expect(replies.map(seen)).toEqual(Array(2).fill(problem(404, 'not_found')));
    }
  });
});
