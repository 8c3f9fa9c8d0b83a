import { beforeEach, describe, expect, test } from 'vitest';
import { FormBrowser } from '#infra/local/demo/people/form-browser.ts';
import { texts } from '#shared/pages/texts.ts';
import { type Manage, succeed } from '#test/support/arrange/manage.ts';
import { Mailbox } from '#test/support/people/mailbox.ts';
import { useWorld } from '#test/support/world/use-world.ts';

const mailbox = new Mailbox();
const world = useWorld({ adapters: { mailQueue: () => mailbox } });
// Each request has a token of its own second, because the tests let hours go by.
const manage: Manage = (method, path, body) => world.manage(method, path, body);

const letSignUp = (mode: string, domains: readonly string[] = []) =>
  succeed(manage('PATCH', '/v1/settings', { signUp: { mode, domains } }));

// A source gets a hundred codes an hour.
beforeEach(() => world.clock.advance(3_600));

/** Asks for a code, and returns the page that wants it. */
async function ask(email: string) {
  const browser = new FormBrowser(world.url);
  return { browser, page: await browser.submit(await browser.open('/login'), { email }) };
}

const gotMail = (email: string) => mailbox.mails.some(({ to }) => to === email);

/** The addresses of all users whose address contains a text. */
async function addressesLike(part: string): Promise<readonly string[]> {
  const { body } = await manage('GET', `/v1/users?q=${encodeURIComponent(part)}`);
  return (body as { items: { email: string }[] }).items.map(({ email }) => email);
}

describe('S15: a person without a user', () => {
  test.each<[string, readonly string[], string]>([
    ['off', [], 'off@example.com'],
    ['invitation', [], 'uninvited@example.com'],
    ['domains', ['example.com'], 'other@example.org'],
    ['domains', ['example.com'], 'below@mail.example.com'],
    ['domains', ['example.com'], 'beside@notexample.com'],
    ['domains', ['example.com'], 'behind@example.com.example.org'],
    ['domains', [], 'none@example.com'],
  ])('gets no code in mode %s %j: %s', async (mode, domains, email) => {
    await letSignUp(mode, domains);
    const { page } = await ask(email);
    expect(page.path).toMatch(/^\/login\/itx_\w+\/code$/);
    expect([gotMail(email), await addressesLike(email)]).toEqual([false, []]);
  });

  test.each<[string, readonly string[], string]>([
    ['open', [], 'anybody@example.org'],
    ['domains', ['example.com', 'example.net'], 'Member@Example.NET'],
    ['domains', ['EXAMPLE.com'], 'plus+tag@example.com'],
  ])(
    'becomes a user with a verified address by the first right code in mode %s %j: %s',
    async (mode, domains, email) => {
      await letSignUp(mode, domains);
      const { browser, page } = await ask(email);
      const address = email.toLowerCase();
      expect(await addressesLike(address)).toEqual([]);
      expect(await browser.submit(page, { code: mailbox.codeFor(address) })).toMatchObject({ path: '/account' });
      const { body } = await manage('GET', `/v1/users?q=${encodeURIComponent(address)}`);
      expect(body).toMatchObject({ items: [{ email: address, emailVerified: true, status: 'active' }] });
    },
  );

  test('gets no user if sign-up is switched off before the code is typed', async () => {
    await letSignUp('open');
    const { browser, page } = await ask('late@example.com');
    await letSignUp('off');
    const after = await browser.submit(page, { code: mailbox.codeFor('late@example.com') });
    expect(after.html).toContain(texts.problems.codeOver);
    expect(await addressesLike('late@example.com')).toEqual([]);
  });

  test('sees the same page with and without a chance to sign up', async () => {
    const shapeOf = (html: string, email: string) =>
      html.replaceAll(email, 'EMAIL').replaceAll(/itx_\w+|value="[^"]*"/g, '');
    const pages = [];
    for (const [mode, email] of [
      ['off', 'same1@example.com'],
      ['open', 'same2@example.com'],
    ] as const) {
      await letSignUp(mode);
      pages.push(shapeOf((await ask(email)).page.html, email));
    }
    expect(pages[0]).toBe(pages[1]);
  });

  test('S8: becomes one user by 32 right codes at the same time', async () => {
    await letSignUp('open');
    const email = 'racer@example.com';
    const { browser, page } = await ask(email);
    const code = mailbox.codeFor(email);
    await Promise.allSettled(Array.from({ length: 32 }, () => browser.submit(page, { code })));
    expect(await addressesLike(email)).toEqual([email]);
  });

  test('whose user was disabled gets no session and no second user', async () => {
    await letSignUp('open');
    const email = 'disabled@example.com';
    const { id } = await succeed(manage('POST', '/v1/users', { email }));
    await succeed(manage('PATCH', `/v1/users/${id}`, { status: 'disabled' }));
    const { browser, page } = await ask(email);
    const after = await browser.submit(page, { code: mailbox.codeFor(email) });
    expect(after.path).not.toBe('/account');
    expect(await addressesLike(email)).toEqual([email]);
  });
});

test('no setting of sign-up takes a domain that mails do not have', async () => {
  const refused = await Promise.all(
    ['', 'example', '@example.com', 'a b.com', '*.example.com', 'exämple.com'].map((domain) =>
      manage('PATCH', '/v1/settings', { signUp: { domains: [domain] } }),
    ),
  );
  expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 400));
});
