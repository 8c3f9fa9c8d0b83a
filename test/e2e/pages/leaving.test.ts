import { expect, test } from 'vitest';
import { formPostPage } from '#shared/pages/authorization/form-post.ts';
import { leavePage } from '#shared/pages/authorization/leave.ts';
import { webMessagePage } from '#shared/pages/authorization/web-message.ts';
import { loginPage } from '#shared/pages/login/login.ts';
import { stylesheet } from '#shared/pages/stylesheet.ts';
import { servePages } from '#test/support/browser/page-server.ts';
import { describeInBrowser, useBrowser } from '#test/support/browser/use-browser.ts';
import { opened } from '#test/support/world/use-world.ts';

describeInBrowser('an answer to an application', () => {
  const server = opened(() => servePages([stylesheet]));
  const application = opened(() => servePages([]));
  const browser = useBrowser();

  test.each([true, false])('arrives after a form of ours, with scripts: %s', async (javaScriptEnabled) => {
    const { page, complaints } = await browser.openTab({ javaScriptEnabled });
    const answer = `${application.origin}/callback?code=a&state=%22%3C%3E#fragment`;
    server.show('/posted', leavePage({ to: answer }));
    await page.goto(
      server.show('/login', loginPage({ action: '/next', csrf: 'token', mailAvailable: true, providers: [] })),
    );
    await page.getByLabel('E-mail address').fill('ada@example.com');
    await page.getByRole('button').click();
    await page.waitForURL(answer);
    expect([page.url(), complaints]).toEqual([answer, []]);
  });

  test('can be followed by hand', async () => {
    const { page } = await browser.openTab();
    const { refreshTo: _, ...shown } = leavePage({ to: `${application.origin}/callback?code=b` });
    await page.goto(server.show('/page', shown));
    await page.getByRole('link').click();
    await page.waitForURL(`${application.origin}/callback?code=b`);
    expect(await page.evaluate('document.referrer')).toBe('');
  });

  test('arrives as a form where scripts do not run, by its button', async () => {
    const { page } = await browser.openTab({ javaScriptEnabled: false });
    const props = { action: `${application.origin}/callback`, fields: { code: 'c', state: 'd' } };
    await page.goto(server.show('/page', formPostPage(props)));
    await page.getByRole('button').click();
    await page.waitForURL(`${application.origin}/posted`);
    expect(application.posted).toEqual([{ path: '/callback', fields: Object.entries(props.fields) }]);
  });

  /** A page of another origin that frames a page of ours, and writes down the messages that it gets. */
  const framing = (url: string) => ({
    html: `<!doctype html><title>Application</title><script>
      messages = []; addEventListener('message', (e) => messages.push([e.origin, e.data]));
    </script><iframe src="${url}" onload="loaded = true"></iframe>`,
    csp: '',
    status: 200,
  });

  const message = { type: 'authorization_response', response: { code: 'e', state: '</script>"\u2028' } };

  test('reaches the page around a frame, if it is the application', async () => {
    const { page } = await browser.openTab();
    const url = server.show('/message', webMessagePage({ targetOrigin: application.origin, message }));
    await page.goto(application.show('/app', framing(url)));
    await page.waitForFunction('messages.length > 0');
    expect(await page.evaluate('messages')).toEqual([[server.origin, message]]);
  });

  test('M16: never reaches another page around a frame, which does not even see the page', async () => {
    const { page, complaints } = await browser.openTab();
    const url = server.show('/message', webMessagePage({ targetOrigin: 'https://app.example', message }));
    await page.goto(application.show('/evil', framing(url)));
    await page.waitForFunction('globalThis.loaded');
    expect([await page.evaluate('messages'), complaints]).toEqual([[], [expect.stringContaining('frame-ancestors')]]);
  });

  test('M16: goes nowhere where its page is not framed', async () => {
    const { page, complaints } = await browser.openTab();
    await page.goto(server.show('/message', webMessagePage({ targetOrigin: server.origin, message })));
    expect([await page.locator('h1').textContent(), complaints]).toEqual(['One moment', []]);
  });

  test('M16: is asked for on pages that nobody can frame', async () => {
    const { page, complaints } = await browser.openTab();
    const url = server.show(
      '/login',
      loginPage({ action: '/next', csrf: 'token', mailAvailable: true, providers: [] }),
    );
    await page.goto(application.show('/evil', framing(url)));
    await page.waitForFunction('globalThis.loaded');
    expect([page.frames().map((frame) => frame.url()), complaints]).toEqual([
      [`${application.origin}/evil`, 'chrome-error://chromewebdata/'],
      [expect.stringContaining('frame-ancestors')],
    ]);
  });
});
