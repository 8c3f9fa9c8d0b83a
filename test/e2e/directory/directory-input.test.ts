import { describe, expect, test } from 'vitest';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const manage = useManage(world);

const good: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  '/v1/tenants': { name: 'Acme' },
  '/v1/users': { email: 'grace@example.com' },
  '/v1/roles': { key: 'role', name: 'Role', level: 100, permissions: [] },
  '/v1/apis': { identifier: 'https://api.example.com', name: 'API', permissions: [] },
};

const read = { api: REPORTS, value: 'read:reports' };
const many = (count: number, of: (index: number) => object) => Array.from({ length: count }, (_, index) => of(index));

/** A good body with one thing changed, what is wrong with it, and the member that the answer blames. */
const bad: readonly (readonly [
  path: string,
  what: string,
  change: Readonly<Record<string, unknown>>,
  field: string,
])[] = [
  ['/v1/tenants', 'no name', { name: undefined }, 'name'],
  ['/v1/tenants', 'an empty name', { name: '' }, 'name'],
  ['/v1/tenants', 'a name of 129 characters', { name: 'x'.repeat(129) }, 'name'],
  ['/v1/tenants', 'a name in two lines', { name: 'two\nlines' }, 'name'],
  ['/v1/tenants', 'a name that turns its direction', { name: 'in\u202Evisible' }, 'name'],
  ['/v1/tenants', 'a list of names', { name: ['Acme'] }, 'name'],
  ['/v1/users', 'no address', { email: undefined }, 'email'],
  ['/v1/users', 'half an address', { email: 'grace' }, 'email'],
  ['/v1/users', 'an address that adds a mail header', { email: 'grace@example.com\r\nBcc: all@example.com' }, 'email'],
  ['/v1/users', 'an address of 259 characters', { email: `${'x'.repeat(64)}@${'y'.repeat(190)}.com` }, 'email'],
  ['/v1/users', 'an empty name', { name: '' }, 'name'],
  ['/v1/roles', 'no key', { key: undefined }, 'key'],
  ['/v1/roles', 'a key that begins with a dash', { key: '-reader' }, 'key'],
  ['/v1/roles', 'a key of two words', { key: 'a reader' }, 'key'],
  ['/v1/roles', 'a key of 65 characters', { key: 'x'.repeat(65) }, 'key'],
  ['/v1/roles', 'no level', { level: undefined }, 'level'],
  ['/v1/roles', 'a negative level', { level: -1 }, 'level'],
  ['/v1/roles', 'a level above 32767', { level: 32_768 }, 'level'],
  ['/v1/roles', 'a fraction as level', { level: 1.5 }, 'level'],
  ['/v1/roles', 'a level in quotes', { level: '1' }, 'level'],
  ['/v1/roles', 'no permissions', { permissions: undefined }, 'permissions'],
  ['/v1/roles', 'a permission twice', { permissions: [read, read] }, 'permissions'],
  ['/v1/roles', 'an undeclared permission', { permissions: [{ ...read, value: 'read:nothing' }] }, 'permissions'],
  ['/v1/roles', 'an unknown API', { permissions: [{ ...read, api: 'https://unknown.example.com' }] }, 'permissions'],
  ['/v1/roles', 'almost the API', { permissions: [{ ...read, api: `${REPORTS}/` }] }, 'permissions'],
  ['/v1/roles', 'a permission without value', { permissions: [{ api: REPORTS }] }, 'permissions[0].value'],
  ['/v1/roles', 'a permission at no URI', { permissions: [read, { ...read, api: 'x' }] }, 'permissions[1].api'],
  [
    '/v1/roles',
    '201 permissions',
    { permissions: many(201, (index) => ({ ...read, value: `p${index}` })) },
    'permissions',
  ],
  ['/v1/apis', 'no identifier', { identifier: undefined }, 'identifier'],
  ['/v1/apis', 'a path as identifier', { identifier: '/reports' }, 'identifier'],
  ['/v1/apis', 'G1: a fragment in the identifier', { identifier: 'https://api.example.com/#part' }, 'identifier'],
  ['/v1/apis', 'a space in the identifier', { identifier: 'https://api.example.com/a b' }, 'identifier'],
  [
    '/v1/apis',
    'G8: a Cyrillic letter in the identifier',
    { identifier: 'https://api.example.com/r\u0435ports' },
    'identifier',
  ],
  ['/v1/apis', 'a control character in the identifier', { identifier: 'https://api.example.com/\u0001' }, 'identifier'],
  ['/v1/apis', 'an identifier of 257 characters', { identifier: `https://${'x'.repeat(249)}` }, 'identifier'],
  [
    '/v1/apis',
    'a permission twice',
    { permissions: [{ value: 'a' }, { value: 'a', description: 'b' }] },
    'permissions',
  ],
  ['/v1/apis', 'a permission of two words', { permissions: [{ value: 'two words' }] }, 'permissions[0].value'],
  ['/v1/apis', 'a permission with a quote', { permissions: [{ value: '"' }] }, 'permissions[0].value'],
  ...['offline_access', 'openid', 'profile', 'email'].map(
    (value) =>
      ['/v1/apis', `the scope ${value} as a permission`, { permissions: [{ value }] }, 'permissions[0].value'] as const,
  ),
  [
    '/v1/apis',
    'an empty description',
    { permissions: [{ value: 'a', description: '' }] },
    'permissions[0].description',
  ],
  ['/v1/apis', 'F16: HS256', { signingAlgorithm: 'HS256' }, 'signingAlgorithm'],
  ['/v1/apis', 'the algorithm none', { signingAlgorithm: 'none' }, 'signingAlgorithm'],
  ['/v1/apis', 'tokens of less than a minute', { tokenLifetimeSeconds: 59 }, 'tokenLifetimeSeconds'],
  ['/v1/apis', 'F14: tokens of more than a day', { tokenLifetimeSeconds: 86_401 }, 'tokenLifetimeSeconds'],
];

describe('a record of the directory is refused', () => {
  test.each(bad)('at %s: %s', async (path, _what, change, field) => {
    expect(seen(await manage('POST', path, { ...good[path], ...change }))).toEqual(
      problem(400, 'invalid_request', field),
    );
  });

  test.each(Object.keys(good))('at %s: a body that is no JSON object', async (path) => {
    const replies = await Promise.all([[], null, 'text', 7].map((body) => manage('POST', path, body)));
    expect(replies.map(seen)).toEqual(Array(4).fill(problem(400, 'invalid_request')));
  });

  test('only for the reason that each test names: without it the body is accepted', async () => {
    const replies = await Promise.all(Object.entries(good).map(([path, body]) => manage('POST', path, body)));
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
  });
});

describe('an API', () => {
  test.each(['offline_access', 'openid', 'profile', 'email'])(
    'does not get the scope %s as a permission later',
    async (value) => {
      const reply = await manage('PATCH', `/v1/apis/${acme.apiId}`, { permissions: [{ value }] });
      expect(seen(reply)).toEqual(problem(400, 'invalid_request', 'permissions[0].value'));
    },
  );

  test('does not have the identifier of the userinfo endpoint', async () => {
    const identifier = `${world.url}/oauth/userinfo`;
    const reply = await manage('POST', '/v1/apis', { ...good['/v1/apis'], identifier });
    expect(seen(reply)).toEqual(problem(400, 'invalid_request', 'identifier'));
  });
});

describe('a record of the directory is taken', () => {
  test.each([
    ['/v1/apis', 'a URN', { identifier: 'urn:example:reports', signingAlgorithm: 'ES256' }],
    ['/v1/apis', 'F14: tokens of a minute', { identifier: 'https://api.example.com/1', tokenLifetimeSeconds: 60 }],
    ['/v1/apis', 'tokens of a day', { identifier: 'https://api.example.com/2', tokenLifetimeSeconds: 86_400 }],
    [
      '/v1/apis',
      '200 permissions',
      { identifier: 'https://api.example.com/3', permissions: many(200, (value) => ({ value: `p${value}` })) },
    ],
    ['/v1/roles', 'the strongest level', { key: 'a', level: 0 }],
    ['/v1/roles', 'the weakest level', { key: `r${'x'.repeat(63)}`, level: 32_767, permissions: [read] }],
    ['/v1/tenants', 'a name in any script', { name: 'Ünïcödé 株式会社 🚀' }],
    ['/v1/users', 'an unusual address', { email: "o'hara+tag@sub.example.com", name: 'x'.repeat(128) }],
  ])('at %s: %s', async (path, _what, change) => {
    const { status, body } = await manage('POST', path, { ...good[path], ...change });
    expect([status, body]).toEqual([201, expect.objectContaining(change)]);
  });
});

describe('a member of a tenant', () => {
  const path = () => `/v1/tenants/${acme.tenantId}/members/${acme.userId}`;

  test('has the roles that were set last, each once', async () => {
    const { version } = (await manage('GET', path())).body as { version: number };
    const shown = (roleIds: readonly string[], changes: number) => ({
      tenantId: acme.tenantId,
      userId: acme.userId,
      roleIds,
      createdAt: expect.any(String),
      version: version + changes,
    });
    const { readerRoleId: reader, writerRoleId: writer } = acme;
    const set = async (roleIds: readonly string[]) => seen(await manage('PUT', path(), { roleIds }));
    expect(await set([writer, reader, writer])).toEqual({ status: 200, body: shown([writer, reader], 1) });
    expect(await set([])).toEqual({ status: 200, body: shown([], 2) });
    expect(await set([reader])).toEqual({ status: 200, body: shown([reader], 3) });
    expect(seen(await manage('GET', path()))).toEqual({ status: 200, body: shown([reader], 3) });
    const list = await manage('GET', `/v1/tenants/${acme.tenantId}/members`);
    expect(list.body).toEqual({ items: [shown([reader], 3)] });
  });

  test.each([
    ['null for its roles', { roleIds: null }, 'roleIds'],
    ['a role that is not in a list', { roleIds: 'rol_1' }, 'roleIds'],
    ['an unknown role', { roleIds: ['rol_unknown'] }, 'roleIds'],
    ['what can be no id', { roleIds: ['a b'] }, 'roleIds[0]'],
    ['51 roles', { roleIds: Array.from({ length: 51 }, (_, index) => `rol_${index}`) }, 'roleIds'],
  ])('is not set with %s', async (_what, body, field) => {
    expect(seen(await manage('PUT', path(), body))).toEqual(problem(400, 'invalid_request', field));
  });

  test('T1: is not found by an unknown tenant, user or membership, each time with the same answer', async () => {
    const { body } = await manage('POST', '/v1/users', { email: 'stranger@example.com' });
    const paths = [
      `/v1/tenants/ten_unknown/members/${acme.userId}`,
      `/v1/tenants/${acme.tenantId}/members/usr_unknown`,
      `/v1/tenants/${acme.tenantId}/members/${(body as { id: string }).id}`,
    ];
    for (const method of ['GET', 'DELETE']) {
      const replies = await Promise.all(paths.map((each) => manage(method, each)));
      expect(seen(replies[0] ?? expect.fail())).toEqual(problem(404, 'not_found'));
      expect(new Set(replies.map((reply) => JSON.stringify(wholeReply(reply)))).size).toBe(1);
    }
  });
});
