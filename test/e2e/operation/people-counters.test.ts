import { beforeAll, describe, expect, test } from 'vitest';
import { FormBrowser } from '#infra/local/demo/people/form-browser.ts';
import { addressOf, answerIn, CodeRequest, newThirdParty, openAs } from '#test/support/people/code-flow.ts';
import { Mailbox } from '#test/support/people/mailbox.ts';
import { costOf } from '#test/support/stored/call-counts.ts';
import { useAcme, useWorld } from '#test/support/world/use-world.ts';
import type { Credentials } from '#test/support/world/world.ts';

const mailbox = new Mailbox();
const world = useWorld({ adapters: { mailQueue: () => mailbox } });
const acme = useAcme(world);
const ALLOW = { decision: 'allow', permission: ['read:reports'] };

describe('a code flow of a person with a session and a remembered consent', () => {
  let browser: FormBrowser;
  let application: Credentials;
  beforeAll(async () => {
    application = await newThirdParty(world, acme.apiId);
    browser = new FormBrowser(world.url);
    const email = await addressOf(world, acme.userId);
    const consent = await openAs(browser, new CodeRequest(application.clientId), { email, mailbox });
    await browser.submit(consent, ALLOW);
    // The process remembers the application's secret and the keys from here on.
    await (await nextRedemption())();
  });

  /** Asks for a code, and returns the request that trades it. */
  async function nextRedemption() {
    const request = new CodeRequest(application.clientId);
    const answer = answerIn(await browser.open(request.path));
    return () => request.redeem(world, application, answer);
  }

  test('costs two reads and the write of the code at the authorization endpoint', async () => {
    const cost = await costOf(world, () => browser.open(new CodeRequest(application.clientId).path));
    expect(cost).toEqual({ reads: 2, writes: 1, kms: [], comparisons: 0 });
  });

  test('costs two reads, the end of the code and two signatures at the token endpoint', async () => {
    const cost = await costOf(world, await nextRedemption());
    expect(cost).toEqual({ reads: 2, writes: 1, kms: ['Sign', 'Sign'], comparisons: 0 });
  });

  test('costs one read at the userinfo endpoint', async () => {
    const { body } = await (await nextRedemption())();
    const { access_token: token } = body as { readonly access_token: string };
    const ask = () => world.send('GET', '/oauth/userinfo', { headers: { authorization: `Bearer ${token}` } });
    expect((await ask()).status).toBe(200);
    expect(await costOf(world, ask)).toEqual({ reads: 1, writes: 0, kms: [], comparisons: 0 });
  });
});
