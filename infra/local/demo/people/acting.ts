import { deepStrictEqual, match, partialDeepStrictEqual } from 'node:assert/strict';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { type Answer, callApi, postForm } from '../requests.ts';
import type { PersonTokens, Story } from '../story.ts';
import type { Step } from '../tell.ts';

async function verifyIdToken({ url, userId, application, personTokens }: Story): Promise<string> {
  const keys = createRemoteJWKSet(new URL(`${url}/.well-known/jwks.json`));
  const expected = { issuer: url, audience: application.clientId, subject: userId, algorithms: ['RS256'] };
  const { payload } = await jwtVerify(personTokens.id_token, keys, expected);
  deepStrictEqual(payload.amr, ['otp']);
  return 'Ada, by a code';
}

async function askWhoItIs(story: Story): Promise<string> {
  const { userId, personTokens } = story;
  const answer = await callApi(story, 'GET', '/oauth/userinfo', personTokens.access_token);
  deepStrictEqual(answer, { status: 200, body: { sub: userId, email: 'ada@example.com', email_verified: true } });
  return 'ada@example.com, verified';
}

async function read(story: Story): Promise<string> {
  const { status, body } = await callApi(story, 'GET', '/reports', story.personTokens.access_token);
  deepStrictEqual({ status, body }, { status: 200, body: { reports: ['2026 in numbers'] } });
  return `${status} ${JSON.stringify(body)}`;
}

/** Ada may write, and has not allowed the application to do it for her. */
async function write(story: Story): Promise<string> {
  const { status } = await callApi(story, 'POST', '/reports', story.personTokens.access_token);
  deepStrictEqual(status, 403);
  return '403, Ada did not allow it';
}

async function refresh(story: Story): Promise<string> {
  const { status, body } = await tradeRefreshToken<PersonTokens>(story);
  deepStrictEqual(status, 200);
  story.personTokens = { ...story.personTokens, ...body };
  return `${body.access_token} for Ada`;
}

function tradeRefreshToken<Body>(story: Story): Promise<Answer<Body>> {
  const { application, personTokens } = story;
  const terms = { grant_type: 'refresh_token', refresh_token: personTokens.refresh_token };
  return postForm(story, '/oauth/token', application, terms);
}

async function withdraw(story: Story): Promise<string> {
  const account = await story.browser.open('/account');
  const { html } = await story.browser.press(account, '/account/consents/');
  match(html, /None\. When you allow an application, you find it here\./);
  return 'on her account page';
}

async function refuseAtApi(story: Story): Promise<string> {
  const answer = await callApi(story, 'GET', '/reports', story.personTokens.access_token);
  deepStrictEqual(answer, { status: 403, body: { message: 'Forbidden' } });
  return '403 {"message":"Forbidden"}';
}

async function refuseRefresh(story: Story): Promise<string> {
  partialDeepStrictEqual(await tradeRefreshToken(story), { status: 400, body: { error: 'invalid_grant' } });
  return '400 invalid_grant';
}

/** The application acts for the person, until the person withdraws the consent. */
export const acting: readonly Step<Story>[] = [
  { name: 'application: verify ID token', run: verifyIdToken },
  { name: 'application: GET userinfo', run: askWhoItIs },
  { name: 'application: GET /reports', headline: 'GET /reports for Ada', run: read },
  { name: 'application: POST /reports', run: write },
  { name: 'application: refresh', run: refresh },
  { name: 'Ada: withdraw the consent', headline: 'Ada withdraws her consent', run: withdraw },
  { name: 'application: GET /reports', headline: 'GET /reports for Ada', run: refuseAtApi },
  { name: 'application: refresh again', run: refuseRefresh },
];
