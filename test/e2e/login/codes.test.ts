import { expect, test } from 'vitest';
import { FormBrowser, type Shown } from '#infra/local/demo/people/form-browser.ts';
import { texts } from '#shared/pages/texts.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { Mailbox } from '#test/support/people/mailbox.ts';
import { useManage, useWorld } from '#test/support/world/use-world.ts';

const mailbox = new Mailbox();
const world = useWorld({ adapters: { mailQueue: () => mailbox } });
const manage = useManage(world);

let serial = 0;

/** A person who has asked for a code in a browser of their own, and sees the page that wants it. */
async function personWithCode(): Promise<{
  readonly browser: FormBrowser;
  readonly email: string;
  readonly page: Shown;
  readonly code: string;
}> {
  serial += 1;
  const email = `code${serial}@example.com`;
  await succeed(manage('POST', '/v1/users', { email }));
  const browser = new FormBrowser(world.url);
  const page = await browser.submit(await browser.open('/login'), { email });
  return { browser, email, page, code: mailbox.codeFor(email) };
}

/** A code that is not the right one. */
const wrong = (code: string) => (code === 'BBBBBBBB' ? 'CCCCCCCC' : 'BBBBBBBB');

const refused = { path: expect.stringMatching(/^\/login\/itx_\w+\/code$/), html: expect.any(String) };
const over = { ...refused, html: expect.stringContaining(texts.problems.codeOver) };

test('R9: a code has 8 characters that nobody mistakes for each other, and can be typed in small letters and groups', async () => {
  const { browser, page, code } = await personWithCode();
  expect(code).toMatch(/^[BCDFGHJKMNPQRSTVWXZ2-9]{8}$/);
  const typed = ` ${code.slice(0, 4).toLowerCase()}-${code.slice(4).toLowerCase()} `;
  expect(await browser.submit(page, { code: typed })).toMatchObject({ status: 200, path: '/account' });
});

test('R9: after three wrong tries the right code is over too, and the page counts them', async () => {
  const { browser, page, code } = await personWithCode();
  const tries = [];
  for (const typed of [wrong(code), wrong(code), wrong(code), code])
    tries.push(await browser.submit(page, { code: typed }));
  expect(tries).toMatchObject([
    { ...refused, html: expect.stringContaining('You have 2 tries left.') },
    { ...refused, html: expect.stringContaining(texts.code.oneTry) },
    over,
    over,
  ]);
});

test('R9: a code is valid for ten minutes', async () => {
  const [intime, late] = [await personWithCode(), await personWithCode()];
  world.clock.advance(599);
  expect(await intime.browser.submit(intime.page, { code: intime.code })).toMatchObject({ path: '/account' });
  world.clock.advance(1);
  expect(await late.browser.submit(late.page, { code: late.code })).toMatchObject(over);
});

test('R9: a code works once', async () => {
  const { browser, page, code } = await personWithCode();
  expect(await browser.submit(page, { code })).toMatchObject({ path: '/account' });
  expect(await browser.submit(page, { code })).toMatchObject(over);
});

test('R9: a new code takes the place of the code before', async () => {
  const { browser, email, page, code } = await personWithCode();
  const again = await browser.submit(page, {}, 1);
  expect(await browser.submit(again, { code })).toMatchObject(refused);
  expect(await browser.submit(again, { code: mailbox.codeFor(email) })).toMatchObject({ path: '/account' });
});

test('R9: a code works for no other login, not even of the same person in another browser', async () => {
  const [mine, other] = [await personWithCode(), new FormBrowser(world.url)];
  const page = await other.submit(await other.open('/login'), { email: mine.email });
  expect(await other.submit(page, { code: mine.code })).toMatchObject(refused);
});

test('S5: the form of a login is refused in a browser that did not begin it', async () => {
  const { page, code } = await personWithCode();
  const other = new FormBrowser(world.url);
  await other.open('/login');
  expect(await other.submit(page, { code })).toMatchObject({ status: 400 });
  expect(await other.open('/account')).toMatchObject({ path: expect.stringMatching(/^\/login\//) });
});
