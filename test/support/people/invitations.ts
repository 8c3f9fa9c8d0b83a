import type { Shown } from '#infra/local/demo/people/form-browser.ts';
import { FormBrowser } from '#infra/local/demo/people/form-browser.ts';
import type { Mailbox } from './mailbox.ts';

/** Where the link of the newest invitation to an address leads: a path of our own. */
export function invitationPath(email: string, mailbox: Mailbox): string {
  return `/invitations/${mailbox.invitationFor(email).invitationId}`;
}

/** A person opens an invitation, and logs in by a code. Returns the page that asks for the answer. */
export async function openInvited(browser: FormBrowser, email: string, mailbox: Mailbox): Promise<Shown> {
  const codePage = await browser.submit(await browser.open(invitationPath(email, mailbox)), {});
  return browser.submit(codePage, { code: mailbox.codeFor(email) });
}

/** The forms of the page that asks for the answer, in their order. */
export const ANSWERS = { decline: 0, accept: 1 } as const;

/** A person accepts an invitation in a new browser. */
export async function accept(url: string, email: string, mailbox: Mailbox): Promise<FormBrowser> {
  const browser = new FormBrowser(url);
  const account = await browser.submit(await openInvited(browser, email, mailbox), {}, ANSWERS.accept);
  if (account.path !== '/account') throw new Error(`The invitation was not accepted: ${account.html}`);
  return browser;
}
