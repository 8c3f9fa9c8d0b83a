import { expect, test } from 'vitest';
import { createRole } from '#test/support/arrange/creations.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { registerApi } from '#test/support/clients/applications.ts';
import { prepared, useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';

const world = useWorld();
const acme = useAcme(world);
const manage = useManage(world);

/** 140 permissions with long names: more than the 32 KiB of one role. 120 of them are less. */
const values = Array.from({ length: 140 }, (_, serial) => `read:${String(serial).padStart(3, '0')}:${'x'.repeat(100)}`);
const api = prepared(() => registerApi(world, values, { identifier: `https://api.example.com/${'y'.repeat(60)}` }));
const named = (count: number) => values.slice(0, count).map((value) => ({ api: api.identifier, value }));
const FITTING = 120;

test('Sound 5: a role takes 32 KiB of permissions and no more', async () => {
  const id = await createRole(world, named(FITTING));
  const refused = await manage('PATCH', `/v1/roles/${id}`, { permissions: named(values.length) });
  const created = await manage('POST', '/v1/roles', {
    key: 'heavy',
    name: 'Heavy',
    level: 100,
    permissions: named(values.length),
  });
  expect([seen(refused), seen(created)]).toEqual(Array(2).fill(problem(400, 'invalid_request', 'permissions')));
});

test('Sound 5: a principal gets 128 KiB of permissions and no more, and keeps the roles that it has', async () => {
  const roleIds = await Promise.all(Array.from({ length: 5 }, () => createRole(world, named(FITTING))));
  const tokens = `/v1/tenants/${acme.tenantId}/api-tokens`;
  const members = `/v1/tenants/${acme.tenantId}/members/${acme.userId}`;
  const refusals = [
    await manage('POST', tokens, { description: 'x', roleIds }),
    await manage('POST', `/v1/tenants/${acme.tenantId}/service-users`, { name: 'x', roleIds }),
    await manage('PUT', members, { roleIds }, { 'content-type': 'application/json' }),
  ];
  const four = roleIds.slice(0, 4);
  const { clientId } = await succeed<{ clientId: string }>(manage('POST', tokens, { description: 'x', roleIds: four }));
  const same = await succeed<{ roleIds: string[] }>(manage('PATCH', `${tokens}/${clientId}`, { roleIds: four }));
  expect([refusals.map(seen), same.roleIds]).toEqual([Array(3).fill(problem(400, 'invalid_request', 'roleIds')), four]);
});
