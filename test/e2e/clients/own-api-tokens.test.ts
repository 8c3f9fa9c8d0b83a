import { describe, expect, test } from 'vitest';
import { createRole } from '#test/support/arrange/creations.ts';
import { type Manage, manageWith, succeed } from '#test/support/arrange/manage.ts';
import { ownAccount } from '#test/support/arrange/own-account.ts';
import { memberOfWorkspace } from '#test/support/arrange/workspace-members.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { introspection } from '#test/support/ask/introspection.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import type { Credentials } from '#test/support/world/world.ts';

const world = useWorld({ onReply: assertConforms });
const acme = useAcme(world);
const globex = useAcme(world);
const manage = useManage(world);

const TOKENS = '/v1/me/api-tokens';

interface Person {
  readonly userId: string;
  /** Manages for the person, outside of tenants. */
  readonly ask: Manage;
}

interface ApiTokens {
  readonly items: readonly { readonly clientId: string; readonly tenantId?: string; readonly description: string }[];
  readonly nextCursor?: string;
}

/** A new person who is a member of these tenants with these roles. */
async function newPerson(memberships: Readonly<Record<string, readonly string[]>> = {}): Promise<Person> {
  const { userId, token } = await ownAccount(world);
  for (const [tenantId, roleIds] of Object.entries(memberships)) {
    await succeed(manage('PUT', `/v1/tenants/${tenantId}/members/${userId}`, { roleIds }));
  }
  return { userId, ask: manageWith(world, token) };
}

/** A new person who administers the workspace. */
async function newWorkspaceMember(roleIds: readonly string[] | 'all'): Promise<Person> {
  const person = await newPerson();
  await memberOfWorkspace(person.userId, roleIds);
  return person;
}

const reader = () => newPerson({ [acme.tenantId]: [acme.readerRoleId] });

const create = ({ ask }: Person, tenantId?: string, changes: object = {}) =>
  succeed<Credentials>(ask('POST', TOKENS, { description: 'my laptop', ...(tenantId && { tenantId }), ...changes }));

const forManagement = (value: string) => ({ api: `${world.url}/v1/`, value });

describe('W9: a personal API token that a person makes for themselves', () => {
  test('is what an administrator sees as the personal token of the member, and works as such', async () => {
    const person = await reader();
    const { clientId, clientSecret } = await create(person, acme.tenantId);
    const shown = (await person.ask('GET', `${TOKENS}/${clientId}`)).body;
    const asMember = `/v1/tenants/${acme.tenantId}/members/${person.userId}/api-tokens/${clientId}`;
    expect(shown).toMatchObject({ clientId, tenantId: acme.tenantId, userId: person.userId, description: 'my laptop' });
    expect(shown).toEqual((await manage('GET', asMember)).body);
    const token = await world.tokenFor({ clientId, clientSecret });
    expect(await introspection(world, token)).toMatchObject({
      active: true,
      sub: person.userId,
      tenant_id: acme.tenantId,
      scope: 'read:reports',
    });
  });

  test('is changed, rotated and deleted without a word of the tenant', async () => {
    const person = await reader();
    const { clientId } = await create(person, acme.tenantId);
    const path = `${TOKENS}/${clientId}`;
    expect((await person.ask('PATCH', path, { description: 'my desk' })).body).toMatchObject({
      description: 'my desk',
    });
    const rotation = await person.ask('POST', `${path}/secrets/rotate`, { graceSeconds: 60 });
    expect(rotation.status).toBe(201);
    const { rotationEndsAt } = rotation.body as { rotationEndsAt: string };
    expect((await person.ask('GET', path)).body).toMatchObject({ rotationEndsAt });
    expect((await person.ask('POST', `${path}/secrets/rotate/finish`)).status).toBe(200);
    expect((await person.ask('GET', path)).body).not.toHaveProperty('rotationEndsAt');
    expect((await person.ask('DELETE', path)).status).toBe(204);
    expect(seen(await person.ask('GET', path))).toEqual(problem(404, 'not_found'));
  });

  test('obeys the settings of the workspace', async () => {
    const person = await reader();
    await succeed(manage('PATCH', '/v1/settings', { apiTokens: { kinds: { user: [] } } }));
    const refused = await person.ask('POST', TOKENS, { description: 'my laptop', tenantId: acme.tenantId });
    await succeed(manage('PATCH', '/v1/settings', { apiTokens: { kinds: { user: ['client_credentials'] } } }));
    expect([refused.status, refused.body]).toEqual([
      403,
      expect.objectContaining({ code: 'forbidden', field: 'kind' }),
    ]);
  });

  test.each<[string, () => string | undefined]>([
    ['a tenant in which the person is no member', () => globex.tenantId],
    ['a tenant that does not exist', () => 'ten_nobody'],
    ['no tenant, unless the person is a workspace member', () => undefined],
  ])('is not made in %s', async (_where, tenantIdOf) => {
    const { ask } = await reader();
    const reply = await ask('POST', TOKENS, { description: 'my laptop', tenantId: tenantIdOf() });
    expect([reply.status, reply.body]).toEqual([400, expect.objectContaining({ code: 'invalid_request' })]);
  });

  test('C8: is not made where the roles of the person permit more at the management API than the token of the request', async () => {
    const role = await createRole(world, [forManagement('write:service-users')]);
    const person = await newPerson({ [acme.tenantId]: [role] });
    const reply = await person.ask('POST', TOKENS, { description: 'my laptop', tenantId: acme.tenantId });
    expect(seen(reply)).toEqual(problem(403, 'forbidden'));
  });

  test('is nobody else’s: not seen, changed, rotated or deleted by another member', async () => {
    const { clientId } = await create(await reader(), acme.tenantId);
    const { ask } = await reader();
    const path = `${TOKENS}/${clientId}`;
    const replies = await Promise.all([
      ask('GET', path),
      ask('PATCH', path, { status: 'disabled' }),
      ask('DELETE', path),
      ask('POST', `${path}/secrets`, {}),
      ask('POST', `${path}/secrets/rotate`, { graceSeconds: 0 }),
    ]);
    expect(replies.map(seen)).toEqual(replies.map(() => problem(404, 'not_found')));
  });

  test('is not found by its path of own tokens if it is no personal token', async () => {
    const { ask } = await reader();
    for (const { clientId } of [acme.tenantToken, world.admin]) {
      expect(seen(await ask('GET', `${TOKENS}/${clientId}`))).toEqual(problem(404, 'not_found'));
    }
  });
});

describe('the list of own API tokens', () => {
  test('has those of all tenants and of nobody else, a page at a time', async () => {
    const roles = { [acme.tenantId]: [acme.readerRoleId], [globex.tenantId]: [globex.readerRoleId] };
    const person = await newPerson(roles);
    const made = [];
    for (const tenantId of [acme.tenantId, globex.tenantId, acme.tenantId, globex.tenantId, acme.tenantId]) {
      made.push((await create(person, tenantId)).clientId);
    }
    await create(await newPerson(roles), acme.tenantId);
    const pages = await pagesOf(person, 'limit=2');
    expect(pages.map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(
      pages
        .flat()
        .map(({ clientId }) => clientId)
        .toSorted(),
    ).toEqual(made.toSorted());
    const tenants = pages.flat().map(({ tenantId }) => tenantId);
    expect(tenants).toEqual(tenants.toSorted());
  });

  test('T2: takes no cursor that a client made up', async () => {
    const { ask } = await reader();
    const reply = await ask('GET', `${TOKENS}?cursor=${globex.tenantId}.abc.12345678`);
    expect([reply.status, reply.body]).toEqual([400, expect.objectContaining({ field: 'cursor' })]);
  });

  test('finds tokens by a part of their description', async () => {
    const person = await reader();
    await create(person, acme.tenantId);
    const { clientId } = await create(person, acme.tenantId, { description: 'build server' });
    expect((await pagesOf(person, 'q=build')).flat().map((token) => token.clientId)).toEqual([clientId]);
  });
});

async function pagesOf({ ask }: Person, query: string): Promise<readonly ApiTokens['items'][]> {
  const pages: ApiTokens['items'][] = [];
  let cursor = '';
  do {
    const { items, nextCursor } = await succeed<ApiTokens>(ask('GET', `${TOKENS}?${query}${cursor}`));
    pages.push(items);
    cursor = nextCursor === undefined ? '' : `&cursor=${nextCursor}`;
  } while (cursor !== '');
  return pages;
}

describe('W9: the personal API token of a workspace member', () => {
  const operator = async (...values: readonly string[]) => {
    const permissions = values.map(forManagement);
    const role = { kind: 'workspace', key: `op-${values.join('-').replaceAll(':', '-')}`, name: 'Op', level: 100 };
    return (await succeed(manage('POST', '/v1/roles', { ...role, permissions }))).id;
  };

  test('has no tenant, and permits what the member holds', async () => {
    const person = await newWorkspaceMember([await operator('read:tenants', 'write:tenants')]);
    const made = await create(person);
    expect(made).not.toHaveProperty('tenantId');
    const token = await world.tokenFor(made);
    const answer = await introspection(world, token);
    expect(answer).toMatchObject({
      active: true,
      sub: person.userId,
      client_id: made.clientId,
      scope: 'read:tenants write:tenants',
    });
    expect(answer).not.toHaveProperty('tenant_id');
    expect((await manageWith(world, token)('GET', '/v1/tenants')).status).toBe(200);
    expect((await pagesOf(person, 'limit=10')).flat()).toMatchObject([{ clientId: made.clientId }]);
  });

  test('ends when the member leaves, and does not come back with the member', async () => {
    const role = await operator('read:roles');
    const person = await newWorkspaceMember([role]);
    const token = await world.tokenFor(await create(person));
    await succeed(manage('DELETE', `/v1/members/${person.userId}`));
    await memberOfWorkspace(person.userId, [role]);
    expect(seen(await manageWith(world, token)('GET', '/v1/roles'))).toEqual(problem(401, 'invalid_token'));
    world.clock.advance(60);
    await world.run('remove-deleted');
    expect((await pagesOf(person, 'limit=10')).flat()).toEqual([]);
  });

  test('never permits identities, invitations, members, roles or own tokens, also where the member may do everything', async () => {
    const person = await newWorkspaceMember('all');
    const ask = manageWith(world, await world.tokenFor(await create(person)));
    const replies = await Promise.all([
      ask('POST', '/v1/users', { email: 'mallory@example.com' }),
      ask('POST', '/v1/identity-providers', { name: 'Evil', type: 'google', clientId: 'a', clientSecret: 'b' }),
      ask('POST', '/v1/members/invitations', { email: 'mallory@example.com', roleIds: [] }),
      ask('PUT', `/v1/tenants/${acme.tenantId}/members/${person.userId}`, { roleIds: [] }),
      ask('POST', '/v1/roles', { key: 'evil', name: 'Evil', level: 0, permissions: [] }),
      ask('POST', TOKENS, { description: 'another' }),
      ask('DELETE', '/v1/me/sessions/ses_1'),
    ]);
    expect(replies.map(seen)).toEqual(replies.map(() => problem(403, 'insufficient_scope')));
  });

  test('C8: hands on none of these by a grant, a role of a token or another token', async () => {
    const person = await newWorkspaceMember('all');
    const ask = manageWith(world, await world.tokenFor(await create(person)));
    const { clientId } = await succeed<Credentials>(manage('POST', '/v1/applications', { name: 'Gateway' }));
    const inviter = await createRole(world, [forManagement('write:members')]);
    const replies = await Promise.all([
      ask('PUT', `/v1/applications/${clientId}/grants/api_0000000000000000000000`, { permissions: ['write:members'] }),
      ask('POST', `/v1/tenants/${acme.tenantId}/api-tokens`, { description: 'inviter', roleIds: [inviter] }),
      ask('POST', `/v1/tenants/${acme.tenantId}/service-users`, { name: 'inviter', roleIds: [inviter] }),
    ]);
    expect(replies.map(seen)).toEqual(replies.map(() => problem(403, 'forbidden')));
  });
});
