import { beforeEach, describe, expect, test } from 'vitest';
import { FormBrowser } from '#infra/local/demo/people/form-browser.ts';
import { manageWith, succeed } from '#test/support/arrange/manage.ts';
import { ownAccount } from '#test/support/arrange/own-account.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { logInByCode } from '#test/support/people/log-in.ts';
import {
  isLoggedIn,
  logInBy,
  newPerson,
  newProvider,
  type TestProvider,
  useProviders,
  verified,
} from '#test/support/people/providers.ts';

const { internet, mailbox, world, manage } = useProviders();

const IDENTITIES = '/v1/me/identities';

interface ShownIdentity {
  readonly id: string;
  readonly type: string;
}

let provider: TestProvider;
let person: { readonly id: string; readonly email: string };
beforeEach(async () => {
  provider = await newProvider(manage, internet);
  person = await newPerson(manage);
  provider.script.claims = verified(person.email);
});

/** Manages as an application that acts for the person, whose login is so old. */
const asPerson = async (loggedInSecondsAgo = 0) =>
  manageWith(world, (await ownAccount(world, { userId: person.id, loggedInSecondsAgo })).token);

const byProvider = async () => {
  const browser = new FormBrowser(world.url);
  await logInBy(provider, browser);
  return browser;
};

const byCode = async () => {
  const browser = new FormBrowser(world.url);
  const account = await logInByCode(browser, await browser.open('/login'), person.email, mailbox);
  return { browser, account };
};

const shown = async () => (await succeed<{ items: ShownIdentity[] }>((await asPerson())('GET', IDENTITIES))).items;

const idOfSubject = async () => (await shown()).find(({ type }) => type === 'provider')?.id ?? '';

const notices = () =>
  mailbox.mails.flatMap((mail) => (mail.type === 'identityNotice' ? [[mail.to, mail.change, mail.provider]] : []));

describe('the ways to log in of a person', () => {
  test('are the address, and each subject with its provider, when it was added and when it was last used', async () => {
    await byProvider();
    const linkedAt = new Date(world.clock.nowSeconds() * 1_000).toISOString();
    world.clock.advance(60);
    await byProvider();
    const name = (await succeed<{ name: string }>(manage('GET', `/v1/identity-providers/${provider.id}`))).name;
    expect(await shown()).toEqual([
      { id: 'email', type: 'email', email: person.email, verified: false },
      {
        id: expect.stringMatching(/^idn_\w{22}$/),
        type: 'provider',
        email: person.email,
        verified: true,
        providerId: provider.id,
        providerName: name,
        issuer: provider.script.issuer,
        subject: `subject of ${person.email}`,
        linkedAt,
        lastUsedAt: new Date(world.clock.nowSeconds() * 1_000).toISOString(),
        version: expect.any(Number),
      },
    ]);
  });

  test('stay listed after the provider is gone, by the host of its issuer', async () => {
    await byProvider();
    await succeed(manage('DELETE', `/v1/identity-providers/${provider.id}`));
    expect((await shown())[1]).toMatchObject({ providerName: new URL(provider.script.issuer).host });
  });

  test('are shown on the account page', async () => {
    await byProvider();
    const { account } = await byCode();
    expect(account.html).toContain('How you log in');
    expect(account.html).toContain(new URL(provider.script.issuer).host.split('.')[0]?.replace('login', 'Acme '));
  });
});

describe('S14: a way to log in that is added', () => {
  test('by a trusted address is told to the person, once', async () => {
    await byProvider();
    await byProvider();
    const { name } = await succeed<{ name: string }>(manage('GET', `/v1/identity-providers/${provider.id}`));
    expect(notices().filter(([to]) => to === person.email)).toEqual([[person.email, 'linked', name]]);
  });
});

describe('S14: a way to log in that is removed', () => {
  test('logs in no more; the sessions that it began end at once, other sessions do not, and the person is told', async () => {
    const begun = await byProvider();
    const { browser: other } = await byCode();
    const id = await idOfSubject();
    const before = mailbox.mails.length;
    expect(await (await asPerson())('DELETE', `${IDENTITIES}/${id}`)).toMatchObject({ status: 204 });
    expect([await isLoggedIn(begun), await isLoggedIn(other)]).toEqual([false, true]);
    expect(await shown()).toMatchObject([{ id: 'email' }]);
    const { name } = await succeed<{ name: string }>(manage('GET', `/v1/identity-providers/${provider.id}`));
    expect(notices().slice(-(mailbox.mails.length - before))).toEqual([[person.email, 'removed', name]]);
  });

  test('stays ended for its sessions when the same subject comes back', async () => {
    const begun = await byProvider();
    await byCode();
    await succeed((await asPerson())('DELETE', `${IDENTITIES}/${await idOfSubject()}`));
    world.clock.advance(5);
    expect(await isLoggedIn(await byProvider())).toBe(true);
    expect(await isLoggedIn(begun)).toBe(false);
  });

  test('is not the last verified one: the address must be verified first', async () => {
    await byProvider();
    const id = await idOfSubject();
    expect(seen(await (await asPerson())('DELETE', `${IDENTITIES}/${id}`))).toEqual(problem(409, 'conflict'));
    expect(notices().filter(([to, change]) => to === person.email && change === 'removed')).toEqual([]);
    await byCode();
    expect(await (await asPerson())('DELETE', `${IDENTITIES}/${id}`)).toMatchObject({ status: 204 });
  });

  test('is never the address', async () => {
    await byProvider();
    await byCode();
    expect(seen(await (await asPerson())('DELETE', `${IDENTITIES}/email`))).toEqual(problem(409, 'conflict'));
  });

  test("is never another person's", async () => {
    await byProvider();
    const id = await idOfSubject();
    await byCode();
    const stranger = await newPerson(manage);
    const { token } = await ownAccount(world, { userId: stranger.id, loggedInSecondsAgo: 0 });
    const reply = await manageWith(world, token)('DELETE', `${IDENTITIES}/${id}`);
    expect(seen(reply)).toEqual(problem(404, 'not_found'));
    expect(await idOfSubject()).toBe(id);
  });

  test('S12: needs a login of the last ten minutes', async () => {
    await byProvider();
    await byCode();
    const reply = await (await asPerson(600))('DELETE', `${IDENTITIES}/${await idOfSubject()}`);
    expect(seen(reply)).toEqual(problem(401, 'insufficient_user_authentication'));
  });
});

describe('the button on the account page', () => {
  test('removes a way to log in', async () => {
    await byProvider();
    const { browser, account } = await byCode();
    expect(await browser.press(account, '/account/identities/')).toMatchObject({ status: 200, path: '/account' });
    expect(await shown()).toHaveLength(1);
  });

  test('S12: asks for a new login after ten minutes, and removes nothing before', async () => {
    await byProvider();
    const { browser } = await byCode();
    world.clock.advance(600);
    const asked = await browser.press(await browser.open('/account'), '/account/identities/');
    expect(asked).toMatchObject({ status: 200, path: expect.stringMatching(/^\/login\/itx_/) });
    expect(asked.html).toContain('Log in once more');
    expect(await shown()).toHaveLength(2);
    const account = await logInByCode(browser, asked, person.email, mailbox);
    await browser.press(account, '/account/identities/');
    expect(await shown()).toHaveLength(1);
  });

  test('S5: is refused without the token of the form', async () => {
    await byProvider();
    const { browser } = await byCode();
    const reply = await browser.post(`/account/identities/${await idOfSubject()}/remove`, 'csrf=guessed');
    expect(reply).toMatchObject({ status: 403 });
    expect(await shown()).toHaveLength(2);
  });
});
