import { expect, test } from 'vitest';
import { stylesheet } from '#shared/pages/stylesheet.ts';
import { servePages } from '#test/support/browser/page-server.ts';
import { describeInBrowser, useBrowser } from '#test/support/browser/use-browser.ts';
import { type PageName, render, type Sample, samples } from '#test/support/pages/samples.ts';
import { opened } from '#test/support/world/use-world.ts';

const CONTROLS = 'a[href], button, input:not([type=hidden])';

/** Names each control of a page by its place, in the order in which they are read. */
const NUMBER_CONTROLS = `document.querySelectorAll("${CONTROLS}").forEach((e, i) => e.dataset.place = i)`;

const FOCUSED = `(() => {
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
  return [document.activeElement.dataset.place, outlineStyle !== "none" && parseFloat(outlineWidth) >= 2];
})()`;

describeInBrowser('with the keyboard alone', () => {
  const server = opened(() => servePages([stylesheet]));
  const browser = useBrowser();

  async function openSample(sample: Sample, change = (html: string) => html) {
    const { page } = await browser.openTab();
    const { html, csp, status } = sample.render();
    await page.goto(server.show('/page', { html: change(html), csp, status }));
    return page;
  }

  test.each(samples.map((sample) => [`${sample.page}, ${sample.situation}`, sample] as const))(
    'Tab reaches each control of %s in the order of reading, and shows where it is',
    async (_, sample) => {
      const page = await openSample(sample, (html) =>
        html.replace(' autofocus', '').replace(/<script>.*<\/script>/, ''),
      );
      await page.evaluate(NUMBER_CONTROLS);
      const reached: unknown[] = [];
      const count = await page.locator(CONTROLS).count();
      for (let place = 0; place < count; place++) {
        await page.keyboard.press('Tab');
        reached.push(await page.evaluate(FOCUSED));
      }
      expect(reached).toEqual(Array.from({ length: count }, (__, place) => [`${place}`, true]));
    },
  );

  const sampleOf = (name: PageName, situation: string) => {
    const sample = samples.find(({ page, situation: other }) => page === name && other === situation);
    if (sample === undefined) throw new Error(`There is no sample ${name}, ${situation}.`);
    return sample;
  };

  test.each([
    [
      'an address and Enter ask for a code',
      sampleOf('loginPage', 'plain'),
      'ada@example.com',
      ['email', 'ada@example.com'],
    ],
    ['a code and Enter log in', sampleOf('codePage', 'plain'), 'ab2c 9xyz', ['code', 'ab2c 9xyz']],
  ])('%s', async (_, sample, typed, field) => {
    const page = await openSample(sample);
    await page.locator('input:focus').waitFor();
    await page.keyboard.type(typed);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/posted');
    expect(server.posted.at(-1)).toEqual({ path: '/next', fields: [['csrf', 'k3v-token'], field] });
  });

  test('Enter on a box of the consent page allows nothing', async () => {
    const page = await openSample(sampleOf('consentPage', 'verified'));
    await page.locator('input[type=checkbox]').first().focus();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/posted');
    expect(server.posted.at(-1)?.fields).toContainEqual(['decision', 'deny']);
  });

  test('the consent page posts what was left ticked', async () => {
    const page = await openSample(sampleOf('consentPage', 'verified'));
    await page.locator('input[value="write:reports"]').focus();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Allow' }).press('Enter');
    await page.waitForURL('**/posted');
    expect(server.posted.at(-1)).toEqual({
      path: '/next',
      fields: [
        ['csrf', 'k3v-token'],
        ['permission', 'read:reports'],
        ['decision', 'allow'],
      ],
    });
  });

  test('a tenant is chosen by its button', async () => {
    const page = await openSample(sampleOf('chooseTenantPage', 'plain'));
    await page.getByRole('button', { name: 'Globex Corporation' }).press('Enter');
    await page.waitForURL('**/posted');
    expect(server.posted.at(-1)).toEqual({
      path: '/next',
      fields: [
        ['csrf', 'k3v-token'],
        ['tenant', 'ten_2'],
      ],
    });
  });

  test('each button of the account page says what it ends', async () => {
    const page = await openSample(sampleOf('accountPage', 'full'));
    const names = await page.getByRole('button').allTextContents();
    expect(names).toEqual([
      'Log out',
      'Log out everywhere',
      'Remove the login with Google',
      'Remove the login with GitHub',
      'End the session of Firefox on Linux',
      'End the session of Safari on iPhone',
      'Withdraw the access of Report Mailer',
      'Withdraw the access of Notebook',
      'Withdraw the access of Guest Book',
    ]);
  });

  test('a page without scripts works as well', async () => {
    const { page } = await browser.openTab({ javaScriptEnabled: false });
    await page.goto(server.show('/page', render('codePage', sampleOf('codePage', 'plain').props)));
    await page.getByRole('button', { name: 'Send a new code' }).click();
    await page.waitForURL('**/posted');
    expect(server.posted.at(-1)).toEqual({ path: '/resend', fields: [['csrf', 'k3v-token']] });
  });
});
