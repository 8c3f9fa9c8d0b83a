import { deepStrictEqual, partialDeepStrictEqual, rejects } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { refuseExchange } from './exchanging.ts';
import { REPORTS } from './founding.ts';
import { callApi, manage, postForm } from './requests.ts';
import type { Story } from './story.ts';
import type { Step } from './tell.ts';

async function introspectActive(story: Story): Promise<string> {
  const scope = 'read:reports write:reports';
  const expected = { active: true, aud: REPORTS, client_id: story.tenantToken.clientId, scope };
  partialDeepStrictEqual(await introspect(story), { status: 200, body: expected });
  return `active, ${scope}`;
}

async function revoke(story: Story): Promise<string> {
  const { tenantToken, tenantAccessToken: token } = story;
  const { status } = await postForm(story, '/oauth/revoke', tenantToken, { token });
  deepStrictEqual(status, 200);
  return '200';
}

async function introspectInactive(story: Story): Promise<string> {
  const expected = { status: 200, body: { active: false } };
  deepStrictEqual(await introspect(story), expected);
  return JSON.stringify(expected.body);
}

function introspect(story: Story) {
  const { tenantToken, tenantAccessToken: token } = story;
  return postForm(story, '/oauth/introspect', tenantToken, { token });
}

/** The authorizer of the sample API works online, so it knows a revocation at once. */
async function refuseAtAuthorizer(story: Story): Promise<string> {
  const answer = await callApi(story, 'GET', '/reports', story.tenantAccessToken);
  deepStrictEqual(answer, { status: 403, body: { message: 'Forbidden' } });
  return '403 {"message":"Forbidden"}';
}

/** The authorizer of a REST API can say that the token is invalid (401). An HTTP API can only answer 403. */
async function refuseAtRestApi(story: Story): Promise<string> {
  const answer = await callApi(story, 'GET', '/rest/reports', story.tenantAccessToken);
  deepStrictEqual(answer, { status: 401, body: { message: 'Unauthorized' } });
  return '401 {"message":"Unauthorized"}';
}

async function deleteApiToken(story: Story): Promise<string> {
  const { tenantId, tenantToken } = story;
  const { status } = await manage(story, 'DELETE', `/v1/tenants/${tenantId}/api-tokens/${tenantToken.clientId}`);
  deepStrictEqual(status, 204);
  return '204';
}

async function stop({ folder, url, close }: Story): Promise<string> {
  await close();
  await rm(folder, { recursive: true });
  await rejects(fetch(url));
  deepStrictEqual(existsSync(folder), false);
  return 'server and data are gone';
}

/** Revokes a token and deletes a credential. Introspection and authorizers know it at once. */
export const ending: readonly Step<Story>[] = [
  { name: 'introspect', run: introspectActive },
  { name: 'revoke', headline: "revoke the writer's token", run: revoke },
  { name: 'introspect again', run: introspectInactive },
  { name: 'writer: GET /reports', headline: 'GET /reports as the writer', run: refuseAtAuthorizer },
  { name: 'writer: GET /rest/reports', run: refuseAtRestApi },
  { name: 'delete the tenant token', run: deleteApiToken },
  {
    name: 'exchange it again',
    headline: 'use the deleted API token',
    run: (story) => refuseExchange(story, story.tenantToken),
  },
  { name: 'stop', headline: 'stop', run: stop },
];
