import type { FormBrowser, Shown } from '#infra/local/demo/people/form-browser.ts';
import type { Mailbox } from './mailbox.ts';

/** Logs a person in on a login page, by the code that was sent to the address. Returns the page after the login. */
export async function logInByCode(browser: FormBrowser, page: Shown, email: string, mailbox: Mailbox): Promise<Shown> {
  const codePage = await browser.submit(page, { email });
  return browser.submit(codePage, { code: mailbox.codeFor(email) });
}
