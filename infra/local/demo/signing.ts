import { deepStrictEqual, match, partialDeepStrictEqual } from 'node:assert/strict';
import { createPrivateKey, randomUUID } from 'node:crypto';
import { decodeJwt, SignJWT } from 'jose';
import { REPORTS } from './founding.ts';
import { type Answer, callApi, create, manage, postAnonymousForm } from './requests.ts';
import type { Story } from './story.ts';
import type { Step } from './tell.ts';

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

async function makeKey(story: Story): Promise<string> {
  const request = { title: 'signing deployment', algorithm: 'ES256' };
  story.serviceUserKey = await create<Story['serviceUserKey']>(story, keysOf(story), request);
  match(story.serviceUserKey.privateKey, /^-----BEGIN PRIVATE KEY-----\n/);
  return 'ES256, its private half shown once';
}

/** Signs an assertion as a client program does: valid for a minute and for one use (RFC 7523 §3). */
async function sign({ url, serviceUserId, serviceUserKey: { kid, privateKey } }: Story): Promise<string> {
  return new SignJWT()
    .setProtectedHeader({ alg: 'ES256', kid })
    .setIssuer(serviceUserId)
    .setSubject(serviceUserId)
    .setAudience(url)
    .setIssuedAt()
    .setExpirationTime('1 minute')
    .setJti(randomUUID())
    .sign(createPrivateKey(privateKey));
}

async function exchangeAssertion(story: Story): Promise<string> {
  story.assertion = await sign(story);
  const { status, body } = await exchange(story);
  deepStrictEqual([status, body.scope], [200, 'read:reports']);
  deepStrictEqual(decodeJwt(body.access_token).sub, story.serviceUserId);
  story.keyAccessToken = body.access_token;
  return `${body.access_token} read, as its roles say`;
}

async function callAsSigner(story: Story): Promise<string> {
  const { status } = await callApi(story, 'GET', '/reports', story.keyAccessToken);
  deepStrictEqual(status, 200);
  return '200';
}

async function refuseAssertion(story: Story): Promise<string> {
  partialDeepStrictEqual(await exchange(story), { status: 400, body: { error: 'invalid_grant' } });
  return '400 invalid_grant';
}

async function deleteKey(story: Story): Promise<string> {
  const { status } = await manage(story, 'DELETE', `${keysOf(story)}/${story.serviceUserKey.kid}`);
  deepStrictEqual(status, 204);
  return '204';
}

async function refuseNewAssertion(story: Story): Promise<string> {
  story.assertion = await sign(story);
  return refuseAssertion(story);
}

/** An access token is inactive after the key that obtained it is deleted. */
async function refuseAtAuthorizer(story: Story): Promise<string> {
  const answer = await callApi(story, 'GET', '/reports', story.keyAccessToken);
  deepStrictEqual(answer, { status: 403, body: { message: 'Forbidden' } });
  return '403 {"message":"Forbidden"}';
}

function exchange(story: Story): Promise<Answer<{ access_token: string; scope: string }>> {
  const { assertion } = story;
  return postAnonymousForm(story, '/oauth/token', { grant_type: JWT_BEARER, assertion, audience: REPORTS });
}

function keysOf({ tenantId, serviceUserId }: Story): string {
  return `/v1/tenants/${tenantId}/service-users/${serviceUserId}/keys`;
}

/** A service user authenticates with a signed assertion in place of a secret. */
export const signing: readonly Step<Story>[] = [
  { name: 'make a key', run: makeKey },
  { name: 'exchange a signed assertion', run: exchangeAssertion },
  { name: 'signer: GET /reports', run: callAsSigner },
  { name: 'exchange the assertion again', run: refuseAssertion },
  { name: 'delete the key', run: deleteKey },
  { name: 'exchange a new assertion', run: refuseNewAssertion },
  { name: 'signer: GET /reports', run: refuseAtAuthorizer },
];
