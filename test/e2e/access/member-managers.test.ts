import { beforeAll, describe, expect, test } from 'vitest';
import { createApiToken, createRole } from '#test/support/arrange/creations.ts';
import { type Manage, manageWith, succeed } from '#test/support/arrange/manage.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const manage = useManage(world);

const LEVEL = 100;

let roles: { readonly manager: string; readonly stronger: string; readonly equal: string; readonly weaker: string };
let asTenant: Manage;
beforeAll(async () => {
  const writing = ['write:members', 'read:members'].map((value) => ({ api: `${world.url}/v1/`, value }));
  roles = {
    manager: await createRole(world, writing, LEVEL),
    stronger: await createRole(world, [], LEVEL - 1),
    equal: await createRole(world, [], LEVEL),
    weaker: await createRole(world, [], LEVEL + 1),
  };
  const credentials = await createApiToken(world, acme.tenantId, { roleIds: [roles.manager] });
  asTenant = manageWith(world, await world.tokenFor(credentials, { audience: `${world.url}/v1/` }));
});

let serial = 0;

async function newUser(): Promise<string> {
  serial += 1;
  return (await succeed(manage('POST', '/v1/users', { email: `grace${serial}@example.com` }))).id;
}

const pathOf = (userId: string) => `/v1/tenants/${acme.tenantId}/members/${userId}`;

async function newMember(...roleIds: readonly string[]): Promise<string> {
  const path = pathOf(await newUser());
  await succeed(manage('PUT', path, { roleIds }));
  return path;
}

describe('W6: a tenant that looks after its members', () => {
  test('changes their roles and removes them', async () => {
    const path = await newMember(roles.weaker);
    expect((await asTenant('PUT', path, { roleIds: [roles.equal] })).body).toMatchObject({ roleIds: [roles.equal] });
    expect((await asTenant('DELETE', path)).status).toBe(204);
    expect(seen(await manage('GET', path))).toEqual(problem(404, 'not_found'));
  });

  test('C8: gives them no role that is stronger than its own', async () => {
    const path = await newMember(roles.weaker);
    const refused = await asTenant('PUT', path, { roleIds: [roles.weaker, roles.stronger] });
    expect(seen(refused)).toEqual(problem(403, 'forbidden', 'roleIds'));
  });

  test('C8: neither changes nor removes a member with a stronger role', async () => {
    const path = await newMember(roles.weaker, roles.stronger);
    for (const reply of [
      await asTenant('PUT', path, { roleIds: [] }),
      await asTenant('PUT', path, {}),
      await asTenant('DELETE', path),
    ]) {
      expect(seen(reply)).toEqual(problem(403, 'forbidden'));
    }
    expect((await manage('GET', path)).body).toMatchObject({ roleIds: [roles.weaker, roles.stronger] });
  });

  test('C8: gives them no permission of the management API that its token does not have', async () => {
    const more = await createRole(world, [{ api: `${world.url}/v1/`, value: 'write:service-users' }], LEVEL + 1);
    expect(seen(await asTenant('PUT', await newMember(), { roleIds: [more] }))).toEqual(problem(403, 'forbidden'));
  });

  test('T1: learns nothing about a user who is no member, and cannot draw this person into the tenant', async () => {
    const [stranger, nobody] = [pathOf(await newUser()), pathOf('usr_nobody')];
    for (const [method, body] of [['PUT', { roleIds: [] }] as const, ['DELETE', undefined] as const]) {
      const reply = await asTenant(method, stranger, body);
      expect(seen(reply)).toEqual(problem(404, 'not_found'));
      expect(wholeReply(reply)).toEqual(wholeReply(await asTenant(method, nobody, body)));
    }
    expect(seen(await manage('GET', stranger))).toEqual(problem(404, 'not_found'));
  });

  test('does so by no personal token, which does not say that its user is present', async () => {
    const owner = pathOf(acme.userId);
    await succeed(manage('PUT', owner, { roleIds: [roles.manager] }));
    const asUser = manageWith(world, await world.tokenFor(acme.personalToken));
    const path = await newMember(roles.weaker);
    for (const reply of [await asUser('PUT', path, { roleIds: [] }), await asUser('DELETE', path)]) {
      expect(seen(reply)).toEqual(problem(403, 'insufficient_scope'));
    }
    expect((await asUser('GET', path)).status).toBe(200);
  });
});
