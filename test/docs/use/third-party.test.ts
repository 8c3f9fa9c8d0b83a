import { beforeAll, describe, expect, test } from 'vitest';
import { FormBrowser, type Shown } from '#infra/local/demo/people/form-browser.ts';
import { codeIn, localMails } from '#infra/local/demo/people/local-mails.ts';
import { usePage } from '#test/support/documents/use-page.ts';
import { CodeRequest } from '#test/support/people/code-flow.ts';

const PAGE = 'docs/use/third-party.md';

describe(PAGE, () => {
  const used = usePage(PAGE, { read: ['CLIENT_ID'] });
  let consent: Shown;

  beforeAll(async () => {
    const { session, mintmark } = used();
    const changes = { redirect_uri: 'https://dashboards.example.com/callback', scope: 'offline_access read:reports' };
    const browser = new FormBrowser(mintmark.url);
    const login = await browser.open(new CodeRequest(session.variables.CLIENT_ID ?? '', changes).path);
    const codePage = await browser.submit(login, { email: 'ada@example.com' });
    const chooseTenant = await browser.submit(codePage, { code: codeIn((await localMails(mintmark.url))[0]) });
    const [, tenant = ''] = /name="tenant" value="([^"]+)"/.exec(chooseTenant.html) ?? [];
    consent = await browser.submit(chooseTenant, { tenant });
  });

  test('registers an application that may ask users for one permission', () => {
    expect(used().session.answers('grant')).toEqual([
      expect.objectContaining({ for: 'user', permissions: ['read:reports'] }),
    ]);
    expect(used().session.answers('offline')).toEqual([true]);
  });

  test('makes a user a developer', () => {
    expect(used().session.answers('developers')).toEqual([expect.objectContaining({ version: 2 }), true]);
  });

  test('quotes the page that the person sees', () => {
    expect(textOf(consent.html)).toContain('Allow Dashboards to act for you?');
    expect(consent.html).toContain('<strong><bdi>dashboards.example.com</bdi></strong>');
    expect(consent.html.match(/(?<=name="permission" value=")[^"]+/g)).toEqual(['read:reports']);
  });
});

function textOf(html: string): string {
  return html.replaceAll(/<[^>]+>/g, '');
}
