import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FormBrowser, type Shown } from '#infra/local/demo/people/form-browser.ts';
import { codeIn, localMails } from '#infra/local/demo/people/local-mails.ts';
import { type ExpressProgram, startExpressProgram } from '#test/support/documents/express-program.ts';
import { codeOf } from '#test/support/documents/markdown.ts';
import { readPage } from '#test/support/documents/page-session.ts';
import { usePage } from '#test/support/documents/use-page.ts';

const PAGE = 'docs/use/log-people-in.md';

describe(PAGE, () => {
  const used = usePage(PAGE, { programs: ['js log-in'], read: ['CLIENT_ID', 'CLIENT_SECRET'] });
  let program: ExpressProgram;

  beforeAll(async () => {
    const { session, mintmark } = used();
    const variables = { ...session.variables, MINTMARK: mintmark.url };
    program = await startExpressProgram(codeOf(readPage(PAGE), 'log-in'), variables);
  });
  afterAll(() => program.stop());

  /** Opens the application, logs in and answers the question. Returns what the application then shows. */
  async function logIn(decision: 'allow' | 'deny'): Promise<readonly [number, string]> {
    const { url } = used().mintmark;
    const begun = await fetch(program.url, { redirect: 'manual' });
    const browser = new FormBrowser(url);
    const login = await browser.open((begun.headers.get('location') ?? '').slice(url.length));
    const codePage = await browser.submit(login, { email: 'ada@example.com' });
    const chooseTenant = await browser.submit(codePage, { code: codeIn((await localMails(url))[0]) });
    const consent = await browser.submit(chooseTenant, { tenant: firstTenantOn(chooseTenant) });
    const left = await browser.submit(consent, { decision, permission: ['read:reports'] });
    const cookie = begun.headers.getSetCookie().map((header) => header.split(';', 1)[0]);
    const response = await fetch(left.leavesTo ?? '', { headers: { cookie: cookie.join('; ') } });
    return [response.status, await response.text()];
  }

  test('names the authorization endpoint', () => {
    expect(used().session.output('endpoints')).toBe(`${used().mintmark.url}/oauth/authorize\n`);
  });

  test('names the endpoint for a logout', () => {
    expect(used().session.output('logout')).toBe(`${used().mintmark.url}/oauth/logout\n`);
  });

  test('declines: the application hears of it', async () => {
    expect(await logIn('deny')).toEqual([400, 'The person declined.\n']);
  });

  test('logs a person in, and calls an API for the person', async () => {
    expect(await logIn('allow')).toEqual([200, 'Ada, ada@example.com: {"reports":["2026 in numbers"]}\n']);
  });
});

/** Ada is a member of one tenant more each time that the page is pasted. */
function firstTenantOn({ html }: Shown): string {
  return /name="tenant" value="([^"]+)"/.exec(html)?.[1] ?? '';
}
