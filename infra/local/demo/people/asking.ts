import { deepStrictEqual, match, partialDeepStrictEqual } from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { REPORTS } from '../founding.ts';
import { create, manage, postForm } from '../requests.ts';
import type { Credentials, PersonTokens, Story } from '../story.ts';
import type { Step } from '../tell.ts';
import { FormBrowser } from './form-browser.ts';
import { codeIn, localMails } from './local-mails.ts';

const REDIRECT_URI = 'https://dashboards.example.com/callback';
const SCOPE = 'openid email offline_access read:reports write:reports';

async function registerApplication(story: Story): Promise<string> {
  story.application = await create<Credentials>(story, '/v1/applications', {
    name: 'Dashboards',
    party: 'third',
    redirectUris: [REDIRECT_URI],
    grantTypes: ['authorization_code', 'refresh_token'],
  });
  return 'Dashboards, of a third party';
}

/** Lets the application ask users for everything at the API, and for access that outlives their login. */
async function letAskUsers(story: Story): Promise<string> {
  const { apiId, application } = story;
  const grant = { for: 'user', permissions: 'all' };
  const answers = [
    await manage(story, 'PUT', `/v1/applications/${application.clientId}/grants/${apiId}`, grant),
    await manage(story, 'PATCH', `/v1/apis/${apiId}`, { allowRefreshTokens: true }),
  ];
  deepStrictEqual(
    answers.map(({ status }) => status),
    [200, 200],
  );
  return 'for all that they may do there';
}

async function makeWriter(story: Story): Promise<string> {
  const membership = { roleIds: [story.writerRoleId] };
  const path = `/v1/tenants/${story.tenantId}/members/${story.userId}`;
  partialDeepStrictEqual(await manage(story, 'PUT', path, membership), { status: 200, body: membership });
  return 'ada@example.com, a writer at Acme';
}

/** The application sends the browser to Mintmark, with a challenge that only the application can answer (PKCE). */
async function openRequest(story: Story): Promise<string> {
  story.codeVerifier = randomBytes(32).toString('base64url');
  const request = new URLSearchParams({
    response_type: 'code',
    client_id: story.application.clientId,
    redirect_uri: REDIRECT_URI,
    scope: SCOPE,
    resource: REPORTS,
    state: 'from-the-dashboard',
    code_challenge: createHash('sha256').update(story.codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  story.browser = new FormBrowser(story.url);
  story.page = await story.browser.open(`/oauth/authorize?${request}`);
  match(story.page.html, /Log in to continue to .*Dashboards/);
  return 'a page asks for her address';
}

async function logIn(story: Story): Promise<string> {
  const email = 'ada@example.com';
  const codePage = await story.browser.submit(story.page, { email });
  const mail = (await localMails(story.url)).find(({ to }) => to === email);
  story.page = await story.browser.submit(codePage, { code: codeIn(mail) });
  match(story.page.html, /Allow .*Dashboards.* to act for you\?/);
  return 'it was in her local mailbox';
}

/** Ada leaves one of two boxes ticked. The browser then leaves for the application, with the code in the address. */
async function allowPart(story: Story): Promise<string> {
  deepStrictEqual(story.page.html.match(/(?<=name="permission" value=")[^"]+/g), ['read:reports', 'write:reports']);
  const { leavesTo = '' } = await story.browser.submit(story.page, { decision: 'allow', permission: ['read:reports'] });
  const answer = new URL(leavesTo);
  const { code = '', ...rest } = Object.fromEntries(answer.searchParams);
  deepStrictEqual(
    { to: answer.origin + answer.pathname, ...rest },
    { to: REDIRECT_URI, state: 'from-the-dashboard', iss: story.url },
  );
  story.code = code;
  return 'to read, and not to write';
}

async function tradeCode(story: Story): Promise<string> {
  const { status, body } = await postForm<PersonTokens>(story, '/oauth/token', story.application, {
    grant_type: 'authorization_code',
    code: story.code,
    redirect_uri: REDIRECT_URI,
    code_verifier: story.codeVerifier,
  });
  deepStrictEqual([status, body.scope], [200, 'openid email read:reports offline_access']);
  story.personTokens = body;
  return `${body.access_token} for Ada`;
}

/** An application asks a person, who logs in and allows a part of it. */
export const asking: readonly Step<Story>[] = [
  { name: 'register an application', headline: 'register an application', run: registerApplication },
  { name: 'let it ask users', run: letAskUsers },
  { name: 'make Ada a writer', run: makeWriter },
  { name: 'send Ada to Mintmark', run: openRequest },
  { name: 'Ada: log in by a code', headline: 'Ada logs in by a code', run: logIn },
  { name: 'Ada: allow a part', headline: 'Ada allows a part', run: allowPart },
  { name: 'application: trade the code', headline: 'trade her answer for tokens', run: tradeCode },
];
