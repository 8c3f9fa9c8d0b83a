import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import { problem, seen, withoutUses } from '#test/support/ask/answers.ts';
import { repeat } from '#test/support/ask/concurrent-calls.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { exchangeOutcome, introspectedScope } from '#test/support/ask/scope-or-refusal.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import { createApplication, grantPermissions, registerApi } from '#test/support/clients/applications.ts';
import type { Credentials } from '#test/support/world/deployment.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

const APPLICATIONS = '/v1/applications';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const manage = useManage(world);

const itemOf = ({ clientId }: Credentials) => `${APPLICATIONS}/${clientId}`;

const timestamp = (secondsFromNow = 0) => new Date((world.clock.nowSeconds() + secondsFromNow) * 1_000).toISOString();

/** An application that may read reports. */
async function createReader(request: object = {}): Promise<Credentials> {
  const application = await createApplication(world, request);
  await grantPermissions(world, application, acme.apiId, ['read:reports']);
  return application;
}

/** An application as it is shown after its creation with only a name. */
const shownNow = (name: string, { clientSecret }: Credentials) => ({
  clientId: expect.stringMatching(/^cli_\w{22}$/),
  name,
  party: 'first',
  tokenEndpointAuthMethod: 'client_secret_basic',
  grantTypes: ['client_credentials'],
  redirectUris: [],
  postLogoutRedirectUris: [],
  createdAt: timestamp(),
  createdBy: world.admin.clientId,
  expiresAt: null,
  status: 'active',
  secrets: [
    {
      id: clientSecret.slice(4, 10),
      lastFour: clientSecret.slice(-4),
      createdBy: world.admin.clientId,
      createdAt: timestamp(),
      expiresAt: null,
    },
  ],
  version: 1,
});

describe('a new application', () => {
  test('B21, Q6: is shown with its secret once, and in lists with its last four characters', async () => {
    const request = { name: 'reports gateway', metadata: { team: 'Büro' }, tokenLifetimeSeconds: 600 };
    const created = await manage('POST', APPLICATIONS, request);
    const { clientSecret, ...shown } = created.body as Credentials;
    expect([created.status, clientSecret, created.headers.get('etag')]).toEqual([
      201,
      expect.stringMatching(/^mms_[0-9A-Za-z]{52}$/),
      '"1"',
    ]);
    expect(shown).toEqual({ ...shownNow('reports gateway', created.body as Credentials), ...request });
    expect(withoutUses(seen(await manage('GET', `${APPLICATIONS}/${shown.clientId}`)))).toEqual({
      status: 200,
      body: shown,
    });
    const list = await manage('GET', `${APPLICATIONS}?limit=100`);
    expect(withoutUses(list.body)).toEqual({ items: expect.arrayContaining([shown]) });
    expect(list.text).not.toContain(clientSecret.slice(0, -4));
  });

  test('needs nothing but a name', async () => {
    const { status, body } = await manage('POST', APPLICATIONS, { name: 'gateway' });
    const { clientSecret, ...shown } = body as Credentials;
    expect([status, shown]).toEqual([201, shownNow('gateway', { ...shown, clientSecret })]);
  });

  test('A18: has no member that its request may not say', async () => {
    const forged = { clientId: 'cli_mine', apiIds: [SYSTEM_API_ID], roleIds: [acme.writerRoleId], status: 'disabled' };
    for (const [name, value] of Object.entries({ ...forged, tenantId: acme.tenantId })) {
      const reply = await manage('POST', APPLICATIONS, { name: 'forged', [name]: value });
      expect(seen(reply)).toEqual(problem(400, 'invalid_request', name));
    }
  });

  test('is shown once in a list of 60', async () => {
    const made = await repeat(60, () => createApplication(world));
    const pages: { items: Credentials[]; nextCursor?: string }[] = [];
    do {
      const cursor = pages.at(-1)?.nextCursor;
      const query = `?limit=50${cursor === undefined ? '' : `&cursor=${cursor}`}`;
      pages.push((await manage('GET', APPLICATIONS + query)).body as (typeof pages)[number]);
    } while (pages.at(-1)?.nextCursor !== undefined);
    const ids = pages.flatMap(({ items }) => items.map(({ clientId }) => clientId));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining([world.admin.clientId, ...made.map(({ clientId }) => clientId)]));
  });
});

describe('a change of an application', () => {
  test('changes the members that the patch names, and nothing else', async () => {
    const request = { name: 'before', metadata: { kept: 1, gone: 2 }, tokenLifetimeSeconds: 600 };
    const credentials = await createApplication(world, request);
    const patch = { name: 'after', metadata: { gone: null, new: 3 }, tokenLifetimeSeconds: null, expiresInSeconds: 90 };
    const changed = await manage('PATCH', itemOf(credentials), patch);
    const expected = {
      ...shownNow('after', credentials),
      metadata: { kept: 1, new: 3 },
      expiresAt: timestamp(90),
      version: 2,
    };
    expect([seen(changed), changed.headers.get('etag')]).toEqual([{ status: 200, body: expected }, '"2"']);
    expect(withoutUses((await manage('GET', itemOf(credentials))).body)).toEqual(expected);
  });

  test('is refused for another version than If-Match names', async () => {
    const item = itemOf(await createApplication(world));
    const patchAt = (tag: string) => manage('PATCH', item, { name: 'renamed' }, { 'if-match': tag });
    expect(seen(await patchAt('"2"'))).toEqual(problem(412, 'precondition_failed'));
    expect(await patchAt('"1"')).toMatchObject({ status: 200, body: { name: 'renamed', version: 2 } });
  });

  test('may bring its expiry closer, and not move it away', async () => {
    const credentials = await createApplication(world, { expiresInSeconds: 90 });
    const refused = await manage('PATCH', itemOf(credentials), { expiresInSeconds: 91 });
    expect(seen(refused)).toEqual(problem(400, 'invalid_request', 'expiresInSeconds'));
    const closer = await manage('PATCH', itemOf(credentials), { expiresInSeconds: 60 });
    expect(closer.body).toMatchObject({ expiresAt: timestamp(60) });
  });
});

describe('an application is refused with', () => {
  test.each([
    ['no name', { name: undefined }, 'name'],
    ['an empty name', { name: '' }, 'name'],
    ['a name of 129 characters', { name: 'x'.repeat(129) }, 'name'],
    ['a name in two lines', { name: 'two\nlines' }, 'name'],
    ['metadata that is a list', { metadata: [] }, 'metadata'],
    ['metadata of more than 4 KiB', { metadata: { x: 'ü'.repeat(2_048) } }, 'metadata'],
    ['tokens of 59 seconds', { tokenLifetimeSeconds: 59 }, 'tokenLifetimeSeconds'],
    ['tokens of more than a day', { tokenLifetimeSeconds: 86_401 }, 'tokenLifetimeSeconds'],
    ['tokens of fractions', { tokenLifetimeSeconds: 90.5 }, 'tokenLifetimeSeconds'],
    ['an expiry now', { expiresInSeconds: 0 }, 'expiresInSeconds'],
    ['an expiry in words', { expiresInSeconds: '60' }, 'expiresInSeconds'],
    ['an expiry after more than ten years', { expiresInSeconds: 315_360_001 }, 'expiresInSeconds'],
  ])('%s', async (_what, change, field) => {
    const refusal = problem(400, 'invalid_request', field);
    expect(seen(await manage('POST', APPLICATIONS, { name: 'gateway', ...change }))).toEqual(refusal);
    if ('name' in change && change.name === undefined) return;
    expect(seen(await manage('PATCH', itemOf(await createApplication(world)), change))).toEqual(refusal);
  });
});

describe('how long the tokens of an application live', () => {
  const lifetimeOf = async (credentials: Credentials, audience: string) => {
    const { iat = 0, exp = 0 } = decodeJwt(await world.tokenFor(credentials, { audience }));
    return exp - iat;
  };

  test.each([
    { own: 600, ofApi: 3_600, expected: 600 },
    { own: 3_600, ofApi: 600, expected: 600 },
    { own: undefined, ofApi: 900, expected: 900 },
    { own: 60, ofApi: 86_400, expected: 60 },
  ])('F15: $expected seconds if the application says $own and the API $ofApi', async ({ own, ofApi, expected }) => {
    const api = await registerApi(world, ['read'], { tokenLifetimeSeconds: ofApi });
    const credentials = await createApplication(world, { tokenLifetimeSeconds: own });
    await grantPermissions(world, credentials, api.id, 'all');
    expect(await lifetimeOf(credentials, api.identifier)).toBe(expected);
  });

  test('F15: no longer than the application has left', async () => {
    const credentials = await createReader({ tokenLifetimeSeconds: 600, expiresInSeconds: 700 });
    expect(await lifetimeOf(credentials, REPORTS)).toBe(600);
    world.clock.advance(400);
    expect(await lifetimeOf(credentials, REPORTS)).toBe(300);
    world.clock.advance(300);
    expect(await exchangeOutcome(world, credentials)).toBe('401 invalid_client');
  });

  test('follows a change with the next token', async () => {
    const credentials = await createReader();
    const lifetimes: number[] = [];
    for (const tokenLifetimeSeconds of [60, 1_200, null]) {
      await world.manage('PATCH', itemOf(credentials), { tokenLifetimeSeconds });
      lifetimes.push(await lifetimeOf(credentials, REPORTS));
    }
    expect(lifetimes).toEqual([60, 1_200, 3_600]);
  });
});

describe('I9: the authority of an application', () => {
  test('is nothing from the moment it is disabled until it is enabled again', async () => {
    const credentials = await createReader();
    const earlier = await world.tokenFor(credentials);
    const outcomes = async () => [await exchangeOutcome(world, credentials), await introspectedScope(world, earlier)];
    expect((await world.manage('PATCH', itemOf(credentials), { status: 'disabled' })).status).toBe(200);
    expect(await outcomes()).toEqual(['401 invalid_client', undefined]);
    expect((await world.manage('PATCH', itemOf(credentials), { status: 'active' })).status).toBe(200);
    expect(await outcomes()).toEqual(['read:reports', 'read:reports']);
  });

  test('is nothing for ever once it is deleted', async () => {
    const credentials = await createReader();
    const earlier = await world.tokenFor(credentials);
    const item = itemOf(credentials);
    expect(seen(await world.manage('DELETE', item))).toEqual({ status: 204, body: undefined });
    const grant = `/grants/${acme.apiId}`;
    for (const [method, rest, body] of [
      ['GET', ''],
      ['PATCH', '', { status: 'active' }],
      ['DELETE', ''],
      ['GET', '/grants'],
      ['PUT', grant, { permissions: 'all' }],
      ['DELETE', grant],
      ['POST', '/secrets', { title: 'late' }],
      ['POST', '/secrets/rotate', { graceSeconds: 0 }],
    ] as const) {
      const reply = await world.manage(method, item + rest, body);
      expect(seen(reply)).toEqual(problem(404, 'not_found'));
      const unknown = await world.manage(method, `${APPLICATIONS}/cli_unknown${rest}`, body);
      expect(wholeReply(reply)).toEqual(wholeReply(unknown));
    }
    expect([await exchangeOutcome(world, credentials), await introspectedScope(world, earlier)]).toEqual([
      '401 invalid_client',
      undefined,
    ]);
  });
});
