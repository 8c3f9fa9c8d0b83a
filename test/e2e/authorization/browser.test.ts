import { createHash } from 'node:crypto';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { servePages } from '#test/support/browser/page-server.ts';
import { describeInBrowser, useBrowser } from '#test/support/browser/use-browser.ts';
import { createApplication, grantPermissions } from '#test/support/clients/applications.ts';
import { Mailbox } from '#test/support/people/mailbox.ts';
import { opened, prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import { REPORTS } from '#test/support/world/world.ts';

describeInBrowser('a person in a browser', () => {
  const mailbox = new Mailbox();
  const world = useWorld({ adapters: { mailQueue: () => mailbox } });
  const acme = useAcme(world);
  const ada = prepared(async () => (await world.manage('GET', `/v1/users/${acme.userId}`)).body as { email: string });
  const application = opened(() => servePages([]));
  const browser = useBrowser();

  /** The address by which a new application of somebody else asks for what it may have. */
  async function newRequest(): Promise<string> {
    const redirectUri = `${application.origin}/callback`;
    const created = await createApplication(world, {
      name: 'Dashboards',
      party: 'third',
      redirectUris: [redirectUri],
      grantTypes: ['authorization_code'],
    });
    await grantPermissions(world, created, acme.apiId, 'all', 'user');
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: created.clientId,
      redirect_uri: redirectUri,
      scope: 'openid email read:reports',
      resource: REPORTS,
      state: 'a state & "more"',
      code_challenge: createHash('sha256').update('v'.repeat(43)).digest('base64url'),
      code_challenge_method: 'S256',
    });
    return `${world.url}/oauth/authorize?${query}`;
  }

  async function logIn(page: Page): Promise<void> {
    await page.getByLabel('E-mail address').fill(ada.email);
    await page.getByRole('button', { name: 'Send me a code' }).click();
    await page.getByLabel('Code').fill(mailbox.codeFor(ada.email));
    await page.getByRole('button', { name: 'Log in' }).click();
  }

  async function consentPage(page: Page): Promise<void> {
    await page.goto(await newRequest());
    await logIn(page);
    await page.getByRole('heading', { name: 'Allow Dashboards to act for you?' }).waitFor();
  }

  /** The parameters with which the person comes back to the application. */
  async function answer(page: Page): Promise<Record<string, string>> {
    await page.waitForURL(`${application.origin}/callback?**`);
    return Object.fromEntries(new URL(page.url()).searchParams);
  }

  const textOf = (page: Page) => page.locator('main').innerText();

  test.each([true, false])(
    'logs in, allows, and comes back with a code, with scripts: %s',
    async (javaScriptEnabled) => {
      const { page, complaints } = await browser.openTab({ javaScriptEnabled });
      await consentPage(page);
      expect(await textOf(page)).toContain('Read reports');
      await page.getByRole('button', { name: 'Allow' }).click();
      expect(await answer(page)).toEqual({
        code: expect.stringMatching(/^\S{40,}$/),
        state: 'a state & "more"',
        iss: world.url,
      });
      expect(complaints).toEqual([]);
    },
  );

  test('M4: denies, and comes back with the refusal', async () => {
    const { page, complaints } = await browser.openTab();
    await consentPage(page);
    await page.getByRole('button', { name: 'Deny' }).click();
    expect(await answer(page)).toEqual({
      error: 'access_denied',
      error_description: 'The person declined.',
      state: 'a state & "more"',
      iss: world.url,
    });
    expect(complaints).toEqual([]);
  });

  test('sees the same question after a reload, after going back, and in a second tab', async () => {
    const { page, context, complaints } = await browser.openTab();
    await consentPage(page);
    const shown = await textOf(page);
    await page.reload();
    expect(await textOf(page)).toBe(shown);
    await page.getByRole('link', { name: 'Log in as somebody else' }).click();
    await page.getByLabel('E-mail address').waitFor();
    await page.goBack();
    expect(await textOf(page)).toBe(shown);
    const second = await context.newPage();
    await second.goto(page.url());
    expect(await textOf(second)).toBe(shown);
    expect(complaints).toEqual([]);
  });

  test('has two requests in two tabs, which do not mix', async () => {
    const { page, context } = await browser.openTab();
    await consentPage(page);
    const second = await context.newPage();
    await second.goto(await newRequest());
    await second.getByRole('button', { name: 'Deny' }).click();
    await page.getByRole('button', { name: 'Allow' }).click();
    expect(await answer(second)).toMatchObject({ error: 'access_denied' });
    expect(await answer(page)).toMatchObject({ code: expect.any(String) });
  });

  test('M13: finishes only in the browser where the request began', async () => {
    const { page } = await browser.openTab();
    await consentPage(page);
    const other = await browser.openTab();
    const interaction = page.url();
    for (const url of [interaction, interaction.replace('/authorize/', '/login/')]) {
      const reply = await other.page.goto(url);
      const heading = await other.page.getByRole('heading').first().textContent();
      expect({ status: reply?.status(), heading }).toEqual({ status: 400, heading: 'This took too long' });
    }
    await page.getByRole('button', { name: 'Allow' }).click();
    expect(await answer(page)).toMatchObject({ code: expect.any(String) });
  });

  test('gets no second answer by going back to a question that is answered', async () => {
    const { page } = await browser.openTab();
    await consentPage(page);
    const interaction = page.url();
    await page.getByRole('button', { name: 'Allow' }).click();
    await answer(page);
    expect((await page.goto(interaction))?.status()).toBe(400);
  });

  test('sees the session on the account page, and logs out', async () => {
    const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0';
    const { page, complaints } = await browser.openTab({ userAgent });
    await page.goto(`${world.url}/account`);
    await logIn(page);
    await page.getByRole('heading', { name: 'Your account' }).waitFor();
    expect(page.url()).toBe(`${world.url}/account`);
    const current = page.getByRole('listitem').filter({ hasText: 'This browser' });
    expect(await current.innerText()).toMatch(/^Firefox on Linux This browser\n/);
    expect(await textOf(page)).toContain(ada.email);
    await page.getByRole('button', { name: 'Log out', exact: true }).click();
    await page.getByRole('heading', { name: 'You are logged out' }).waitFor();
    await page.goto(`${world.url}/account`);
    expect(await page.getByLabel('E-mail address').isVisible()).toBe(true);
    expect(complaints).toEqual([]);
  });
});
