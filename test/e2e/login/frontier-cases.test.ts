import { beforeEach, describe, expect, test } from 'vitest';
import { FormBrowser, type Shown } from '#infra/local/demo/people/form-browser.ts';
import { SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { newThirdParty, tokensByCode } from '#test/support/people/code-flow.ts';
import { Mailbox } from '#test/support/people/mailbox.ts';
import { basic } from '#test/support/world/deployment.ts';
import { useManage, useWorld } from '#test/support/world/use-world.ts';

const mailbox = new Mailbox();
const world = useWorld({ adapters: { mailQueue: () => mailbox } });
const manage = useManage(world);

let serial = 0;
let email: string;
let userId: string;
let browser: FormBrowser;
let page: Shown;
let code: string;

/** A new person who has asked for a code and sees the page that wants it. */
beforeEach(async () => {
  serial += 1;
  email = `frontier${serial}@example.com`;
  ({ id: userId } = await succeed<{ id: string }>(manage('POST', '/v1/users', { email })));
  browser = new FormBrowser(world.url);
  page = await browser.submit(await browser.open('/login'), { email });
  code = mailbox.codeFor(email);
});

const isLoggedIn = async () => (await browser.open('/account')).path === '/account';

describe('Frontier 17: who the caller is', () => {
  /** What `/v1/me` and the userinfo endpoint answer to these headers. */
  async function answers(headers: Readonly<Record<string, string>>): Promise<readonly unknown[]> {
    const replies = ['/v1/me', '/oauth/userinfo'].map((path) => world.send('GET', path, { headers }));
    return (await Promise.all(replies)).map(({ status, body }) =>
      status === 200 ? { ...(body as { id?: string; sub?: string }) } : status,
    );
  }

  test('is told to the bearer of an access token of that person, and by no other credential', async () => {
    await browser.submit(page, { code });
    const application = await newThirdParty(world, SYSTEM_API_ID);
    const terms = { application, email, mailbox, scope: 'openid email read:me', resource: `${world.url}/v1/` };
    const { access_token: token = '' } = await tokensByCode(world, { ...terms, permissions: ['read:me'] });
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    expect(await answers({ authorization: `Bearer ${token}` })).toEqual([
      expect.objectContaining({ id: userId, email }),
      { sub: userId, email, email_verified: true },
    ]);
    // The cookie of the session opens our own pages only: an API that took it could be called by any page of the web.
    expect(await isLoggedIn()).toBe(true);
    for (const headers of [{}, { cookie }, { 'x-user-token': token }, { authorization: basic(application) }])
      expect(await answers(headers)).toEqual([401, 401]);
  });

  test('is no person for the token of a machine', async () => {
    const token = await world.tokenFor(world.admin);
    expect(await answers({ authorization: `Bearer ${token}` })).toEqual([403, 401]);
  });
});

describe('Frontier 18: a code from a mail', () => {
  const wrong = () => (code === 'BBBBBBBB' ? 'CCCCCCCC' : 'BBBBBBBB');

  test('logs in once, and is refused after three wrong ones', async () => {
    for (const typed of [wrong(), wrong(), wrong(), code]) await browser.submit(page, { code: typed });
    expect(await isLoggedIn()).toBe(false);
    const again = await browser.submit(await browser.open('/login'), { email });
    const right = mailbox.codeFor(email);
    expect(await browser.submit(again, { code: right })).toMatchObject({ status: 200, path: '/account' });
    const second = await browser.submit(again, { code: right });
    expect([second.path === again.path, second.html.includes('This code is no longer valid.')]).toEqual([true, true]);
  });

  test('is no longer valid after ten minutes', async () => {
    world.clock.advance(600);
    await browser.submit(page, { code });
    expect(await isLoggedIn()).toBe(false);
  });

  test('takes three of many guesses at once', async () => {
    await Promise.all(Array.from({ length: 16 }, () => browser.submit(page, { code: wrong() })));
    await browser.submit(page, { code });
    expect(await isLoggedIn()).toBe(false);
  });
});
