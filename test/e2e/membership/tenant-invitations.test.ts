import { describe, expect, test } from 'vitest';
import { FormBrowser } from '#infra/local/demo/people/form-browser.ts';
import { createRole } from '#test/support/arrange/creations.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { ANSWERS, accept, invitationPath, openInvited } from '#test/support/people/invitations.ts';
import { MANAGER_LEVEL, newAddress, type ShownInvitation, useInviting } from '#test/support/people/inviting.ts';
import { logInByCode } from '#test/support/people/log-in.ts';

const { mailbox, world, acme, manage, roles, asTenant, collection, invite, userOf, membershipOf } =
  useInviting(assertConforms);

const WEEK_SECONDS = 604_800;

describe('an invitation into a tenant', () => {
  test('W7: makes a person whom nobody knew a member, once the person has shown a code and accepted', async () => {
    const email = newAddress();
    await invite(email.toUpperCase(), undefined, asTenant);
    expect(mailbox.invitationFor(email)).toMatchObject({ to: email, roles: ['Role'], invitedBy: 'of a test' });
    const browser = new FormBrowser(world.url);
    const first = await browser.open(invitationPath(email, mailbox));
    expect(first.html).toContain(email);
    expect(await userOf(email)).toBeUndefined();
    const codePage = await browser.submit(first, {});
    const question = await browser.submit(codePage, { code: mailbox.codeFor(email) });
    expect(question.path).toBe(invitationPath(email, mailbox));
    expect(await membershipOf(email)).toBeUndefined();
    const account = await browser.submit(question, {}, ANSWERS.accept);
    expect({ path: account.path, status: account.status }).toEqual({ path: '/account', status: 200 });
    expect(account.html).toContain(email);
    expect(await userOf(email)).toMatchObject({ emailVerified: true });
    expect(await membershipOf(email)).toMatchObject({ roleIds: [roles.equal] });
  });

  test('makes a user whom the workspace knows a member of one more tenant', async () => {
    const email = newAddress();
    const { id } = await succeed(manage('POST', '/v1/users', { email }));
    await invite(email, [], asTenant);
    await accept(world.url, email, mailbox);
    expect(await membershipOf(email)).toMatchObject({ userId: id, roleIds: [] });
  });

  test('has the default roles if the request names none', async () => {
    const email = newAddress();
    const path = `/v1/tenants/${acme.tenantId}/roles`;
    const role = { key: 'default', name: 'Default', level: 300, permissions: [], isDefault: true };
    const { id } = await succeed(manage('POST', path, role));
    const { body } = await asTenant('POST', collection(), { email });
    expect(body).toMatchObject({ roleIds: [id] });
    await accept(world.url, email, mailbox);
    expect(await membershipOf(email)).toMatchObject({ roleIds: [id] });
    await manage('DELETE', `${path}/${id}`);
  });

  test('needs no second code from a person who is logged in with the address', async () => {
    const email = newAddress();
    await succeed(manage('POST', '/v1/users', { email }));
    const browser = new FormBrowser(world.url);
    await logInByCode(browser, await browser.open('/login'), email, mailbox);
    await invite(email);
    const account = await browser.submit(await browser.open(invitationPath(email, mailbox)), {}, ANSWERS.accept);
    expect(account.path).toBe('/account');
    expect(await membershipOf(email)).toMatchObject({ roleIds: [roles.equal] });
  });

  test('leaves a member as it is', async () => {
    const email = newAddress();
    const { id } = await succeed(manage('POST', '/v1/users', { email }));
    await succeed(manage('PUT', `/v1/tenants/${acme.tenantId}/members/${id}`, { roleIds: [roles.stronger] }));
    await invite(email, [roles.equal], asTenant);
    await accept(world.url, email, mailbox);
    expect(await membershipOf(email)).toMatchObject({ roleIds: [roles.stronger] });
  });

  test('is gone after it was declined, and makes nobody a member', async () => {
    const email = newAddress();
    const { id } = await invite(email);
    const browser = new FormBrowser(world.url);
    const account = await browser.submit(await openInvited(browser, email, mailbox), {}, ANSWERS.decline);
    expect(account.path).toBe('/account');
    expect(await membershipOf(email)).toBeUndefined();
    expect(seen(await manage('GET', `${collection()}/${id}`))).toEqual(problem(404, 'not_found'));
  });

  test('is shown with its end, listed, and gone once it is accepted', async () => {
    const email = newAddress();
    const made = await manage('POST', collection(), { email, roleIds: [roles.equal] });
    expect(made.body).toEqual({
      id: expect.stringMatching(/^inv_\w{22}$/),
      tenantId: acme.tenantId,
      email,
      roleIds: [roles.equal],
      status: 'open',
      createdBy: world.admin.clientId,
      createdAt: new Date(world.clock.nowSeconds() * 1_000).toISOString(),
      expiresAt: new Date((world.clock.nowSeconds() + WEEK_SECONDS) * 1_000).toISOString(),
      version: 1,
    });
    const path = `${collection()}/${(made.body as ShownInvitation).id}`;
    expect((await manage('GET', path)).body).toEqual(made.body);
    expect((await manage('GET', `${collection()}?order=desc`)).body).toMatchObject({
      items: expect.arrayContaining([made.body]),
    });
    await accept(world.url, email, mailbox);
    expect(seen(await manage('GET', path))).toEqual(problem(404, 'not_found'));
  });
});

describe('a role of an invitation that changed meanwhile', () => {
  const changed = async (change: object | undefined, level = MANAGER_LEVEL) => {
    const email = newAddress();
    const id = await createRole(world, [], level);
    await invite(email, [id, roles.equal], asTenant);
    const path = `/v1/roles/${id}`;
    await (change === undefined ? manage('DELETE', path) : succeed(manage('PATCH', path, change)));
    await accept(world.url, email, mailbox);
    return { id, roleIds: (await membershipOf(email))?.roleIds };
  };

  test('is left out if it was deleted', async () => {
    expect((await changed(undefined)).roleIds).toEqual([roles.equal]);
  });

  test('is left out if it has a stronger level', async () => {
    expect((await changed({ level: MANAGER_LEVEL - 1 })).roleIds).toEqual([roles.equal]);
  });

  test('W7: is left out if it has one more permission of the management API', async () => {
    const permissions = [{ api: `${world.url}/v1/`, value: 'read:members' }];
    expect((await changed({ permissions })).roleIds).toEqual([roles.equal]);
  });

  test('is given if it has another name or a weaker level', async () => {
    const { id, roleIds } = await changed({ name: 'Renamed', level: MANAGER_LEVEL + 1 });
    expect(roleIds).toEqual([id, roles.equal]);
  });
});

test('RACE: of 32 acceptances at once one makes the member', async () => {
  const email = newAddress();
  await invite(email);
  const browser = new FormBrowser(world.url);
  const question = await openInvited(browser, email, mailbox);
  const copies = Array.from({ length: 32 }, () => {
    const copy = new FormBrowser(world.url);
    for (const [name, value] of browser.cookies) copy.plant(name, value);
    return copy;
  });
  const shown = await Promise.all(copies.map((copy) => copy.submit(question, {}, ANSWERS.accept)));
  expect(shown.filter(({ path }) => path === '/account')).toHaveLength(1);
  expect(shown.filter(({ status }) => status === 410)).toHaveLength(31);
  expect(await membershipOf(email)).toMatchObject({ roleIds: [roles.equal] });
});
