import { describe, expect, test } from 'vitest';
import { FormBrowser } from '#infra/local/demo/people/form-browser.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { accept, invitationPath, openInvited } from '#test/support/people/invitations.ts';
import { newAddress, useInviting } from '#test/support/people/inviting.ts';
import { logInByCode } from '#test/support/people/log-in.ts';

const { mailbox, world, manage, invite, membershipOf } = useInviting(assertConforms);

describe('an invitation in other hands', () => {
  test('is answered by nobody who is logged in with another address', async () => {
    const [email, other] = [newAddress(), newAddress()];
    await succeed(manage('POST', '/v1/users', { email: other }));
    await invite(email);
    const thief = new FormBrowser(world.url);
    await logInByCode(thief, await thief.open('/login'), other, mailbox);
    const path = invitationPath(email, mailbox);
    const page = await thief.open(path);
    expect(page.html).not.toContain('Decline');
    for (const answer of ['accept', 'decline']) {
      const csrf = /name="csrf" value="([^"]*)"/.exec(page.html)?.[1] ?? '';
      const shown = await thief.post(`${path}/${answer}`, new URLSearchParams({ csrf }));
      expect(shown.path).toBe(path);
    }
    expect(await membershipOf(other)).toBeUndefined();
    await accept(world.url, email, mailbox);
  });

  test('S5: is answered in no browser but that of the person: a code finishes where it was asked for', async () => {
    const email = newAddress();
    await invite(email);
    const [attacker, victim] = [new FormBrowser(world.url), new FormBrowser(world.url)];
    const codePage = await attacker.submit(await attacker.open(invitationPath(email, mailbox)), {});
    const shown = await victim.open(codePage.path);
    expect(shown.status).toBe(400);
    const finished = await victim.submit(codePage, { code: mailbox.codeFor(email) });
    expect([finished.status, await membershipOf(email)]).toEqual([400, undefined]);
  });

  test.each(['login', 'accept', 'decline'])('a forged form changes nothing: %s', async (action) => {
    const email = newAddress();
    await invite(email);
    const browser = new FormBrowser(world.url);
    await openInvited(browser, email, mailbox);
    const before = mailbox.mails.length;
    const path = `${invitationPath(email, mailbox)}/${action}`;
    expect((await browser.post(path, new URLSearchParams({ csrf: 'forged' }))).status).toBe(403);
    expect(mailbox.mails.length).toBe(before);
    expect(await membershipOf(email)).toBeUndefined();
  });

  test('asks a user for a code whose address was changed to it', async () => {
    const [email, other] = [newAddress(), newAddress()];
    const { id } = await succeed(manage('POST', '/v1/users', { email: other }));
    await invite(email);
    const browser = new FormBrowser(world.url);
    await logInByCode(browser, await browser.open('/login'), other, mailbox);
    await manage('PATCH', `/v1/users/${id}`, { email });
    expect((await browser.open(invitationPath(email, mailbox))).html).toContain('Send me a code');
  });
});
