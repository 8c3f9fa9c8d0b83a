import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SystemPermission } from '#shared/domain/access/system-api.ts';
import { personalTokens, tenantTokens } from '#test/support/arrange/changeable-kinds.ts';
import { createRole } from '#test/support/arrange/creations.ts';
import { type Manage, manageWith, succeed } from '#test/support/arrange/manage.ts';
import { arrangeTenantManager } from '#test/support/arrange/tenant-manager.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import { obtainSecret, type SecretOwner, type ShownSecrets, secretIdOf } from '#test/support/clients/secret-owners.ts';
import type { Credentials } from '#test/support/world/deployment.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import type { Acme } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const globex = useAcme(world);
const manage = useManage(world);

const FORBIDDEN = problem(403, 'forbidden', 'roleIds');

const NOT_FOUND = problem(404, 'not_found');

/** A client with two secrets and a rotation under way, so that every change of secrets would succeed. */
async function prepare(collection: string, body: object): Promise<SecretOwner> {
  const { clientId, clientSecret } = await succeed<Credentials>(manage('POST', collection, body));
  const owner = { path: `${collection}/${clientId}`, credentials: { clientId, clientSecret } };
  await obtainSecret(manage, owner, 'secrets/rotate', { graceSeconds: 600 });
  return owner;
}

/** Every change of a client's secrets, as a request of `ask`. */
function changesOf({ path, credentials }: SecretOwner, ask: Manage) {
  return [
    () => ask('POST', `${path}/secrets`, {}),
    () => ask('POST', `${path}/secrets/rotate/cancel`),
    () => ask('POST', `${path}/secrets/rotate`, { graceSeconds: 600 }),
    () => ask('POST', `${path}/secrets/rotate/finish`),
    () => ask('DELETE', `${path}/secrets/${secretIdOf(credentials)}`),
  ];
}

/** The answers to all changes, one after the other. */
async function answersTo(owner: SecretOwner, ask: Manage) {
  const replies = [];
  for (const change of changesOf(owner, ask)) replies.push(await change());
  return replies;
}

const show = async ({ path }: SecretOwner) => (await manage('GET', path)).body as ShownSecrets;

/** Asks as a tenant token of Acme with these permissions; its level is 10. */
async function asTenantToken(...permissions: readonly SystemPermission[]): Promise<Manage> {
  return manageWith(world, await world.tokenFor(await arrangeTenantManager(world, acme.tenantId, permissions)));
}

/** Asks as a new member of Acme with these permissions, and names the member. */
async function asMember(
  ...permissions: readonly SystemPermission[]
): Promise<{ readonly ask: Manage; readonly self: Acme }> {
  const roleId = await createRole(
    world,
    permissions.map((value) => ({ api: `${world.url}/v1/`, value })),
  );
  const { id: userId } = await succeed(manage('POST', '/v1/users', { email: `${roleId}@example.com` }));
  const self = { ...acme, userId };
  await succeed(manage('PUT', `/v1/tenants/${acme.tenantId}/members/${userId}`, { roleIds: [roleId] }));
  const own = await succeed<Credentials>(manage('POST', personalTokens(self), { description: 'laptop' }));
  return { self, ask: manageWith(world, await world.tokenFor(own)) };
}

describe('the secrets of a tenant token', () => {
  let weak: string;
  let equal: string;
  let strong: string;
  beforeAll(async () => {
    [weak, equal, strong] = [
      await createRole(world, [], 11),
      await createRole(world, [], 10),
      await createRole(world, [], 9),
    ];
  });
  const prepareWith = (...roleIds: readonly string[]) =>
    prepare(tenantTokens(acme), { description: 'export', roleIds });

  test('are changed by a token of the tenant that is as strong', async () => {
    const owner = await prepareWith(weak, equal);
    const replies = await answersTo(owner, await asTenantToken('write:tenant-tokens'));
    expect(replies.map(({ status }) => status)).toEqual([201, 200, 201, 200, 404]);
    expect(await show(owner)).toMatchObject({ secrets: [expect.anything()] });
  });

  test('C8: are changed by no weaker caller, which would get the roles of the token that way', async () => {
    const owner = await prepareWith(weak, strong);
    const before = await show(owner);
    const replies = await answersTo(owner, await asTenantToken('write:tenant-tokens'));
    expect(replies.map(seen)).toEqual(replies.map(() => FORBIDDEN));
    expect(await show(owner)).toEqual(before);
  });

  test('C8: are protected by the level that a role has now', async () => {
    const role = await createRole(world, [], 100);
    const owner = await prepareWith(role);
    const ask = await asTenantToken('write:tenant-tokens');
    expect((await ask('POST', `${owner.path}/secrets`, {})).status).toBe(201);
    await succeed(manage('PATCH', `/v1/roles/${role}`, { level: 9 }));
    expect(seen(await ask('POST', `${owner.path}/secrets`, {}))).toEqual(FORBIDDEN);
  });

  test('are changed by no caller without the permission', async () => {
    const owner = await prepareWith(weak);
    const before = await show(owner);
    const replies = await answersTo(owner, await asTenantToken('read:tenant-tokens', 'write:user-tokens'));
    expect(replies.map(seen)).toEqual(replies.map(() => problem(403, 'insufficient_scope')));
    expect(await show(owner)).toEqual(before);
  });

  test('T1: are not found by another tenant, however strong', async () => {
    const foreign = { path: tenantTokens(globex), credentials: globex.tenantToken };
    const owner = { ...foreign, path: `${foreign.path}/${globex.tenantToken.clientId}` };
    const unknown = { ...foreign, path: `${tenantTokens({ ...globex, tenantId: 'ten_unknown' })}/cli_unknown` };
    const ask = await asTenantToken('write:tenant-tokens', 'read:tenant-tokens');
    const before = await show(owner);
    const replies = await answersTo(owner, ask);
    expect(replies.map(seen)).toEqual(replies.map(() => NOT_FOUND));
    expect(replies.map(wholeReply)).toEqual((await answersTo(unknown, ask)).map(wholeReply));
    expect(await show(owner)).toEqual(before);
  });
});

describe('the secrets of a personal token', () => {
  test('are changed by the user', async () => {
    const { self, ask } = await asMember('write:user-tokens');
    const replies = await answersTo(await prepare(personalTokens(self), { description: 'desk' }), ask);
    expect(replies.map(({ status }) => status)).toEqual([201, 200, 201, 200, 404]);
  });

  test('T1: are not found by any other caller of the tenant, with any permission', async () => {
    const { ask: asColleague } = await asMember('write:user-tokens', 'write:tenant-tokens');
    const asToken = await asTenantToken('write:user-tokens', 'write:tenant-tokens');
    const owner = await prepare(personalTokens(acme), { description: 'desk' });
    const before = await show(owner);
    const underTenant = { ...owner, path: `${tenantTokens(acme)}/${owner.credentials.clientId}` };
    for (const [place, ask] of [
      [owner, asColleague],
      [owner, asToken],
      [underTenant, asToken],
    ] as const) {
      const replies = await answersTo(place, ask);
      expect(replies.map(seen)).toEqual(replies.map(() => NOT_FOUND));
    }
    expect(await show(owner)).toEqual(before);
  });
});

describe('the secrets of an application', () => {
  let owner: SecretOwner;
  beforeEach(async () => {
    owner = await prepare('/v1/applications', { name: 'Gateway' });
  });

  /** Asks as an application that holds these permissions of the workspace. */
  async function asApplication(...permissions: readonly SystemPermission[]): Promise<Manage> {
    const application = await succeed<Credentials>(manage('POST', '/v1/applications', { name: 'Operator' }));
    const { items } = await succeed<{ items: { id: string; identifier: string }[] }>(
      manage('GET', '/v1/apis?limit=100'),
    );
    const system = items.find(({ identifier }) => identifier === `${world.url}/v1/`);
    await succeed(manage('PUT', `/v1/applications/${application.clientId}/grants/${system?.id}`, { permissions }));
    return manageWith(world, await world.tokenFor(application));
  }

  test('are changed by a caller that may write applications', async () => {
    const replies = await answersTo(owner, await asApplication('write:applications'));
    expect(replies.map(({ status }) => status)).toEqual([201, 200, 201, 200, 404]);
  });

  test('C8: are not changed by a caller that may do less, least of all the secrets of the administrator', async () => {
    const administrator = { path: `/v1/applications/${world.admin.clientId}`, credentials: world.admin };
    const before = await show(administrator);
    const replies = await answersTo(administrator, await asApplication('write:applications', 'read:applications'));
    expect(replies.map(({ status, body }) => [status, (body as { code: string }).code])).toEqual(
      replies.map(() => [403, 'forbidden']),
    );
    expect(await show(administrator)).toEqual(before);
  });

  test('are changed by no other application, and by no tenant', async () => {
    const before = await show(owner);
    const asReader = await answersTo(owner, await asApplication('read:applications', 'write:tenant-tokens'));
    expect(asReader.map(seen)).toEqual(asReader.map(() => problem(403, 'insufficient_scope')));
    const asTenant = await answersTo(owner, await asTenantToken('write:applications', 'write:tenant-tokens'));
    expect(asTenant.map(seen)).toEqual(asTenant.map(() => NOT_FOUND));
    expect(await show(owner)).toEqual(before);
  });

  test('are not found under a tenant token', async () => {
    const tenantToken = { path: `/v1/applications/${acme.tenantToken.clientId}`, credentials: acme.tenantToken };
    const replies = await answersTo(tenantToken, manage);
    expect(replies.map(seen)).toEqual(replies.map(() => NOT_FOUND));
  });
});
