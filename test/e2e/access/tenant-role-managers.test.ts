import { beforeAll, describe, expect, test } from 'vitest';
import type { SystemPermission } from '#shared/domain/access/system-api.ts';
import { SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import { createApiToken, createRole } from '#test/support/arrange/creations.ts';
import { type Manage, manageWith, succeed } from '#test/support/arrange/manage.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import { createApplication, grantPermissions } from '#test/support/clients/applications.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

/** The level of the managers of this file. */
const LEVEL = 100;

const readReports = { api: REPORTS, value: 'read:reports' };

const writeReports = { api: REPORTS, value: 'write:reports' };

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const admin = useManage(world);
/** Manages the roles of Acme, and may read reports. */
let manager: Manage;
let system: (value: SystemPermission) => { readonly api: string; readonly value: string };
beforeAll(async () => {
  system = (value) => ({ api: `${world.url}/v1/`, value });
  manager = await managerWith({});
});

const collection = () => `/v1/tenants/${acme.tenantId}/roles`;

/** A tenant token that manages roles; `scope` narrows it. */
async function managerWith({ scope, ...more }: { scope?: string; permissions?: readonly SystemPermission[] }) {
  const held = [...(more.permissions ?? []), 'read:tenant-roles', 'write:tenant-roles'] as const;
  const roleId = await createRole(world, [...held.map(system), readReports], LEVEL);
  const credentials = await createApiToken(world, acme.tenantId, { roleIds: [roleId] });
  const audience = `${world.url}/v1/`;
  return manageWith(world, await world.tokenFor(credentials, { audience, ...(scope !== undefined && { scope }) }));
}

let serial = 0;

const newRole = (changes: object = {}) => {
  serial += 1;
  return { key: `clerk-${serial}`, name: 'Clerk', level: LEVEL, permissions: [readReports], ...changes };
};

/** A role that the administrator made in this tenant. */
const arrangeRole = async (changes: object = {}) =>
  `${collection()}/${(await succeed(admin('POST', collection(), newRole(changes)))).id}`;

describe('a tenant that keeps its own roles', () => {
  test('creates, shows, changes and deletes roles as weak as its own, or weaker', async () => {
    for (const level of [LEVEL, LEVEL + 1]) {
      const created = await manager('POST', collection(), newRole({ level }));
      const path = `${collection()}/${(created.body as { id: string }).id}`;
      const statuses = [
        (await manager('GET', collection())).status,
        (await manager('GET', path)).status,
        (await manager('PATCH', path, { name: 'Chief clerk', permissions: [], isDefault: true })).status,
        (await manager('DELETE', path)).status,
      ];
      expect([created.status, ...statuses]).toEqual([201, 200, 200, 200, 204]);
    }
  });

  test('C8: creates no role that is stronger', async () => {
    const reply = await manager('POST', collection(), newRole({ level: LEVEL - 1 }));
    expect(seen(reply)).toEqual(problem(403, 'forbidden', 'level'));
  });

  test('C8: creates no role with a permission that it does not hold, and does not learn which exist', async () => {
    const unheld = [
      [writeReports],
      [readReports, writeReports],
      [{ api: REPORTS, value: 'delete:reports' }],
      [{ api: 'https://api.example.com/unknown', value: 'read:reports' }],
      [system('write:tenant-tokens')],
      [system('write:tenants')],
    ];
    const replies = [];
    for (const permissions of unheld) replies.push(await manager('POST', collection(), newRole({ permissions })));
    expect(replies.map(seen)).toEqual(unheld.map(() => problem(403, 'forbidden', 'permissions')));
    expect(new Set(replies.map((reply) => JSON.stringify(wholeReply(reply)))).size).toBe(1);
  });

  test.each([
    ['level', { level: LEVEL - 1 }, 'level'],
    ['permissions', { permissions: [readReports, { api: REPORTS, value: 'write:reports' }] }, 'permissions'],
  ])('C8: makes no role stronger by its %s', async (_what, patch, field) => {
    const { id } = await succeed(manager('POST', collection(), newRole()));
    const path = `${collection()}/${id}`;
    expect(seen(await manager('PATCH', path, patch))).toEqual(problem(403, 'forbidden', field));
    expect((await admin('GET', path)).body).toMatchObject({ level: LEVEL, permissions: [readReports], version: 1 });
  });

  test.each([
    ['by its level', { level: LEVEL - 1 }, 'level'],
    ['by a permission', { permissions: [writeReports] }, 'permissions'],
  ])('C8: neither changes nor deletes a role that is stronger %s', async (_how, changes, field) => {
    const path = await arrangeRole(changes);
    const replies = [
      await manager('PATCH', path, { name: 'Mine' }),
      await manager('PATCH', path, { level: LEVEL, permissions: [] }),
      await manager('PATCH', path, { isDefault: true }),
      await manager('DELETE', path),
    ];
    expect(replies.map(seen)).toEqual(replies.map(() => problem(403, 'forbidden', field)));
    expect((await admin('GET', path)).body).toMatchObject({ name: 'Clerk', isDefault: false, version: 1, ...changes });
  });

  test('C8: holds at the management API only the scope of its access token, not all permissions of its roles', async () => {
    const narrow = await managerWith({ permissions: ['read:members'], scope: 'write:tenant-roles' });
    const wide = await managerWith({ permissions: ['read:members'] });
    const body = () => newRole({ permissions: [system('read:members')] });
    expect(seen(await narrow('POST', collection(), body()))).toEqual(problem(403, 'forbidden'));
    expect((await wide('POST', collection(), body())).status).toBe(201);
  });

  test('C9: holds the permissions that its roles give now', async () => {
    const roleId = await createRole(world, [system('write:tenant-roles'), readReports], LEVEL);
    const credentials = await createApiToken(world, acme.tenantId, { roleIds: [roleId] });
    const keeper = manageWith(world, await world.tokenFor(credentials, { audience: `${world.url}/v1/` }));
    expect((await keeper('POST', collection(), newRole())).status).toBe(201);
    await admin('PATCH', `/v1/roles/${roleId}`, { permissions: [system('write:tenant-roles')] });
    expect(seen(await keeper('POST', collection(), newRole()))).toEqual(problem(403, 'forbidden', 'permissions'));
  });

  test('needs the permission, and cannot touch the roles of the workspace', async () => {
    const token = await world.tokenFor(
      await createApiToken(world, acme.tenantId, {
        roleIds: [await createRole(world, [system('read:tenant-roles')], LEVEL)],
      }),
    );
    const reader = manageWith(world, token);
    expect(seen(await reader('POST', collection(), newRole()))).toEqual(problem(403, 'insufficient_scope'));
    expect((await reader('GET', collection())).status).toBe(200);
    const replies = [
      await manager('POST', '/v1/roles', newRole()),
      await manager('PATCH', `/v1/roles/${acme.readerRoleId}`, { level: 0 }),
    ];
    expect(replies.map(({ status }) => status)).toEqual([403, 404]);
  });
});

describe('C8: an application that manages roles', () => {
  test('gives no permission of the management API that it does not hold, to any role', async () => {
    const application = await createApplication(world);
    const held: readonly SystemPermission[] = ['write:roles', 'write:tenant-roles', 'read:members'];
    await grantPermissions(world, application, SYSTEM_API_ID, held);
    const keeper = manageWith(world, await world.tokenFor(application));
    for (const path of ['/v1/roles', collection()]) {
      const refused = await keeper('POST', path, newRole({ level: 0, permissions: [system('write:tenant-tokens')] }));
      expect(seen(refused)).toEqual(problem(403, 'forbidden'));
      const permissions = [writeReports, system('read:members')];
      const { id } = await succeed(keeper('POST', path, newRole({ level: 0, permissions })));
      const widened = await keeper('PATCH', `${path}/${id}`, { permissions: [system('write:tenant-tokens')] });
      expect(seen(widened)).toEqual(problem(403, 'forbidden'));
    }
  });
});
