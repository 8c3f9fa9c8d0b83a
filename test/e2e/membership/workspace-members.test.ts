import { beforeAll, describe, expect, test } from 'vitest';
import { FormBrowser } from '#infra/local/demo/people/form-browser.ts';
import { systemPermissions } from '#shared/domain/access/system-api.ts';
import { type Manage, manageWith, succeed } from '#test/support/arrange/manage.ts';
import { ownAccount } from '#test/support/arrange/own-account.ts';
import { memberOfWorkspace } from '#test/support/arrange/workspace-members.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { ANSWERS, accept, openInvited } from '#test/support/people/invitations.ts';
import { newAddress, useInviting } from '#test/support/people/inviting.ts';
import { logInByCode } from '#test/support/people/log-in.ts';

const { mailbox, world, manage, userOf } = useInviting(assertConforms);

const EVERYTHING = systemPermissions.map(({ value }) => value);

let serial = 0;

/** A role of the workspace with these permissions at the management API. */
async function workspaceRole(...values: readonly string[]): Promise<string> {
  serial += 1;
  const permissions = values.map((value) => ({ api: `${world.url}/v1/`, value }));
  const role = { kind: 'workspace', key: `operator-${serial}`, name: 'Operator', level: 100, permissions };
  return (await succeed(manage('POST', '/v1/roles', role))).id;
}

const newUser = async () => (await succeed(manage('POST', '/v1/users', { email: newAddress() }))).id;

/** Manages as a new workspace member. */
async function asMember(roleIds: readonly string[] | 'all'): Promise<{ userId: string; ask: Manage }> {
  const { userId, token } = await ownAccount(world);
  await memberOfWorkspace(userId, roleIds);
  return { userId, ask: manageWith(world, token) };
}

const invite = (email: string, roleIds: readonly string[] | 'all', as: Manage = manage) =>
  succeed(as('POST', '/v1/members/invitations', { email, roleIds }));

let first: { readonly userId: string; readonly path: string };
beforeAll(async () => {
  await world.bootstrap({ email: 'grace@example.com' });
  const userId = (await userOf('grace@example.com'))?.id ?? '';
  first = { userId, path: `/v1/members/${userId}` };
});

describe('W8: a person who is invited to administer the workspace', () => {
  test('logs in by a code, accepts, is listed, and sees who they are', async () => {
    const email = newAddress();
    const role = await workspaceRole('read:tenants');
    await invite(email, [role]);
    const browser = await accept(world.url, email, mailbox);
    expect((await browser.open('/account')).html).toContain('Operator');
    const userId = (await userOf(email))?.id;
    const shown = (await manage('GET', `/v1/members/${userId}`)).body;
    expect(shown).toEqual({ userId, roleIds: [role], createdAt: expect.any(String), version: expect.any(Number) });
    expect((await manage('GET', '/v1/members?limit=100')).body).toMatchObject({
      items: expect.arrayContaining([shown]),
    });
  });

  test('must have logged in by a code in the last ten minutes', async () => {
    const email = newAddress();
    await succeed(manage('POST', '/v1/users', { email }));
    const browser = new FormBrowser(world.url);
    await logInByCode(browser, await browser.open('/login'), email, mailbox);
    await invite(email, []);
    world.clock.advance(600);
    const page = await browser.open(`/invitations/${mailbox.invitationFor(email).invitationId}`);
    expect(page.html).toContain('Send me a code');
  });

  test('loses the sessions that began before: no older session gets the authority of a member', async () => {
    const email = newAddress();
    await succeed(manage('POST', '/v1/users', { email }));
    const elsewhere = new FormBrowser(world.url);
    await logInByCode(elsewhere, await elsewhere.open('/login'), email, mailbox);
    world.clock.advance(1);
    await invite(email, []);
    const browser = new FormBrowser(world.url);
    const question = await openInvited(browser, email, mailbox);
    expect((await browser.submit(question, {}, ANSWERS.accept)).path).toBe('/account');
    expect((await elsewhere.open('/account')).path).not.toBe('/account');
  });
});

describe('C8: a workspace member', () => {
  test('hands on what the token permits, and no more', async () => {
    const [mine, more] = [
      await workspaceRole('read:tenants', 'write:workspace-members'),
      await workspaceRole('read:users'),
    ];
    const { ask } = await asMember([mine]);
    expect((await ask('POST', '/v1/members/invitations', { email: newAddress(), roleIds: [mine] })).status).toBe(201);
    for (const roleIds of [[more], [mine, more], 'all']) {
      const refused = await ask('POST', '/v1/members/invitations', { email: newAddress(), roleIds });
      expect(seen(refused)).toEqual(problem(403, 'forbidden'));
    }
    const path = `/v1/members/${await memberOfWorkspace(await newUser(), [mine])}`;
    expect(seen(await ask('PATCH', path, { roleIds: [more] }))).toEqual(problem(403, 'forbidden'));
    expect((await ask('PATCH', path, { roleIds: [] })).body).toMatchObject({ roleIds: [] });
  });

  test('neither changes nor removes a member who has more, and withdraws no invitation with more', async () => {
    const { ask } = await asMember([await workspaceRole('write:workspace-members')]);
    const { id } = await invite(newAddress(), 'all');
    for (const [method, path] of [
      ['PATCH', first.path],
      ['DELETE', first.path],
      ['DELETE', `/v1/members/invitations/${id}`],
      ['POST', `/v1/members/invitations/${id}/resend`],
    ] as const) {
      const refused = await ask(method, path, method === 'PATCH' ? { roleIds: [] } : undefined);
      expect(seen(refused)).toEqual(problem(403, 'forbidden'));
    }
  });

  test('T6: gets no role of a tenant', async () => {
    const role = await succeed(
      manage('POST', '/v1/roles', { key: 'of-tenants', name: 'Tenants', level: 100, permissions: [] }),
    );
    const refused = await manage('POST', '/v1/members/invitations', { email: newAddress(), roleIds: [role.id] });
    expect(seen(refused)).toEqual(problem(400, 'invalid_request', 'roleIds'));
    const changed = await manage('PATCH', first.path, { roleIds: [role.id] });
    expect(seen(changed)).toEqual(problem(400, 'invalid_request', 'roleIds'));
  });

  test('may do at once what the roles permit, and nothing once removed', async () => {
    const { userId, ask } = await asMember([await workspaceRole('read:tenants')]);
    expect((await ask('GET', '/v1/tenants')).status).toBe(200);
    expect(seen(await ask('GET', '/v1/users'))).toEqual(problem(403, 'insufficient_scope'));
    expect((await manage('DELETE', `/v1/members/${userId}`)).status).toBe(204);
    expect(seen(await ask('GET', '/v1/tenants'))).toEqual(problem(403, 'insufficient_scope'));
    expect(seen(await manage('GET', `/v1/members/${userId}`))).toEqual(problem(404, 'not_found'));
  });
});

describe('W8: the last member who may do everything', () => {
  const ends: [string, () => Promise<unknown>][] = [
    ['removed', () => manage('DELETE', first.path)],
    ['given less', () => manage('PATCH', first.path, { roleIds: [] })],
    ['disabled', () => manage('PATCH', `/v1/users/${first.userId}`, { status: 'disabled' })],
    ['deleted', () => manage('DELETE', `/v1/users/${first.userId}`)],
  ];

  test.each(ends)('is not %s, also if others may do a part', async (_what, end) => {
    await asMember([await workspaceRole(...EVERYTHING.filter((value) => value !== 'read:me'))]);
    expect(seen((await end()) as never)).toEqual(problem(409, 'conflict'));
    expect((await manage('GET', first.path)).body).toMatchObject({ roleIds: 'all' });
  });

  test('does not count a member who is disabled', async () => {
    const email = newAddress();
    await invite(email, 'all');
    await accept(world.url, email, mailbox);
    const second = (await userOf(email))?.id;
    expect((await manage('PATCH', `/v1/users/${second}`, { status: 'disabled' })).status).toBe(200);
    expect(seen(await manage('DELETE', first.path))).toEqual(problem(409, 'conflict'));
    expect((await manage('PATCH', `/v1/users/${second}`, { status: 'active' })).status).toBe(200);
    expect((await manage('DELETE', `/v1/members/${second}`)).status).toBe(204);
  });

  test('RACE: of two such members who are removed at the same time one stays', async () => {
    for (let round = 0; round < 5; round += 1) {
      const email = newAddress();
      await invite(email, 'all');
      await accept(world.url, email, mailbox);
      const second = `/v1/members/${(await userOf(email))?.id}`;
      const statuses = await Promise.all(
        [first.path, second].map(async (path) => (await manage('DELETE', path)).status),
      );
      expect(statuses.toSorted()).toEqual([204, 409]);
      await world.bootstrap({ email: 'grace@example.com' });
      if (statuses[0] === 204) expect((await manage('DELETE', second)).status).toBe(204);
    }
  });
});
