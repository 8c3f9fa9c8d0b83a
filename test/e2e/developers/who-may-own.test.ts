import { beforeEach, describe, expect, test } from 'vitest';
import { FormBrowser } from '#infra/local/demo/people/form-browser.ts';
import { SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import {
  type Developer,
  letDevelopersIn,
  newDeveloper,
  OWN_APPLICATIONS,
  pathOf,
  registerOwn,
  registration,
} from '#test/support/arrange/developers.ts';
import { manageWith, succeed } from '#test/support/arrange/manage.ts';
import { problem, seen } from '#test/support/ask/answers.ts';
import { assertConforms } from '#test/support/ask/conformance.ts';
import { createApplication } from '#test/support/clients/applications.ts';
import { CodeRequest, newThirdParty, openAs, tokensByCode } from '#test/support/people/code-flow.ts';
import { Mailbox } from '#test/support/people/mailbox.ts';
import type { Credentials } from '#test/support/world/deployment.ts';
import { useManage, useWorld } from '#test/support/world/use-world.ts';

const mailbox = new Mailbox();
const world = useWorld({ adapters: { mailQueue: () => mailbox }, onReply: assertConforms });
const manage = useManage(world);

const register = ({ manage: asDeveloper }: Developer, changes: object = {}) =>
  asDeveloper('POST', OWN_APPLICATIONS, { ...registration, ...changes });

const setDeveloper = ({ userId }: Developer, developer: boolean) =>
  succeed(manage('PATCH', `/v1/users/${userId}`, { developer }));

describe('W11: an application', () => {
  beforeEach(() => letDevelopersIn(world, { mode: 'off' }));

  test('is owned by nobody, until the settings say something else', async () => {
    const { body } = await manage('GET', '/v1/settings');
    expect(body).toMatchObject({ developers: { mode: 'off', maxApplications: 10, reservedNames: [] } });
    const ada = await newDeveloper(world);
    await setDeveloper(ada, true);
    const reply = await register(ada);
    expect(seen(reply)).toEqual(problem(403, 'forbidden'));
    expect(reply.text).toContain('An administrator can change');
  });

  test('is registered by users whom an administrator made developers, where these are invited', async () => {
    await letDevelopersIn(world, { mode: 'invited' });
    const [ada, eve] = [await newDeveloper(world), await newDeveloper(world)];
    expect(await setDeveloper(ada, true)).toMatchObject({ developer: true });
    expect((await register(ada)).status).toBe(201);
    expect(seen(await register(eve))).toEqual(problem(403, 'forbidden'));
    expect(await setDeveloper(ada, false)).toMatchObject({ developer: false });
    expect(seen(await register(ada))).toEqual(problem(403, 'forbidden'));
  });

  test('is registered by every user, where developers are let in', async () => {
    await letDevelopersIn(world, { mode: 'open' });
    expect((await register(await newDeveloper(world))).status).toBe(201);
  });

  test('can still be changed, rotated and deleted by its developer, after the settings became stricter', async () => {
    await letDevelopersIn(world, { mode: 'open' });
    const ada = await newDeveloper(world);
    const path = pathOf(await registerOwn(ada));
    await letDevelopersIn(world, { mode: 'off' });
    const replies = [
      await ada.manage('GET', OWN_APPLICATIONS),
      await ada.manage('PATCH', path, { name: 'Courier' }),
      await ada.manage('POST', `${path}/secrets/rotate`, { graceSeconds: 0 }),
      await ada.manage('DELETE', path),
    ];
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 201, 204]);
  });

  test('W12: has no name that the workspace reserved, in any spelling that looks like it', async () => {
    await letDevelopersIn(world, { mode: 'open', reservedNames: ['Acme Reports'] });
    const ada = await newDeveloper(world);
    const path = pathOf(await registerOwn(ada));
    for (const name of ['Acme Reports', 'ACME-REP0RTS plus', 'Асме reports', 'Acme\u00a0Reports']) {
      expect({ name, ...seen(await register(ada, { name })) }).toMatchObject(problem(400, 'invalid_request', 'name'));
      expect(seen(await ada.manage('PATCH', path, { name }))).toEqual(problem(400, 'invalid_request', 'name'));
    }
    expect((await register(ada, { name: 'Reports for Acme' })).status).toBe(201);
  });
});

describe('W10: the permission to register applications', () => {
  beforeEach(() => letDevelopersIn(world, { mode: 'open' }));

  test('is not part of the permission to change the own account', async () => {
    const ada = await newDeveloper(world, { scope: 'read:me write:me read:my-applications' });
    expect(seen(await register(ada))).toEqual(problem(403, 'insufficient_scope'));
    const grace = await newDeveloper(world, { scope: 'read:me write:me write:my-applications' });
    expect(seen(await grace.manage('GET', OWN_APPLICATIONS))).toEqual(problem(403, 'insufficient_scope'));
  });

  test('is nothing to an application of others, which would keep the secret after the consent', async () => {
    const { userId } = await newDeveloper(world);
    const { email } = await succeed<{ email: string }>(manage('GET', `/v1/users/${userId}`));
    const owned = pathOf(await registerOwn(await newDeveloper(world, { userId })));
    const values = ['read:my-applications', 'write:my-applications'];
    const application = await newThirdParty(world, SYSTEM_API_ID);
    const terms = { application, email, mailbox, scope: values.join(' '), permissions: values };
    const { access_token: token = '' } = await tokensByCode(world, { ...terms, resource: `${world.url}/v1/` });
    const asOthers = manageWith(world, token);
    const refused = [
      await asOthers('POST', OWN_APPLICATIONS, registration),
      await asOthers('PATCH', owned, { redirectUris: ['https://evil.example.com/'] }),
      await asOthers('POST', `${owned}/secrets`, { title: 'theirs' }),
      await asOthers('POST', `${owned}/secrets/rotate`, { graceSeconds: 0 }),
      await asOthers('POST', `${owned}/secrets/rotate/finish`),
      await asOthers('POST', `${owned}/secrets/rotate/cancel`),
    ];
    expect(refused.map(seen)).toEqual(refused.map(() => problem(403, 'forbidden')));
    expect((await asOthers('GET', owned)).status).toBe(200);
  });

  test('S12: needs a login of the last ten minutes, if the token depends on a session', async () => {
    const stale = await newDeveloper(world, { loggedInSecondsAgo: 600 });
    expect(seen(await register(stale))).toEqual(problem(401, 'insufficient_user_authentication'));
    const fresh = await newDeveloper(world, { userId: stale.userId, loggedInSecondsAgo: 599 });
    const { clientId } = (await register(fresh)).body as { clientId: string };
    const changes = [
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/secrets/rotate'],
    ] as const;
    for (const [method, rest] of changes) {
      const body = method === 'DELETE' ? undefined : { ...(rest ? { graceSeconds: 0 } : { name: 'Courier' }) };
      const reply = await stale.manage(method, `${OWN_APPLICATIONS}/${clientId}${rest}`, body);
      expect(seen(reply)).toEqual(problem(401, 'insufficient_user_authentication'));
    }
  });
});

describe('W12: the pages', () => {
  /** People are asked also for a first-party application, if it is a program on their machine. */
  const redirectUri = 'http://127.0.0.1/callback';
  const redirectUris = [redirectUri];
  const grantTypes = ['authorization_code'];

  /** What the consent page and the account page say of an application. */
  const verdictsOn = async ({ clientId }: Credentials, email: string) => {
    const browser = new FormBrowser(world.url);
    const request = new CodeRequest(clientId, { scope: 'openid', resource: '', redirect_uri: redirectUri });
    const consent = await openAs(browser, request, { email, mailbox });
    await browser.submit(consent, { decision: 'allow' });
    const account = await browser.open('/account');
    return [consent.html, account.html].map((html) => /(?:Not v|>V)erified/.exec(html)?.[0]);
  };

  test('do not vouch for an application of a developer, or of others', async () => {
    await letDevelopersIn(world, { mode: 'open' });
    const email = 'reader@example.com';
    await succeed(manage('POST', '/v1/users', { email }));
    const theirs = await registerOwn(await newDeveloper(world), { redirectUris });
    const others = await createApplication(world, { redirectUris, grantTypes, party: 'third' });
    const ours = await createApplication(world, { redirectUris, grantTypes, party: 'first' });
    expect(await verdictsOn(ours, email)).toEqual(['>Verified', undefined]);
    expect(await verdictsOn(others, email)).toEqual(['Not verified', 'Not verified']);
    expect(await verdictsOn(theirs, email)).toEqual(['Not verified', 'Not verified']);
  });
});

describe('the applications of a deleted user', () => {
  test('W10: are disabled, and listed for administrators, who decide about them', async () => {
    await letDevelopersIn(world, { mode: 'open' });
    const ada = await newDeveloper(world);
    const { clientId } = await registerOwn(ada);
    const { clientId: others } = await registerOwn(await newDeveloper(world));
    await succeed(manage('DELETE', `/v1/users/${ada.userId}`));
    world.clock.advance(61);
    await world.run('remove-deleted');
    const statusOf = async (id: string) =>
      (await succeed<{ status: string }>(world.manage('GET', `/v1/applications/${id}`))).status;
    expect([await statusOf(clientId), await statusOf(others)]).toEqual(['disabled', 'active']);
    const list = await world.manage('GET', `/v1/applications?status=disabled&ownerUserId=${ada.userId}`);
    expect(list.body).toMatchObject({ items: [{ clientId, ownerUserId: ada.userId }] });
    await succeed(world.manage('PATCH', `/v1/applications/${clientId}`, { status: 'active' }));
    await world.run('remove-deleted');
    expect(await statusOf(clientId)).toBe('active');
  });
});
