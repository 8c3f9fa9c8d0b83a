import { beforeAll, describe, expect, test } from 'vitest';
import { systemPermissions } from '#shared/domain/access/system-api.ts';
import { SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { countEach, race, repeat } from '#test/support/ask/concurrent-calls.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import { useManage, useWorld } from '#test/support/world/use-world.ts';
import { arrangeAcme, REPORTS } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
beforeAll(() => arrangeAcme(world));
const manage = useManage(world);

const now = () => new Date(world.clock.nowSeconds() * 1_000).toISOString();

const idOf = ({ body }: { readonly body: unknown }) => (body as { id: string }).id;

const permission = { api: REPORTS, value: 'read:reports' };

/** The members of a new API whose request does not set them. */
const apiDefaults = {
  signingAlgorithm: 'RS256',
  tokenLifetimeSeconds: 3_600,
  allowRefreshTokens: false,
  skipConsent: false,
  userPermissions: 'roles',
  dpopBoundAccessTokensRequired: false,
  acceptsSelfSignedTokens: false,
  tlsClientCertificateBoundAccessTokens: false,
  tlsClientCertificateBoundAccessTokensRequired: false,
  statusList: false,
};

interface Collection {
  readonly path: string;
  readonly id: RegExp;
  /** A good body that differs from call to call. */
  readonly body: (serial: number | string) => Readonly<Record<string, unknown>>;
  /** The members that are shown and were not sent. */
  readonly defaults?: Readonly<Record<string, unknown>>;
}

const collections: readonly Collection[] = [
  {
    path: '/v1/tenants',
    id: /^ten_\w{22}$/,
    body: (serial) => ({ name: `Tenant ${serial}`, metadata: { plan: 'gold', seats: [1, 2.5] } }),
    defaults: { status: 'active' },
  },
  {
    path: '/v1/users',
    id: /^usr_\w{22}$/,
    body: (serial) => ({ email: `user${serial}@example.com`, name: 'Zoë', metadata: { '': null } }),
    defaults: { status: 'active', emailVerified: false, developer: false },
  },
  {
    path: '/v1/roles',
    id: /^rol_\w{22}$/,
    body: (serial) => ({ key: `role-${serial}`, name: 'Role', level: 100, permissions: [permission] }),
    defaults: { kind: 'tenant', isDefault: false },
  },
  {
    path: '/v1/apis',
    id: /^api_\w{22}$/,
    body: (serial) => ({
      identifier: `https://api.example.com/${serial}`,
      name: 'API',
      permissions: [{ value: 'read', description: 'Read' }, { value: 'write' }],
    }),
    defaults: apiDefaults,
  },
];

describe.each(collections)('$path', ({ path, id, body, defaults }) => {
  /** A record as it is shown after its creation. */
  const shownNow = (serial: string) => ({
    ...body(serial),
    ...defaults,
    id: expect.stringMatching(id),
    createdAt: now(),
    version: 1,
  });

  test('takes, shows, lists and deletes', async () => {
    const created = await manage('POST', path, body('life'));
    expect(seen(created)).toEqual({ status: 201, body: shownNow('life') });
    const item = `${path}/${idOf(created)}`;
    expect(seen(await manage('GET', item))).toEqual({ status: 200, body: created.body });
    expect((await manage('GET', `${path}?limit=100`)).body).toEqual({ items: expect.arrayContaining([created.body]) });
    expect(seen(await manage('DELETE', item))).toEqual({ status: 204, body: undefined });
    expect((await manage('GET', `${path}?limit=100`)).body).not.toEqual({
      items: expect.arrayContaining([created.body]),
    });
  });

  test('T1: answers for a deleted record exactly as for a record that never existed', async () => {
    const deleted = `${path}/${idOf(await manage('POST', path, body('deleted')))}`;
    await manage('DELETE', deleted);
    for (const method of ['GET', 'DELETE']) {
      const reply = await manage(method, deleted);
      expect(seen(reply)).toEqual(problem(404, 'not_found'));
      expect(wholeReply(reply)).toEqual(wholeReply(await manage(method, `${path}/unknown`)));
    }
  });

  test('A18: keeps nothing that it does not declare', async () => {
    const forged = {
      createdAt: '2000-01-01T00:00:00.000Z',
      version: 9,
      status: 'deleted',
      tenantId: 'ten_1',
      hash: 'x',
    };
    for (const [name, value] of Object.entries(forged)) {
      const reply = await manage('POST', path, { ...body('forged'), [name]: value });
      expect(seen(reply)).toEqual(problem(400, 'invalid_request', name));
    }
  });

  test.each(['0', '101', '-1', '1.5', 'ten', '', '1e2'])('refuses the page size %o', async (limit) => {
    expect(seen(await manage('GET', `${path}?limit=${limit}`))).toEqual(problem(400, 'invalid_request', 'limit'));
  });

  test('T2: refuses a cursor that it did not write', async () => {
    const forged = Buffer.from('tenant').toString('base64url');
    expect(seen(await manage('GET', `${path}?cursor=${forged}`))).toEqual(problem(400, 'invalid_request', 'cursor'));
  });
});

describe('the list of roles', () => {
  test('shows each of 120 roles once, 50 to a page unless the request says otherwise', async () => {
    const before = ((await manage('GET', '/v1/roles?limit=100')).body as { items: object[] }).items.length;
    const role = (serial: number) => ({ key: `page-${serial}`, name: 'Role', level: 1, permissions: [] });
    await repeat(120 - before, (serial) => manage('POST', '/v1/roles', role(serial)));
    const pages: { items: { id: string }[]; nextCursor?: string }[] = [];
    let cursor = '';
    do {
      const { body } = await manage('GET', `/v1/roles${cursor}`);
      pages.push(body as (typeof pages)[number]);
      cursor = `?cursor=${encodeURIComponent(pages.at(-1)?.nextCursor ?? '')}`;
    } while (pages.at(-1)?.nextCursor !== undefined);
    expect(pages.map(({ items }) => items.length)).toEqual([50, 50, 20]);
    expect(new Set(pages.flatMap(({ items }) => items.map(({ id }) => id))).size).toBe(120);
  });
});

describe('a tenant id', () => {
  test.each(['acme', 'ten_of_my_choice', '0', 'A-b_C', 'x'.repeat(64)])('can be chosen: %s', async (id) => {
    const reply = await manage('POST', '/v1/tenants', { name: 'Chosen', id });
    const shown = { id, name: 'Chosen', status: 'active', createdAt: now(), version: 1 };
    expect(seen(reply)).toEqual({ status: 201, body: shown });
  });

  test.each(['usr_1', 'cli_1', 'tok_1', 'api_1', 'rol_1', 'svc_1', 'grn_1', 'mem_1'])(
    'C10: cannot look like that of something else: %s',
    async (id) => {
      const reply = await manage('POST', '/v1/tenants', { name: 'Chosen', id });
      expect(seen(reply)).toEqual(problem(400, 'invalid_request', 'id'));
    },
  );

  test.each(['', 'a b', 'a/b', 'a#b', 'ä', '..', 'x'.repeat(65), 7, null])('cannot be %o', async (id) => {
    expect(seen(await manage('POST', '/v1/tenants', { name: 'Chosen', id }))).toEqual(
      problem(400, 'invalid_request', 'id'),
    );
  });

  test('can be given once', async () => {
    await manage('POST', '/v1/tenants', { name: 'First', id: 'taken' });
    expect(seen(await manage('POST', '/v1/tenants', { name: 'Second', id: 'taken' }))).toEqual(
      problem(409, 'conflict'),
    );
    expect((await manage('GET', '/v1/tenants/taken')).body).toMatchObject({ name: 'First' });
  });
});

describe('unique names of the directory', () => {
  test('treat an e-mail address in capitals and in small letters as the same name', async () => {
    const created = await manage('POST', '/v1/users', { email: 'Grace.Hopper@Example.COM' });
    expect(created.body).toMatchObject({ email: 'grace.hopper@example.com' });
    const again = await manage('POST', '/v1/users', { email: 'grace.hopper@EXAMPLE.com' });
    expect(seen(again)).toEqual(problem(409, 'conflict', 'email'));
  });

  test('keep a role key as it is written, and take it once', async () => {
    const role = { key: 'auditor', name: 'Auditor', level: 1, permissions: [] };
    await manage('POST', '/v1/roles', role);
    expect(seen(await manage('POST', '/v1/roles', role))).toEqual(problem(409, 'conflict', 'key'));
    expect((await manage('POST', '/v1/roles', { ...role, key: 'Auditor' })).status).toBe(201);
  });

  test.each([`${REPORTS}/`, `${REPORTS}//`, REPORTS.toUpperCase(), 'HTTPS://api.Example.com/Reports/'])(
    'G8: refuse %s, which could be taken for the API that exists',
    async (identifier) => {
      const reply = await manage('POST', '/v1/apis', { identifier, name: 'Imposter', permissions: [] });
      expect(seen(reply)).toEqual(problem(409, 'conflict', 'identifier'));
    },
  );

  test('G8: include the management API, which cannot be registered again', async () => {
    const identifiers = [`${world.url}/v1/`, `${world.url}/V1`];
    const replies = identifiers.map((identifier) => manage('POST', '/v1/apis', { identifier, name: 'Imposter' }));
    expect((await Promise.all(replies)).map(seen)).toEqual(Array(2).fill(problem(409, 'conflict', 'identifier')));
  });

  test.each(collections.slice(1))('are given at $path to one of 32 that ask at once', async ({ path, body }) => {
    const replies = await Promise.all(race(32, () => manage('POST', path, body('race'))));
    expect(countEach(replies.map(({ status }) => status))).toEqual({ 201: 1, 409: 31 });
  });
});

describe('the management API among the APIs', () => {
  test('is shown like the others', async () => {
    expect((await manage('GET', `/v1/apis/${SYSTEM_API_ID}`)).body).toEqual({
      id: SYSTEM_API_ID,
      identifier: `${world.url}/v1/`,
      name: 'Mintmark management API',
      ...apiDefaults,
      permissions: systemPermissions,
      createdAt: expect.any(String),
      version: 1,
    });
  });

  test('cannot be deleted', async () => {
    expect(seen(await manage('DELETE', `/v1/apis/${SYSTEM_API_ID}`))).toEqual(problem(409, 'conflict'));
    expect((await manage('GET', '/v1/tenants')).status).toBe(200);
  });
});
