import { beforeEach, describe, expect, test } from 'vitest';
import { createRole } from '#test/support/arrange/creations.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import {
  createApplication,
  grantPermissions,
  type RegisteredApi,
  registerApi,
} from '#test/support/clients/applications.ts';
import { createServiceUser } from '#test/support/clients/service-users.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import type { Credentials } from '#test/support/world/world.ts';

const world = useWorld();
const acme = useAcme(world);
const manage = useManage(world);

type Shown = Readonly<Record<string, unknown>>;
const read = (path: string) => succeed<Shown>(manage('GET', path));
const listed = async (path: string) => (await succeed<{ items: readonly Shown[] }>(manage('GET', path))).items;
const members = (record: Shown, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, record[name]]));

/** The API and the role of a test. The test deletes both, and then makes an API with the same identifier. */
let api: RegisteredApi;
let roleId: string;
const tenant = () => `/v1/tenants/${acme.tenantId}`;
const named = () => ({ api: api.identifier, value: 'read' });
const replaceApi = async () => {
  const { identifier } = api;
  await succeed(manage('DELETE', `/v1/apis/${api.id}`));
  await succeed(manage('POST', '/v1/apis', { identifier, name: 'API', permissions: [{ value: 'read' }] }));
};
const deleteRole = () => succeed(manage('DELETE', `/v1/roles/${roleId}`));
beforeEach(async () => {
  api = await registerApi(world, ['read', 'write']);
  roleId = await createRole(world, [named()]);
});

const tokenWith = async (authority: object) => {
  const body = { description: 'x', ...authority };
  const { clientId } = await succeed<Credentials>(manage('POST', `${tenant()}/api-tokens`, body));
  return `${tenant()}/api-tokens/${clientId}`;
};

interface Case {
  readonly make: () => Promise<string>;
  readonly end: () => Promise<unknown>;
  readonly method: 'PATCH' | 'PUT';
  readonly names: readonly string[];
  readonly left: () => Shown;
}

const cases: Readonly<Record<string, Case>> = {
  'a role with permissions of a deleted API': {
    make: async () => `/v1/roles/${roleId}`,
    end: replaceApi,
    method: 'PATCH',
    names: ['permissions'],
    left: () => ({ permissions: [] }),
  },
  'an API token with permissions of a deleted API': {
    make: () => tokenWith({ permissions: [named()] }),
    end: replaceApi,
    method: 'PATCH',
    names: ['roleIds', 'permissions'],
    left: () => ({ roleIds: [], permissions: [] }),
  },
  'an API token with a deleted role': {
    make: () => tokenWith({ roleIds: [acme.readerRoleId, roleId] }),
    end: deleteRole,
    method: 'PATCH',
    names: ['roleIds'],
    left: () => ({ roleIds: [acme.readerRoleId] }),
  },
  'a service user with a deleted role': {
    make: () => createServiceUser(world, acme.tenantId, [roleId, acme.readerRoleId]),
    end: deleteRole,
    method: 'PATCH',
    names: ['roleIds'],
    left: () => ({ roleIds: [acme.readerRoleId] }),
  },
  'a member with a deleted role': {
    make: async () => {
      const path = `${tenant()}/members/${acme.userId}`;
      await succeed(world.manage('PUT', path, { roleIds: [acme.readerRoleId, roleId] }));
      return path;
    },
    end: deleteRole,
    method: 'PUT',
    names: ['roleIds'],
    left: () => ({ roleIds: [acme.readerRoleId] }),
  },
  'settings with a default audience whose API was deleted': {
    make: async () => {
      await succeed(manage('PATCH', '/v1/settings', { defaultAudience: api.identifier }));
      return '/v1/settings';
    },
    end: () => succeed(manage('DELETE', `/v1/apis/${api.id}`)),
    method: 'PATCH',
    names: ['defaultAudience'],
    left: () => ({ defaultAudience: null }),
  },
};

describe.each(Object.entries(cases))('Sound 4: %s', (_what, { make, end, method, names, left }) => {
  test('shows what is left, and takes that back', async () => {
    const path = await make();
    await end();
    const shown = members(await read(path), names);
    const written = await succeed<Shown>(world.manage(method, path, shown));
    expect([shown, members(written, names), members(await read(path), names)]).toEqual([left(), left(), left()]);
  });

  test('takes back what it showed before the deletion, and gives nothing for it', async () => {
    const path = await make();
    const shown = members(await read(path), names);
    await end();
    if (names.includes('permissions')) await succeed(manage('DELETE', `/v1/apis/${await apiIdOf(api.identifier)}`));
    const written = await succeed<Shown>(world.manage(method, path, shown));
    expect([members(written, names), members(await read(path), names)]).toEqual([left(), left()]);
  });
});

async function apiIdOf(identifier: string): Promise<unknown> {
  return (await listed('/v1/apis?order=desc')).find((one) => one.identifier === identifier)?.id;
}

test('Sound 4: a client grant shows declared permissions only, takes them back, and leaves with its API', async () => {
  const application = await createApplication(world);
  await grantPermissions(world, application, api.id, ['read', 'write']);
  const path = `/v1/applications/${application.clientId}/grants`;
  const grants = async () => (await listed(path)).map(({ permissions }) => permissions);
  const before = await grants();
  await succeed(manage('PATCH', `/v1/apis/${api.id}`, { permissions: [{ value: 'read' }] }));
  const after = await grants();
  const [old] = before;
  const rewritten = await succeed<Shown>(manage('PUT', `${path}/${api.id}`, { permissions: old }));
  await replaceApi();
  expect([before, after, rewritten.permissions, await grants()]).toEqual([
    [['read', 'write']],
    [['read']],
    ['read'],
    [],
  ]);
});

test('Sound 4: lists show the same as the records', async () => {
  const holder = await tokenWith({ roleIds: [roleId, acme.readerRoleId] });
  const serviceUser = await createServiceUser(world, acme.tenantId, [roleId]);
  await replaceApi();
  const roles = (await listed('/v1/roles?order=desc')).find(({ id }) => id === roleId);
  await deleteRole();
  const tokens = (await listed(`${tenant()}/api-tokens`)).find(({ clientId }) => holder.endsWith(String(clientId)));
  const users = (await listed(`${tenant()}/service-users`)).find(({ id }) => serviceUser.endsWith(String(id)));
  const inTenant = (await listed(`${tenant()}/members`)).flatMap((member) => member.roleIds);
  const ofUser = (await listed(`/v1/users/${acme.userId}/memberships`)).flatMap((member) => member.roleIds);
  const seen = [roles?.permissions, tokens?.roleIds, users?.roleIds, [...inTenant, ...ofUser].includes(roleId)];
  expect(seen).toEqual([[], [acme.readerRoleId], [], false]);
});
