import { afterEach, describe, expect, test } from 'vitest';
import { manageWith, succeed } from '#test/support/arrange/manage.ts';
import { arrangeTenantManager } from '#test/support/arrange/tenant-manager.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { countEach, race } from '#test/support/ask/concurrent-calls.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { exchangeOutcome } from '#test/support/ask/scope-or-refusal.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import { type Credentials, REPORTS } from '#test/support/world/world.ts';

const YEAR_SECONDS = 31_536_000;
const ALL_KINDS = ['client_credentials', 'access_token'];
const LEDGER = 'https://api.example.com/ledger';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const manage = useManage(world);

const defaults = {
  defaultAudience: null,
  accessTokens: { lifetimeSeconds: 3_600, maxLifetimeSeconds: 86_400 },
  apiTokens: {
    kinds: { tenant: ALL_KINDS, user: ALL_KINDS },
    maxLive: null,
    lifetimeSeconds: null,
    maxLifetimeSeconds: null,
  },
  signingKeys: { mode: 'kms', rotationSeconds: 7_776_000, leadSeconds: 10_800, retentionSeconds: 97_200 },
  tokenQuota: { perHour: null, perDay: null, enforce: true },
  statusLists: { ttlSeconds: 30 },
  refreshTokens: {
    lifetimeSeconds: 2_592_000,
    idleLifetimeSeconds: 1_209_600,
    graceSeconds: 10,
    maxLivePerClient: 100,
  },
  allowedOrigins: [],
  signUp: { mode: 'invitation', domains: [] },
  developers: { mode: 'off', maxApplications: 10, reservedNames: [] },
  sessions: {
    users: { idleLifetimeSeconds: 43_200, lifetimeSeconds: 2_592_000 },
    members: { idleLifetimeSeconds: 3_600, lifetimeSeconds: 86_400 },
  },
};
const show = async () => (await manage('GET', '/v1/settings')).body as { readonly version: number };
const change = (patch: unknown, headers = {}) => manage('PATCH', '/v1/settings', patch, headers);
const tokens = () => `/v1/tenants/${acme.tenantId}/api-tokens`;
const memberTokens = () => `/v1/tenants/${acme.tenantId}/members/${acme.userId}/api-tokens`;
const post = (body: object = {}, path = tokens()) =>
  manage('POST', path, {
    description: 'one more',
    ...(path === tokens() && { roleIds: [acme.readerRoleId] }),
    ...body,
  });
const create = (body: object = {}, path = tokens()) =>
  succeed<Credentials & { expiresAt: string | null }>(post(body, path));
const inSeconds = (seconds: number) => new Date((world.clock.nowSeconds() + seconds) * 1_000).toISOString();

describe('the settings of the workspace', () => {
  test('are shown before anybody has changed them, and If-Match holds from the first change on', async () => {
    const first = await manage('GET', '/v1/settings');
    expect([first.headers.get('etag'), first.body]).toEqual(['"1"', { ...defaults, version: 1 }]);
    const patch = { accessTokens: { lifetimeSeconds: 1_800 } };
    expect(seen(await change(patch, { 'if-match': '"2"' }))).toEqual(problem(412, 'precondition_failed'));
    expect(await show()).toEqual({ ...defaults, version: 1 });
    const changed = await change(patch, { 'if-match': '"1"' });
    expect([changed.headers.get('etag'), changed.body]).toEqual([
      '"2"',
      { ...defaults, accessTokens: { lifetimeSeconds: 1_800, maxLifetimeSeconds: 86_400 }, version: 2 },
    ]);
    expect(seen(await change(patch, { 'if-match': '"1"' }))).toEqual(problem(412, 'precondition_failed'));
    expect(await show()).toEqual(changed.body);
  });

  test('lose no change if 16 are made at once', async () => {
    const { version } = await show();
    const members = ['maxLive', 'lifetimeSeconds', 'maxLifetimeSeconds'];
    const replies = await Promise.all(
      race(16, (runner) => change({ apiTokens: { [members[runner % 3] ?? '']: runner < 13 ? 50 : null } })),
    );
    const statuses = countEach(replies.map(({ status }) => status));
    expect(Object.keys(statuses).every((status) => ['200', '409'].includes(status))).toBe(true);
    expect((await show()).version).toBe(version + (statuses[200] ?? 0));
    await succeed(change(defaults));
  });

  test.each([
    ['an API that does not exist', { defaultAudience: 'https://api.example.com/none' }, 'defaultAudience'],
    ['a lifetime of 59 seconds', { accessTokens: { lifetimeSeconds: 59 } }, 'accessTokens'],
    ['a lifetime of more than a day', { accessTokens: { maxLifetimeSeconds: 86_401 } }, 'accessTokens'],
    ['no lifetime', { accessTokens: { lifetimeSeconds: null } }, 'accessTokens'],
    ['a default above the limit', { accessTokens: { lifetimeSeconds: 700, maxLifetimeSeconds: 600 } }, 'accessTokens'],
    ['a limit below the default', { accessTokens: { maxLifetimeSeconds: 60 } }, 'accessTokens'],
    ['lists that nobody could keep up with', { statusLists: { ttlSeconds: 9 } }, 'statusLists'],
    ['lists that nobody hears of in time', { statusLists: { ttlSeconds: 301 } }, 'statusLists'],
    ['an unknown kind', { apiTokens: { kinds: { tenant: ['password'] } } }, 'apiTokens'],
    ['a kind twice', { apiTokens: { kinds: { user: ['access_token', 'access_token'] } } }, 'apiTokens'],
    ['no place at all', { apiTokens: { maxLive: 0 } }, 'apiTokens'],
    ['more places than can be counted', { apiTokens: { maxLive: 101 } }, 'apiTokens'],
    ['more than ten years', { apiTokens: { maxLifetimeSeconds: 315_360_001 } }, 'apiTokens'],
    [
      'tokens that live longer than they may',
      { apiTokens: { lifetimeSeconds: 9, maxLifetimeSeconds: 8 } },
      'apiTokens',
    ],
  ])('are refused with %s', async (_what, patch, field) => {
    const before = await show();
    expect(seen(await change(patch))).toEqual(problem(400, 'invalid_request', field));
    expect(await show()).toEqual(before);
  });

  test('C8: are neither shown to a tenant nor changed by it', async () => {
    const manager = await arrangeTenantManager(world, acme.tenantId, ['read:settings', 'write:settings']);
    const asTenant = manageWith(world, await world.tokenFor(manager));
    for (const reply of [await asTenant('GET', '/v1/settings'), await asTenant('PATCH', '/v1/settings', {})]) {
      expect(reply.status).toBe(403);
    }
  });
});

describe('a setting of the workspace', () => {
  afterEach(async () => {
    await succeed(change(defaults));
  });

  test('limits every exchange from the next exchange on, and gives new APIs their lifetime', async () => {
    const lifetime = async () =>
      (await world.post('/oauth/token', acme.tenantToken, { grant_type: 'client_credentials' })).body;
    expect(await lifetime()).toMatchObject({ expires_in: 3_600 });
    await succeed(change({ accessTokens: { lifetimeSeconds: 120, maxLifetimeSeconds: 300 } }));
    expect(await lifetime()).toMatchObject({ expires_in: 300 });
    const api = { identifier: LEDGER, name: 'Ledger', permissions: [{ value: 'read' }] };
    expect(await succeed(manage('POST', '/v1/apis', api))).toMatchObject({ tokenLifetimeSeconds: 120 });
  });

  test('chooses the audience of exchanges and JWTs that name none and could mean several', async () => {
    const several = [
      { api: LEDGER, value: 'read' },
      { api: REPORTS, value: 'read:reports' },
    ];
    const credentials = await create({ roleIds: undefined, permissions: several });
    const jwt = { kind: 'access_token', roleIds: undefined, permissions: several };
    expect(await exchangeOutcome(world, credentials, {})).toBe('400 invalid_request');
    expect(seen(await post(jwt))).toEqual(problem(400, 'invalid_request', 'audience'));
    await succeed(change({ defaultAudience: LEDGER }));
    expect(await exchangeOutcome(world, credentials, {})).toBe('read');
    expect(await create(jwt)).toMatchObject({ audience: LEDGER });
    expect(await exchangeOutcome(world, credentials)).toBe('read:reports');
  });

  test.each([
    ['tenant', tokens, memberTokens],
    ['user', memberTokens, tokens],
  ] as const)('lets a %s create the kinds it names and no other', async (owner, own, other) => {
    const outcomes = async (path: string) => {
      const replies = await Promise.all(ALL_KINDS.map((kind) => post({ kind }, path)));
      return replies.map(({ status, body }) => (status === 201 ? 201 : seen({ status, body } as never)));
    };
    const refused = problem(403, 'forbidden', 'kind');
    await succeed(change({ apiTokens: { kinds: { [owner]: ['access_token'] } } }));
    expect([await outcomes(own()), await outcomes(other())]).toEqual([
      [refused, 201],
      [201, 201],
    ]);
    await succeed(change({ apiTokens: { kinds: { [owner]: [] } } }));
    expect([await outcomes(own()), await outcomes(other())]).toEqual([
      [refused, refused],
      [201, 201],
    ]);
    expect(await exchangeOutcome(world, acme.tenantToken)).toBe('read:reports write:reports');
  });

  test('lets new API tokens expire, by default and at the latest', async () => {
    await succeed(change({ apiTokens: { maxLifetimeSeconds: YEAR_SECONDS } }));
    const refused = problem(400, 'invalid_request', 'expiresInSeconds');
    for (const expiresInSeconds of [undefined, null, YEAR_SECONDS + 1]) {
      for (const kind of ALL_KINDS) expect(seen(await post({ kind, expiresInSeconds }))).toEqual(refused);
    }
    expect((await create({ expiresInSeconds: YEAR_SECONDS })).expiresAt).toBe(inSeconds(YEAR_SECONDS));
    await succeed(change({ apiTokens: { lifetimeSeconds: 90 } }));
    expect((await create()).expiresAt).toBe(inSeconds(90));
    expect(seen(await post({ expiresInSeconds: null }))).toEqual(refused);
    await succeed(change({ apiTokens: { maxLifetimeSeconds: null } }));
    expect((await create({ expiresInSeconds: null })).expiresAt).toBeNull();
  });

  test('lets an older API token expire no later than a new token, once its expiry is changed', async () => {
    const { clientId } = await create();
    await succeed(change({ apiTokens: { maxLifetimeSeconds: 600 } }));
    const expire = (expiresInSeconds: number) => manage('PATCH', `${tokens()}/${clientId}`, { expiresInSeconds });
    expect(seen(await expire(601))).toEqual(problem(400, 'invalid_request', 'expiresInSeconds'));
    expect(await succeed(manage('PATCH', `${tokens()}/${clientId}`, { description: 'old' }))).toMatchObject({
      expiresAt: null,
    });
    expect(await succeed(expire(600))).toMatchObject({ expiresAt: inSeconds(600) });
  });
});
