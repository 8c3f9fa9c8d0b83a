import { describe, expect, test } from 'vitest';
import { apiTables as tables } from '#shared/api/tables.ts';
import { SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { race } from '#test/support/ask/concurrent-calls.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { exchangeOutcome } from '#test/support/ask/scope-or-refusal.ts';
import { createApplication, grantPermissions } from '#test/support/clients/applications.ts';
import type { RouteRequest } from '#test/support/route-requests/desk.ts';
import { operationsOf, routeRequests } from '#test/support/route-requests/index.ts';
import { auditLinesOf, itemsOf, workspaceItems } from '#test/support/stored/table-items.ts';
import type { Credentials, Reply } from '#test/support/world/deployment.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import { type Acme, arrangeAcme } from '#test/support/world/world.ts';

const DAY_SECONDS = 86_400;

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const requests = prepared(() => routeRequests(world, acme));

const creations = operationsOf(...tables.map(({ name }) => name)).filter(
  ({ operation, status }) => status === 201 && operation !== 'pushRequest',
);

const send = ({ method, path, ...init }: RouteRequest): Promise<Reply> => world.send(method, path, init);

/** The members that only the first answer shows. */
interface Secrets extends Credentials {
  readonly privateKey: string;
  readonly signingSecret: string;
}

let serial = 0;

/** A key that no request before had. */
function newKey(): string {
  serial += 1;
  return `key-${serial}`;
}

const named = (request: RouteRequest, key: string): RouteRequest => ({
  ...request,
  headers: { ...request.headers, 'idempotency-key': key },
});

/** A creation under a key, with the given token or as the administrator. */
const create = async (key: string, path: string, body: unknown, token?: string) =>
  world.send('POST', path, { headers: await headersFor(key, token), body: JSON.stringify(body) });

const headersFor = async (key: string, token?: string) => ({
  authorization: `Bearer ${token ?? (await world.tokenFor(world.admin))}`,
  'content-type': 'application/json',
  'idempotency-key': key,
});

const serviceUsers = ({ tenantId }: Acme) => `/v1/tenants/${tenantId}/service-users`;

describe('a creation that is repeated under its Idempotency-Key', () => {
  test('may be any creation of the product', () => {
    expect(creations.map(({ operation }) => operation).toSorted()).toEqual([
      'addApplicationSecret',
      'addMemberApiTokenSecret',
      'addMyApiTokenSecret',
      'addMyApplicationSecret',
      'addTenantApiTokenSecret',
      'createApi',
      'createApplication',
      'createFederatedCredential',
      'createIdentityProvider',
      'createMemberApiToken',
      'createMemberInvitation',
      'createMyApiToken',
      'createMyApplication',
      'createRole',
      'createServiceUser',
      'createServiceUserKey',
      'createServiceUserSecret',
      'createSigningSecret',
      'createTenant',
      'createTenantApiToken',
      'createTenantInvitation',
      'createTenantRole',
      'createUser',
      'rotateApplicationSecrets',
      'rotateMemberApiTokenSecrets',
      'rotateMyApiTokenSecrets',
      'rotateMyApplicationSecrets',
      'rotateTenantApiTokenSecrets',
    ]);
  });

  test.each(creations)(
    '$operation gets the first answer, less its secret, and changes nothing',
    async ({ operation }) => {
      const request = named(await requests[operation](), newKey());
      const first = await send(request);
      const items = await workspaceItems();
      const second = await send(request);
      const { clientSecret, privateKey, signingSecret, ...shown } = first.body as Partial<Secrets>;
      const hadSecret = [clientSecret, privateKey, signingSecret].some((secret) => secret !== undefined);
      const notice = 'The secret was shown in the first answer only.';
      expect(first.status).toBe(201);
      expect(seen(second)).toEqual({ status: 201, body: { ...shown, ...(hadSecret && { notice }) } });
      expect(second.headers.get('etag')).toBe(first.headers.get('etag'));
      expect(await workspaceItems()).toEqual(items);
      expect(await auditLinesOf(second.headers.get('x-request-id'))).toEqual([]);
    },
  );

  test('B21: leaves the secret of the first answer as it is, and writes it down nowhere', async () => {
    const request = named(await requests.createTenantApiToken(), newKey());
    const credentials = (await send(request)).body as Credentials;
    await send(request);
    expect(await exchangeOutcome(world, credentials)).toBe('read:reports');
    const kept = JSON.stringify(await Promise.all((['clients', 'directory', 'tokens', 'audit'] as const).map(itemsOf)));
    expect(kept).toContain(credentials.clientId);
    expect(kept).not.toContain(credentials.clientSecret.slice(10, -4));
    expect(kept).not.toContain(Buffer.from(credentials.clientSecret).toString('base64').slice(16, 64));
  });

  test('gets its metadata whole, also members with the names of secrets', async () => {
    const [key, metadata] = [newKey(), { clientSecret: 'mine', nested: { accessToken: 'mine' } }];
    const body = { description: 'export', roleIds: [acme.readerRoleId], metadata };
    const path = `/v1/tenants/${acme.tenantId}/api-tokens`;
    const { clientSecret, ...shown } = (await create(key, path, body)).body as Credentials;
    expect(clientSecret).toMatch(/^mms_/);
    const notice = 'The secret was shown in the first answer only.';
    expect((await create(key, path, body)).body).toEqual({ ...shown, notice });
    expect(shown).toMatchObject({ metadata });
  });

  test('gets the first answer even if the created record has changed since', async () => {
    const key = newKey();
    const first = await create(key, serviceUsers(acme), { name: 'export' });
    const { id } = first.body as { id: string };
    await world.manage('PATCH', `${serviceUsers(acme)}/${id}`, { name: 'renamed' });
    expect(seen(await create(key, serviceUsers(acme), { name: 'export' }))).toEqual(seen(first));
    await world.manage('DELETE', `${serviceUsers(acme)}/${id}`);
    expect(seen(await create(key, serviceUsers(acme), { name: 'export' }))).toEqual(seen(first));
    expect((await world.manage('GET', `${serviceUsers(acme)}/${id}`)).status).toBe(404);
  });

  test('is the same in any order and spacing of its members', async () => {
    const [key, path] = [newKey(), serviceUsers(acme)];
    const first = await create(key, path, { name: 'export', description: 'x' });
    const again = await world.send('POST', path, {
      headers: { ...(await headersFor(key)), 'content-type': 'application/json; charset=utf-8' },
      body: '{\n "description": "x", "name": "export" }',
    });
    expect(seen(again)).toEqual(seen(first));
  });

  test('is made again after a day', async () => {
    const [key, path] = [newKey(), serviceUsers(acme)];
    const first = await create(key, path, { name: 'daily' });
    world.clock.advance(DAY_SECONDS);
    const second = await create(key, path, { name: 'daily' });
    world.clock.advance(1);
    const third = await create(key, path, { name: 'another' });
    expect([seen(second), third.status]).toEqual([seen(first), 201]);
    expect((third.body as { id: string }).id).not.toBe((first.body as { id: string }).id);
  });
});

describe('an Idempotency-Key', () => {
  test('is refused for another body, route or path, and creates nothing', async () => {
    const globex = await arrangeAcme(world);
    const key = newKey();
    const first = await create(key, serviceUsers(acme), { name: 'export' });
    const items = await workspaceItems();
    const others = [
      await create(key, serviceUsers(acme), { name: 'Export' }),
      await create(key, serviceUsers(acme), { name: 'export', roleIds: [acme.readerRoleId] }),
      await create(key, serviceUsers(globex), { name: 'export' }),
      await create(key, '/v1/applications', { name: 'export' }),
    ];
    expect(others.map(seen)).toEqual(Array(4).fill(problem(409, 'conflict')));
    expect(others.map(({ headers }) => headers.get('retry-after'))).toEqual(Array(4).fill(null));
    expect(await workspaceItems()).toEqual(items);
    expect(seen(await create(key, serviceUsers(acme), { name: 'export' }))).toEqual(seen(first));
  });

  test('is refused for another route that takes the same body', async () => {
    const key = newKey();
    expect((await create(key, '/v1/tenants', { name: 'Same' })).status).toBe(201);
    expect(seen(await create(key, '/v1/applications', { name: 'Same' }))).toEqual(problem(409, 'conflict'));
  });

  test('belongs to the client that sends it', async () => {
    const key = newKey();
    const managers = [await createApplication(world), await createApplication(world)];
    const replies: Reply[] = [];
    for (const manager of managers) {
      await grantPermissions(world, manager, SYSTEM_API_ID, ['write:tenants']);
      for (const by of [await world.tokenFor(manager), await world.tokenFor(manager)]) {
        replies.push(await create(key, '/v1/tenants', { name: 'Shared key' }, by));
      }
    }
    const ids = replies.map(({ body }) => (body as { id: string }).id);
    expect([ids[0] === ids[1], ids[2] === ids[3], ids[0] === ids[2]]).toEqual([true, true, false]);
  });

  test.each([
    ['nothing', ''],
    ['129 characters', 'x'.repeat(129)],
    ['a space', 'two words'],
    ['a letter beyond ASCII', 'schlüssel'],
  ])('is refused with %s in it, and creates nothing', async (_what, key) => {
    const items = await workspaceItems();
    expect(seen(await create(key, '/v1/tenants', { name: 'x' }))).toEqual(problem(400, 'invalid_request'));
    expect(await workspaceItems()).toEqual(items);
  });

  test.each(['x', 'x'.repeat(128), '#', '!"$%&/()=?{[]}\\~', '{"a":1}'])('may be %s', async (key) => {
    const [first, second] = [
      await create(key, serviceUsers(acme), { name: 'export' }),
      await create(key, serviceUsers(acme), { name: 'export' }),
    ];
    expect([first.status, seen(second)]).toEqual([201, seen(first)]);
  });

  test('means nothing for a request that creates nothing', async () => {
    const key = newKey();
    const made = await create(key, serviceUsers(acme), { name: 'export' });
    const path = `${serviceUsers(acme)}/${(made.body as { id: string }).id}`;
    const headers = await headersFor(key);
    const versions: unknown[] = [];
    for (const name of ['renamed', 'renamed', 'again']) {
      const { body } = await world.send('PATCH', path, { headers, body: JSON.stringify({ name }) });
      versions.push((body as { version: number }).version);
    }
    expect(versions).toEqual([2, 3, 4]);
  });

  test('is not required: without a key, every request creates', async () => {
    const again = () => world.manage('POST', serviceUsers(acme), { name: 'export' });
    const replies = [await again(), await again()];
    expect(new Set(replies.map(({ body }) => (body as { id: string }).id)).size).toBe(2);
  });

  test('of 32 requests at once creates once', async () => {
    const { tenantId } = await arrangeAcme(world);
    const path = `/v1/tenants/${tenantId}/api-tokens`;
    const key = newKey();
    const token = await world.tokenFor(world.admin);
    const replies = await Promise.all(race(32, () => create(key, path, { description: 'raced' }, token)));
    const made = replies.filter(({ status }) => status === 201);
    const refused = replies.filter(({ status }) => status !== 201);
    expect(refused.map((reply) => [seen(reply), reply.headers.get('retry-after')])).toEqual(
      refused.map(() => [problem(409, 'conflict'), '1']),
    );
    const { items } = (await world.manage('GET', path)).body as { items: { description: string; clientId: string }[] };
    const listed = items.filter(({ description }) => description === 'raced').map(({ clientId }) => clientId);
    expect(listed).toHaveLength(1);
    expect(new Set(made.map(({ body }) => (body as Credentials).clientId))).toEqual(new Set(listed));
    expect(made.filter(({ text }) => text.includes('clientSecret'))).toHaveLength(1);
    expect((await create(key, path, { description: 'raced' })).body).toMatchObject({ clientId: listed[0] });
  });

  test.each<[string, number, (key: string) => Promise<Reply>]>([
    ['for its body', 400, (key) => create(key, serviceUsers(acme), { name: '' })],
    ['for what its body names', 400, (key) => create(key, serviceUsers(acme), { name: 'x', roleIds: ['rol_unknown'] })],
    ['for what its path names', 404, (key) => create(key, '/v1/tenants/ten_unknown/service-users', { name: 'x' })],
    ['for what is there', 409, (key) => create(key, '/v1/tenants', { name: 'x', id: acme.tenantId })],
    ['for its caller', 401, (key) => create(key, '/v1/tenants', { name: 'x' }, 'a.b.c')],
  ])('is free again after a creation that was refused %s', async (_why, status, refuse) => {
    const key = newKey();
    expect((await refuse(key)).status).toBe(status);
    expect((await create(key, serviceUsers(acme), { name: 'export' })).status).toBe(201);
  });
});
