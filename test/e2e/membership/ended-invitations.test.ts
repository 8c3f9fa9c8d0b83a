import { describe, expect, test } from 'vitest';
import { FormBrowser, type Shown } from '#infra/local/demo/people/form-browser.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { ANSWERS, accept, invitationPath, openInvited } from '#test/support/people/invitations.ts';
import { newAddress, type ShownInvitation, useInviting } from '#test/support/people/inviting.ts';

const { mailbox, world, acme, manage, roles, collection, invite, userOf, membershipOf } = useInviting(assertConforms);

const WEEK_SECONDS = 604_800;

/** A page without what differs between two requests. */
const plain = ({ status, html }: Shown) => ({ status, html: html.replaceAll(/Request <code>[^<]+/g, 'Request') });

describe('an invitation that is over', () => {
  const unknown = async () => plain(await new FormBrowser(world.url).open('/invitations/inv_0000000000000000000000'));

  test.each<[string, (invitation: ShownInvitation) => Promise<unknown>]>([
    ['was withdrawn', ({ id }) => manage('DELETE', `${collection()}/${id}`)],
    ['was accepted', ({ email }) => accept(world.url, email, mailbox)],
    ['has expired', async () => world.clock.advance(WEEK_SECONDS)],
    ['is into a tenant that is disabled', () => disabled('disabled')],
  ])('shows what an unknown link shows, if it %s', async (_what, end) => {
    const email = newAddress();
    const invitation = await invite(email);
    const path = invitationPath(email, mailbox);
    await end(invitation);
    const shown = plain(await new FormBrowser(world.url).open(path));
    await disabled('active');
    expect(shown).toEqual(await unknown());
    expect(shown.status).toBe(410);
  });

  const disabled = (status: string) => manage('PATCH', `/v1/tenants/${acme.tenantId}`, { status });

  test('makes nobody a member who opened it in time', async () => {
    const email = newAddress();
    const { id } = await invite(email);
    const browser = new FormBrowser(world.url);
    const question = await openInvited(browser, email, mailbox);
    expect((await manage('DELETE', `${collection()}/${id}`)).status).toBe(204);
    const late = await browser.submit(question, {}, ANSWERS.accept);
    expect(late.status).toBe(410);
    expect(await membershipOf(email)).toBeUndefined();
  });

  test('lets nobody log in who has no user', async () => {
    const email = newAddress();
    const { id } = await invite(email);
    const browser = new FormBrowser(world.url);
    const codePage = await browser.submit(await browser.open(invitationPath(email, mailbox)), {});
    await manage('DELETE', `${collection()}/${id}`);
    const refused = await browser.submit(codePage, { code: mailbox.codeFor(email) });
    expect(refused.path).toMatch(/^\/login\/itx_\w+\/code$/);
    expect(await userOf(email)).toBeUndefined();
  });

  test('is good again for seven days after it was sent again', async () => {
    const email = newAddress();
    const { id } = await invite(email);
    world.clock.advance(WEEK_SECONDS);
    expect((await manage('GET', `${collection()}/${id}`)).body).toMatchObject({ status: 'expired' });
    const again = await manage('POST', `${collection()}/${id}/resend`);
    expect(again.body).toMatchObject({ id, status: 'open', version: 2 });
    await accept(world.url, email, mailbox);
    expect(await membershipOf(email)).toMatchObject({ roleIds: [roles.equal] });
  });

  test('is removed once somebody invites again', async () => {
    const { id } = await invite(newAddress());
    world.clock.advance(WEEK_SECONDS);
    await invite(newAddress());
    expect(seen(await manage('GET', `${collection()}/${id}`))).toEqual(problem(404, 'not_found'));
  });
});
