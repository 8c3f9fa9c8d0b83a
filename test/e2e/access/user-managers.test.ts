import { beforeAll, describe, expect, test } from 'vitest';
import { FormBrowser } from '#infra/local/demo/people/form-browser.ts';
import { createRole } from '#test/support/arrange/creations.ts';
import { type Manage, manageWith, succeed } from '#test/support/arrange/manage.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { logInByCode } from '#test/support/people/log-in.ts';
import { Mailbox } from '#test/support/people/mailbox.ts';
import { useAcme, useManage, useWorld } from '#test/support/world/use-world.ts';
import type { Credentials } from '#test/support/world/world.ts';

const mailbox = new Mailbox();
const world = useWorld({ adapters: { mailQueue: () => mailbox } });
const acme = useAcme(world);
const manage = useManage(world);

/** A caller of the workspace that may manage users, and nothing else. */
let asUserManager: Manage;
beforeAll(async () => {
  const application = await succeed<Credentials>(manage('POST', '/v1/applications', { name: 'User import' }));
  const systemApi = (await succeed<{ items: { id: string; identifier: string }[] }>(manage('GET', '/v1/apis'))).items;
  const { id = '' } = systemApi.find(({ identifier }) => identifier === `${world.url}/v1/`) ?? {};
  const path = `/v1/applications/${application.clientId}/grants/${id}`;
  await succeed(manage('PUT', path, { permissions: ['read:users', 'write:users'] }));
  asUserManager = manageWith(world, await world.tokenFor(application, { audience: `${world.url}/v1/` }));
});

interface User {
  readonly id: string;
  readonly email: string;
}

let serial = 0;
function freshAddress(): string {
  serial += 1;
  return `grace${serial}@example.com`;
}
const newUser = () => succeed<User>(manage('POST', '/v1/users', { email: freshAddress() }));

async function newMember(...roleIds: readonly string[]): Promise<User> {
  const user = await newUser();
  await succeed(manage('PUT', `/v1/tenants/${acme.tenantId}/members/${user.id}`, { roleIds }));
  return user;
}

async function workspaceMember(): Promise<User> {
  const user = await newUser();
  await world.bootstrap({ email: user.email });
  return user;
}

async function tenantManager(): Promise<User> {
  const permission = { api: `${world.url}/v1/`, value: 'write:members' };
  return newMember(acme.readerRoleId, await createRole(world, [permission], 100));
}

const change = ({ id }: User, body: object, as = asUserManager) => as('PATCH', `/v1/users/${id}`, body);

describe('C8: a manager of users', () => {
  test.each([
    ['of a workspace member', workspaceMember],
    ['of a member of a tenant who may do more there', tenantManager],
  ])('cannot log in by a changed address %s, and can change the rest', async (_who, make) => {
    const user = await make();
    expect(seen(await change(user, { email: 'mallory@example.com' }))).toEqual(problem(403, 'forbidden'));
    expect(await succeed(change(user, { email: user.email.toUpperCase(), name: 'Grace' }))).toMatchObject({
      email: user.email,
      name: 'Grace',
    });
    const email = freshAddress();
    expect(await succeed(change(user, { email }, manage))).toMatchObject({ email });
  });

  test.each([
    ['in no tenant', newUser],
    ['with roles at other APIs only', () => newMember(acme.readerRoleId)],
  ])('can change the address of a user %s', async (_who, make) => {
    const email = freshAddress();
    expect(await succeed(change(await make(), { email }))).toMatchObject({ email, emailVerified: false });
  });
});

describe('a changed address', () => {
  test('is not verified, and ends the sessions of the user', async () => {
    const user = await newUser();
    const browser = new FormBrowser(world.url);
    const account = await logInByCode(browser, await browser.open('/login'), user.email, mailbox);
    expect(account).toMatchObject({ status: 200, path: '/account' });
    expect(await succeed(manage('GET', `/v1/users/${user.id}`))).toMatchObject({ emailVerified: true });
    expect(await succeed(change(user, { email: freshAddress() }))).toMatchObject({ emailVerified: false });
    expect((await browser.open('/account')).path).toMatch(/^\/login\/itx_/);
  });

  test('ends the code that was sent to the old address', async () => {
    const user = await newUser();
    const browser = new FormBrowser(world.url);
    const codePage = await browser.submit(await browser.open('/login'), { email: user.email });
    await succeed(change(user, { email: freshAddress() }));
    const answer = await browser.submit(codePage, { code: mailbox.codeFor(user.email) });
    expect(answer.path).toMatch(/^\/login\/itx_[^/]*\/code$/);
    expect((await browser.open('/account')).path).toMatch(/^\/login\/itx_/);
  });
});

test("a user who becomes a workspace member is logged out first, so that no older session has a member's authority", async () => {
  const user = await newUser();
  const browser = new FormBrowser(world.url);
  await logInByCode(browser, await browser.open('/login'), user.email, mailbox);
  expect((await browser.open('/account')).path).toBe('/account');
  await world.bootstrap({ email: user.email });
  expect((await browser.open('/account')).path).toMatch(/^\/login\/itx_/);
});
