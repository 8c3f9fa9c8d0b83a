import { expect, test } from 'vitest';
import { FormBrowser } from '#infra/local/demo/people/form-browser.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { logInByCode } from '#test/support/people/log-in.ts';
import { Mailbox } from '#test/support/people/mailbox.ts';
import { useManage, useWorld } from '#test/support/world/use-world.ts';

const mailbox = new Mailbox();
const world = useWorld({ adapters: { mailQueue: () => mailbox } });
const manage = useManage(world);

let serial = 0;
async function newPerson(): Promise<string> {
  serial += 1;
  const { email } = await succeed<{ email: string }>(manage('POST', '/v1/users', { email: `p${serial}@example.com` }));
  return email;
}

const logIn = async (browser: FormBrowser, email: string) =>
  logInByCode(browser, await browser.open('/login'), email, mailbox);

/** Another browser with the same cookies, as they are now. */
function copyOf(browser: FormBrowser): FormBrowser {
  const copy = new FormBrowser(world.url);
  for (const [name, value] of browser.cookies) copy.plant(name, value);
  return copy;
}

const isLoggedIn = async (browser: FormBrowser) => (await browser.open('/account')).path === '/account';

test('S1: a login ends the session that the browser had before, of the same person', async () => {
  const email = await newPerson();
  const [browser, elsewhere] = [new FormBrowser(world.url), new FormBrowser(world.url)];
  await logIn(browser, email);
  await logIn(elsewhere, email);
  const before = copyOf(browser);
  expect(await isLoggedIn(before)).toBe(true);
  await logIn(browser, email);
  expect(await Promise.all([before, browser, elsewhere].map(isLoggedIn))).toEqual([false, true, true]);
});

test('S1: a login ends the session that the browser had before, of another person', async () => {
  const browser = new FormBrowser(world.url);
  await logIn(browser, await newPerson());
  const before = copyOf(browser);
  const other = await newPerson();
  const account = await logIn(browser, other);
  expect(account.html).toContain(other);
  expect(await Promise.all([before, browser].map(isLoggedIn))).toEqual([false, true]);
});

test('S1: a login by a link ends the session that the browser had before', async () => {
  const browser = new FormBrowser(world.url);
  await logIn(browser, await newPerson());
  const before = copyOf(browser);
  const { loginLink = '' } = await world.bootstrap({ email: 'admin@example.com' });
  await browser.submit(await browser.open(loginLink.slice(world.url.length)), {});
  expect(await Promise.all([before, browser].map(isLoggedIn))).toEqual([false, true]);
});

test('a wrong code ends no session', async () => {
  const email = await newPerson();
  const browser = new FormBrowser(world.url);
  await logIn(browser, email);
  const codePage = await browser.submit(await browser.open('/login'), { email });
  await browser.submit(codePage, { code: 'BBBB BBBB' });
  expect(await isLoggedIn(browser)).toBe(true);
});

test('a login with the cookie of a stranger that lacks its secret leaves the session of the stranger', async () => {
  const stranger = new FormBrowser(world.url);
  await logIn(stranger, await newPerson());
  const [name = '', value = ''] = [...stranger.cookies].find(([, held]) => held.startsWith('ses_')) ?? [];
  const browser = new FormBrowser(world.url);
  browser.plant(name, `${value.slice(0, value.indexOf('.'))}.${'x'.repeat(43)}`);
  await logIn(browser, await newPerson());
  expect(await isLoggedIn(stranger)).toBe(true);
});
