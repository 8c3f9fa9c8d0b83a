import { beforeAll, describe, expect, test } from 'vitest';
import type { SystemPermission } from '#shared/domain/access/system-api.ts';
import { createApiToken, createRole } from '#test/support/arrange/creations.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { exchangeOutcome } from '#test/support/ask/scope-or-refusal.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import { createServiceUser, createServiceUserSecret } from '#test/support/clients/service-users.ts';
import type { Credentials } from '#test/support/world/deployment.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import type { Acme } from '#test/support/world/world.ts';

/** The level of the managers of this file. */
const LEVEL = 100;

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const globex = useAcme(world);
/** Management tokens of Acme's own tokens. */
let reading: string;
let writing: string;
beforeAll(async () => {
  reading = await managerOf(acme, 'read:service-users');
  writing = await managerOf(acme, 'read:service-users', 'write:service-users');
});

async function managerOf({ tenantId }: Acme, ...permissions: readonly SystemPermission[]): Promise<string> {
  const held = permissions.map((value) => ({ api: `${world.url}/v1/`, value }));
  const roleIds = [await createRole(world, held, LEVEL)];
  return world.tokenFor(await createApiToken(world, tenantId, { roleIds }));
}

const collectionOf = ({ tenantId }: Acme) => `/v1/tenants/${tenantId}/service-users`;

const roleOf = (level: number) => createRole(world, [], level);

/** Every request about the service user at this path and its secrets. */
const requestsAbout = (path: string, clientId: string) =>
  [
    ['GET', path],
    ['PATCH', path, { name: 'renamed' }],
    ['GET', `${path}/secrets`],
    ['POST', `${path}/secrets`, { title: 'blue' }],
    ['DELETE', `${path}/secrets/${clientId}`],
    ['DELETE', path],
  ] as const;

describe('a tenant token that manages service users', () => {
  test('creates, shows, lists, changes and deletes those of its tenant', async () => {
    const created = await world.manage('POST', collectionOf(acme), { name: 'export' }, writing);
    const path = `${collectionOf(acme)}/${(created.body as { id: string }).id}`;
    const { clientId } = (await world.manage('POST', `${path}/secrets`, { title: 'blue' }, writing))
      .body as Credentials;
    const statuses: number[] = [];
    for (const [method, at, body] of requestsAbout(path, clientId)) {
      statuses.push((await world.manage(method, at, body, writing)).status);
    }
    expect([created.status, statuses]).toEqual([201, [200, 200, 200, 201, 204, 204]]);
    expect((await world.manage('GET', collectionOf(acme), undefined, writing)).status).toBe(200);
  });

  test('needs the permission for each thing it does', async () => {
    const path = await createServiceUser(world, acme.tenantId, []);
    const { clientId } = await createServiceUserSecret(world, path);
    for (const [method, at, body] of requestsAbout(path, clientId)) {
      const reply = await world.manage(method, at, body, reading);
      if (method === 'GET') expect(reply.status).toBe(200);
      else expect(seen(reply)).toEqual(problem(403, 'insufficient_scope'));
    }
    const created = await world.manage('POST', collectionOf(acme), { name: 'x' }, reading);
    expect(seen(created)).toEqual(problem(403, 'insufficient_scope'));
    const other = await managerOf(acme, 'read:tenant-tokens', 'write:tenant-tokens');
    const listed = await world.manage('GET', collectionOf(acme), undefined, other);
    expect(seen(listed)).toEqual(problem(403, 'insufficient_scope'));
  });

  test('T1: gets the same answers for service users of another tenant as for service users of an unknown tenant', async () => {
    const path = await createServiceUser(world, globex.tenantId, [globex.readerRoleId]);
    const secret = await createServiceUserSecret(world, path);
    const foreign = [
      ['GET', collectionOf(globex)],
      ['POST', collectionOf(globex), { name: 'intruder' }],
      ...requestsAbout(path, secret.clientId),
    ] as const;
    for (const [method, at, body] of foreign) {
      const reply = await world.manage(method, at, body, writing);
      expect(seen(reply)).toEqual(problem(404, 'not_found'));
      const unknown = at.replace(globex.tenantId, 'ten_unknown');
      expect(wholeReply(reply)).toEqual(wholeReply(await world.manage(method, unknown, body, writing)));
    }
    expect(await exchangeOutcome(world, secret)).toBe('read:reports');
  });

  test('T1: gets the same answers for service users of another tenant under its own tenant as for unknown service users', async () => {
    const path = await createServiceUser(world, globex.tenantId, [globex.readerRoleId]);
    const secret = await createServiceUserSecret(world, path);
    const own = path.replace(globex.tenantId, acme.tenantId);
    for (const [method, at, body] of requestsAbout(own, secret.clientId)) {
      const reply = await world.manage(method, at, body, writing);
      expect(seen(reply)).toEqual(problem(404, 'not_found'));
      const unknown = at.replace(/svc_\w+/, 'svc_unknown');
      expect(wholeReply(reply)).toEqual(wholeReply(await world.manage(method, unknown, body, writing)));
    }
    expect(await exchangeOutcome(world, secret)).toBe('read:reports');
  });
});

describe('C8: the level rule for service users', () => {
  test('binds new service users', async () => {
    const statuses: number[] = [];
    for (const level of [LEVEL - 1, LEVEL, LEVEL + 1]) {
      const body = { name: 'export', roleIds: [await roleOf(level)] };
      statuses.push((await world.manage('POST', collectionOf(acme), body, writing)).status);
    }
    expect(statuses).toEqual([403, 201, 201]);
    const body = { name: 'export', roleIds: [await roleOf(LEVEL), await roleOf(LEVEL - 1)] };
    const refused = await world.manage('POST', collectionOf(acme), body, writing);
    expect(seen(refused)).toEqual(problem(403, 'forbidden', 'roleIds'));
  });

  test('binds new roles of a service user, and a refusal changes nothing', async () => {
    const path = await createServiceUser(world, acme.tenantId, []);
    const { body: before } = await world.manage('GET', path);
    const stronger = { roleIds: [await roleOf(LEVEL - 1)], name: 'ambitious' };
    const refused = await world.manage('PATCH', path, stronger, writing);
    expect(seen(refused)).toEqual(problem(403, 'forbidden', 'roleIds'));
    expect((await world.manage('GET', path)).body).toEqual(before);
    const roleIds = [await roleOf(LEVEL)];
    expect((await world.manage('PATCH', path, { roleIds }, writing)).body).toMatchObject({ roleIds, version: 2 });
  });

  describe.each(['active', 'disabled'])('if a stronger service user is %s', (status) => {
    let path: string;
    beforeAll(async () => {
      path = await createServiceUser(world, acme.tenantId, [await roleOf(LEVEL - 1)]);
      await world.manage('PATCH', path, { status });
    });

    test.each(['secrets', 'keys'])('gives a weaker manager no %s of it', async (credentials) => {
      const refused = await world.manage('POST', `${path}/${credentials}`, { title: 'borrowed' }, writing);
      expect(seen(refused)).toEqual(problem(403, 'forbidden', 'roleIds'));
      expect((await world.manage('GET', `${path}/${credentials}`)).body).toEqual({ items: [] });
    });

    test.each([{ name: 'renamed' }, { status: 'disabled' }, { status: 'active' }, { roleIds: [] }])(
      'lets no weaker manager change it: %o',
      async (patch) => {
        const { body: before } = await world.manage('GET', path);
        const refused = await world.manage('PATCH', path, patch, writing);
        expect(seen(refused)).toEqual(problem(403, 'forbidden', 'roleIds'));
        expect((await world.manage('GET', path)).body).toEqual(before);
      },
    );

    test('binds no administrator of the workspace', async () => {
      expect((await world.manage('POST', `${path}/secrets`, { title: 'blue' })).status).toBe(201);
      expect((await world.manage('PATCH', path, { roleIds: [await roleOf(0)] })).status).toBe(200);
    });
  });

  test('lets a manager give secrets of service users as strong as itself, or weaker', async () => {
    for (const level of [LEVEL, LEVEL + 1]) {
      const path = await createServiceUser(world, acme.tenantId, [await roleOf(level)]);
      expect((await world.manage('POST', `${path}/secrets`, { title: 'blue' }, writing)).status).toBe(201);
    }
  });

  test('follows the roles of this moment: it gives no secrets of a service user that became stronger', async () => {
    const roleId = await roleOf(LEVEL);
    const path = await createServiceUser(world, acme.tenantId, [roleId]);
    const statuses: number[] = [];
    for (const level of [LEVEL, LEVEL - 1, LEVEL]) {
      await world.manage('PATCH', `/v1/roles/${roleId}`, { level });
      statuses.push((await world.manage('POST', `${path}/secrets`, { title: 'blue' }, writing)).status);
    }
    expect(statuses).toEqual([201, 403, 201]);
  });
});
