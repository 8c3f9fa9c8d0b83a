import { beforeAll, describe, expect, test } from 'vitest';
import type { SystemPermission } from '#shared/domain/access/system-api.ts';
import { problem, seen, withoutUses } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { wholeReply } from '#test/support/ask/whole-reply.ts';
import type { Credentials } from '#test/support/world/deployment.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import type { Acme } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const globex = useAcme(world);

const tenantTokens = ({ tenantId }: Acme) => `/v1/tenants/${tenantId}/api-tokens`;

const personalTokens = ({ tenantId, userId }: Acme) => `/v1/tenants/${tenantId}/members/${userId}/api-tokens`;

let serial = 0;

async function createRole(level: number, permissions: readonly SystemPermission[] = []): Promise<string> {
  serial += 1;
  const { body } = await world.manage('POST', '/v1/roles', {
    key: `manager-${serial}`,
    name: 'Manager',
    level,
    permissions: permissions.map((value) => ({ api: `${world.url}/v1/`, value })),
  });
  return (body as { id: string }).id;
}

/** The management token of a tenant token with these roles. */
async function managerWith(...roleIds: readonly string[]): Promise<{ readonly token: string } & Credentials> {
  const reply = await world.manage('POST', tenantTokens(acme), { description: 'manager', roleIds });
  const credentials = reply.body as Credentials;
  return { ...credentials, token: await world.tokenFor(credentials, { audience: `${world.url}/v1/` }) };
}

/** The management token of a new member of Acme with these permissions, and who that is. */
async function memberWith(
  ...permissions: readonly SystemPermission[]
): Promise<{ readonly token: string; readonly owner: Acme }> {
  serial += 1;
  const { body: user } = await world.manage('POST', '/v1/users', { email: `member${serial}@example.com` });
  const owner = { ...acme, userId: (user as { id: string }).id };
  const roleIds = [await createRole(100, permissions)];
  await world.manage('PUT', `/v1/tenants/${owner.tenantId}/members/${owner.userId}`, { roleIds });
  const reply = await world.manage('POST', personalTokens(owner), { description: 'laptop' });
  return { owner, token: await world.tokenFor(reply.body as Credentials) };
}

describe('a tenant token that may manage tokens', () => {
  let manager: Awaited<ReturnType<typeof managerWith>>;
  beforeAll(async () => {
    manager = await managerWith(await createRole(100, ['read:tenant-tokens', 'write:tenant-tokens']));
  });
  const manage = (method: string, path: string, body?: unknown) => world.manage(method, path, body, manager.token);

  test('creates, shows, lists and deletes the tokens of its own tenant', async () => {
    const created = await manage('POST', tenantTokens(acme), { description: 'made by a token' });
    const { clientSecret: _secret, ...shown } = created.body as Credentials;
    expect([created.status, shown]).toEqual([201, expect.objectContaining({ createdBy: manager.clientId })]);
    const item = `${tenantTokens(acme)}/${shown.clientId}`;
    expect(withoutUses(seen(await manage('GET', item)))).toEqual({ status: 200, body: shown });
    expect(withoutUses((await manage('GET', `${tenantTokens(acme)}?limit=100`)).body)).toEqual({
      items: expect.arrayContaining([shown]),
    });
    expect((await manage('DELETE', item)).status).toBe(204);
  });

  test('T1: gets the same answers for tokens of another tenant as for tokens of an unknown tenant', async () => {
    for (const [method, rest] of [
      ['GET', ''],
      ['POST', ''],
      ['GET', '/cli_x'],
      ['DELETE', '/cli_x'],
    ] as const) {
      const body = method === 'POST' ? { description: 'intruder' } : undefined;
      const foreign = await manage(method, tenantTokens(globex) + rest, body);
      expect(seen(foreign)).toEqual(problem(404, 'not_found'));
      expect(wholeReply(foreign)).toEqual(wholeReply(await manage(method, `/v1/tenants/x/api-tokens${rest}`, body)));
    }
  });

  test("cannot touch a member's personal tokens, with any permission", async () => {
    const permissions = ['read:user-tokens', 'write:user-tokens'] as const;
    const { token } = await managerWith(await createRole(0, permissions));
    const item = `${personalTokens(acme)}/${acme.personalToken.clientId}`;
    const replies = [
      await world.manage('GET', personalTokens(acme), undefined, token),
      await world.manage('POST', personalTokens(acme), { description: 'x' }, token),
      await world.manage('GET', item, undefined, token),
      await world.manage('DELETE', item, undefined, token),
    ];
    expect(replies.map(seen)).toEqual(Array(4).fill(problem(404, 'not_found')));
  });

  test('Sound 30: hears that a tenant cannot make a request of the workspace, even with the permission', async () => {
    const { token } = await managerWith(await createRole(0, ['read:tenants']));
    const { status, body } = await world.manage('GET', '/v1/tenants', undefined, token);
    expect([status, body]).toMatchObject([
      403,
      {
        code: 'insufficient_scope',
        detail:
          'A token of a tenant cannot make this request, even with read:tenants. An application of the workspace can.',
      },
    ]);
  });

  test('needs the permission for each thing it does', async () => {
    const { token } = await managerWith(await createRole(0, ['read:tenant-tokens']));
    const refused = await world.manage('POST', tenantTokens(acme), { description: 'x' }, token);
    expect(seen(refused)).toEqual(problem(403, 'insufficient_scope'));
    expect(refused.headers.get('www-authenticate')).toBe(
      'Bearer error="insufficient_scope", scope="write:tenant-tokens"',
    );
    expect((await world.manage('GET', tenantTokens(acme), undefined, token)).status).toBe(200);
  });

  test('can use only the permissions that its access token was asked for', async () => {
    const parameters = { audience: `${world.url}/v1/`, scope: 'read:tenant-tokens' };
    const token = await world.tokenFor(manager, parameters);
    const refused = await world.manage('POST', tenantTokens(acme), { description: 'x' }, token);
    expect(seen(refused)).toEqual(problem(403, 'insufficient_scope'));
  });

  test('T1: sees its own tenant, its members and all roles, and no list of tenants', async () => {
    const { token } = await managerWith(await createRole(0, ['read:tenants', 'read:roles', 'read:members']));
    const get = (path: string) => world.manage('GET', path, undefined, token);
    expect((await get(`/v1/tenants/${acme.tenantId}`)).body).toMatchObject({ id: acme.tenantId });
    expect((await get(`/v1/tenants/${acme.tenantId}/members`)).status).toBe(200);
    expect((await get('/v1/roles?limit=1')).status).toBe(200);
    expect(seen(await get('/v1/tenants'))).toEqual(problem(403, 'insufficient_scope'));
  });
});

describe('C8: the level rule for API tokens', () => {
  const statusesFor = async (manager: { readonly token: string }, levels: readonly number[]) => {
    const replies = levels.map(async (level) => {
      const body = { description: 'export', roleIds: [await createRole(level)] };
      return (await world.manage('POST', tenantTokens(acme), body, manager.token)).status;
    });
    return Promise.all(replies);
  };
  const writer = (level: number) => createRole(level, ['write:tenant-tokens']);

  test('lets a manager assign roles as strong as its own, or weaker', async () => {
    expect(await statusesFor(await managerWith(await writer(100)), [99, 100, 101])).toEqual([403, 201, 201]);
  });

  test('counts the strongest of several roles, even if another role gives the permission', async () => {
    const manager = await managerWith(await writer(200), await createRole(100));
    expect(await statusesFor(manager, [99, 100])).toEqual([403, 201]);
  });

  test('refuses a list for its strongest role, and says which member is at fault', async () => {
    const { token } = await managerWith(await writer(100));
    const body = { description: 'export', roleIds: [await createRole(100), await createRole(99)] };
    const refused = await world.manage('POST', tenantTokens(acme), body, token);
    expect(seen(refused)).toEqual(problem(403, 'forbidden', 'roleIds'));
  });

  test('follows the roles of this moment: a deleted role gives no strength', async () => {
    const strong = await createRole(10);
    const manager = await managerWith(await writer(100), strong);
    expect(await statusesFor(manager, [50])).toEqual([201]);
    await world.manage('DELETE', `/v1/roles/${strong}`);
    expect(await statusesFor(manager, [50])).toEqual([403]);
  });

  test('binds a member by the roles in this tenant', async () => {
    const member = await memberWith('write:tenant-tokens');
    expect(await statusesFor(member, [99, 100])).toEqual([403, 201]);
  });

  test('binds no administrator of the workspace', async () => {
    expect(await statusesFor({ token: await world.tokenFor(world.admin) }, [0])).toEqual([201]);
  });
});

describe('a personal token that may manage personal tokens', () => {
  let member: Awaited<ReturnType<typeof memberWith>>;
  beforeAll(async () => {
    member = await memberWith('read:user-tokens', 'write:user-tokens');
  });
  const manage = (method: string, path: string, body?: unknown) => world.manage(method, path, body, member.token);

  test('creates, shows, lists and deletes the tokens of its own user', async () => {
    const path = personalTokens(member.owner);
    const created = await manage('POST', path, { description: 'second laptop' });
    const { clientSecret: _secret, ...shown } = created.body as Credentials;
    expect([created.status, shown]).toEqual([201, expect.objectContaining({ createdBy: member.owner.userId })]);
    expect(withoutUses(seen(await manage('GET', `${path}/${shown.clientId}`)))).toEqual({ status: 200, body: shown });
    expect(withoutUses((await manage('GET', path)).body)).toEqual({ items: expect.arrayContaining([shown]) });
    expect((await manage('DELETE', `${path}/${shown.clientId}`)).status).toBe(204);
  });

  test('T1: gets the same answers for tokens of another member as for tokens of an unknown member', async () => {
    const foreign = { ...acme.personalToken };
    for (const [method, rest] of [
      ['GET', ''],
      ['POST', ''],
      ['GET', `/${foreign.clientId}`],
      ['DELETE', `/${foreign.clientId}`],
    ] as const) {
      const body = method === 'POST' ? { description: 'intruder' } : undefined;
      const reply = await manage(method, personalTokens(acme) + rest, body);
      const unknown = await manage(method, personalTokens({ ...acme, userId: 'usr_unknown' }) + rest, body);
      expect(seen(reply)).toEqual(problem(404, 'not_found'));
      expect(wholeReply(reply)).toEqual(wholeReply(unknown));
    }
  });

  test('T1: finds its user in no other tenant', async () => {
    await world.manage('PUT', `/v1/tenants/${globex.tenantId}/members/${member.owner.userId}`, { roleIds: [] });
    const elsewhere = personalTokens({ ...member.owner, tenantId: globex.tenantId });
    expect(seen(await manage('GET', elsewhere))).toEqual(problem(404, 'not_found'));
  });

  test("needs another permission for its tenant's tokens", async () => {
    expect(seen(await manage('GET', tenantTokens(acme)))).toEqual(problem(403, 'insufficient_scope'));
  });

  test('is refused as soon as its user is no member', async () => {
    const { owner, token } = await memberWith('read:user-tokens');
    await world.manage('DELETE', `/v1/tenants/${owner.tenantId}/members/${owner.userId}`);
    const refused = await world.manage('GET', personalTokens(owner), undefined, token);
    expect(seen(refused)).toEqual(problem(401, 'invalid_token'));
  });
});
