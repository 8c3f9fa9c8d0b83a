import { beforeEach, describe, expect, test } from 'vitest';
import { FormBrowser } from '#infra/local/demo/people/form-browser.ts';
import { oauthError, seen } from '#test/support/ask/answers.ts';
import { countEach, race } from '#test/support/ask/concurrent-calls.ts';
import {
  newProofKey,
  nonceOf,
  type ProofChange,
  type ProofKey,
  signProof,
  tokenProof,
} from '#test/support/clients/dpop.ts';
import {
  addressOf,
  answerIn,
  CodeRequest,
  newThirdParty,
  openAs,
  REDIRECT_URI,
  refusalIn,
} from '#test/support/people/code-flow.ts';
import { useCodeFlow } from '#test/support/people/use-code-flow.ts';
import { itemsOf } from '#test/support/stored/table-items.ts';
import { basic } from '#test/support/world/deployment.ts';
import type { Credentials, Reply } from '#test/support/world/world.ts';

const { mailbox, world, acme, begin } = useCodeFlow();

let application: Credentials;
let browser: FormBrowser;
beforeEach(async () => {
  ({ application, browser } = await begin());
});

/** Pushes a request as its application. */
function push(request: CodeRequest, { credentials = application, also = {}, headers = {} } = {}): Promise<Reply> {
  const parameters = new URLSearchParams(request.path.slice(request.path.indexOf('?') + 1));
  for (const [name, value] of Object.entries(also)) parameters.set(name, value as string);
  return world.send('POST', '/oauth/par', {
    headers: { authorization: basic(credentials), ...headers },
    body: parameters,
  });
}

const uriIn = ({ body }: Reply) => (body as { request_uri: string }).request_uri;
const pathOf = (requestUri: string, clientId = application.clientId) =>
  `/oauth/authorize?${new URLSearchParams({ client_id: clientId, request_uri: requestUri })}`;
const newRequest = (changes = {}) => new CodeRequest(application.clientId, changes);

const isOnOwnPage = ({ status, leavesTo }: { status: number; leavesTo: string | undefined }) =>
  status === 400 && leavesTo === undefined;

describe('M12: a pushed request', () => {
  test('gets a reference of at least 128 random bits, for a minute and a half', async () => {
    const reply = await push(newRequest());
    expect([reply.status, reply.headers.get('cache-control'), reply.body]).toEqual([
      201,
      'no-store',
      { request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:[0-9A-Za-z]{43}$/), expires_in: 90 },
    ]);
    expect(uriIn(await push(newRequest()))).not.toBe(uriIn(reply));
  });

  test('is what the person is asked about; nothing in the address of the browser changes it', async () => {
    const request = newRequest();
    const requestUri = uriIn(await push(request));
    const changed = `${pathOf(requestUri)}&scope=write:reports&state=other&redirect_uri=https://evil.example.com`;
    const asked = { path: changed } as CodeRequest;
    const consent = await openAs(browser, asked, { email: await addressOf(world, acme.userId), mailbox });
    const answer = answerIn(await browser.submit(consent, { decision: 'allow', permission: ['read:reports'] }));
    expect([answer.origin + answer.pathname, answer.searchParams.get('state')]).toEqual([REDIRECT_URI, 'xyz']);
    const { status, body } = await request.redeem(world, application, answer);
    expect([status, (body as { scope: string }).scope]).toEqual([200, 'openid read:reports']);
  });

  test('works once: it is spent when the interaction is made', async () => {
    const requestUri = uriIn(await push(newRequest()));
    expect((await browser.open(pathOf(requestUri))).path).toMatch(/^\/login\/itx_/);
    expect(isOnOwnPage(await browser.open(pathOf(requestUri)))).toBe(true);
  });

  test('is spent also by an answer without a page', async () => {
    const requestUri = uriIn(await push(newRequest({ prompt: 'none' })));
    const refusal = { error: 'login_required', state: 'xyz', iss: world.url };
    expect(refusalIn(await browser.open(pathOf(requestUri)))).toEqual(refusal);
    expect(isOnOwnPage(await browser.open(pathOf(requestUri)))).toBe(true);
  });

  test('begins one interaction, however many open it at once', async () => {
    const requestUri = uriIn(await push(newRequest()));
    const outcomes = race(8, async () => (await new FormBrowser(world.url).open(pathOf(requestUri))).status);
    expect(countEach(await Promise.all(outcomes))).toEqual({ 200: 1, 400: 7 });
  });

  test('ends after its lifetime', async () => {
    const requestUri = uriIn(await push(newRequest()));
    world.clock.advance(89);
    const other = uriIn(await push(newRequest()));
    world.clock.advance(1);
    expect(isOnOwnPage(await browser.open(pathOf(requestUri)))).toBe(true);
    expect((await browser.open(pathOf(other))).status).toBe(200);
  });

  test('is for the application that pushed it, and for nobody who names another or none', async () => {
    const requestUri = uriIn(await push(newRequest()));
    const other = await newThirdParty(world, acme.apiId);
    expect(isOnOwnPage(await browser.open(pathOf(requestUri, other.clientId)))).toBe(true);
    expect(isOnOwnPage(await browser.open(pathOf(requestUri, '')))).toBe(true);
    expect((await browser.open(pathOf(requestUri))).status).toBe(200);
  });

  test('that nobody pushed is answered on a page of our own', async () => {
    const unknown = `urn:ietf:params:oauth:request_uri:${'x'.repeat(43)}`;
    expect(isOnOwnPage(await browser.open(pathOf(unknown)))).toBe(true);
  });

  test('is not stored with its reference', async () => {
    const requestUri = uriIn(await push(newRequest()));
    const secret = requestUri.slice(requestUri.lastIndexOf(':') + 1);
    expect(JSON.stringify(await itemsOf('tokens'))).not.toContain(secret);
  });
});

describe('M12: a push is refused', () => {
  test('without the credentials of its client', async () => {
    const wrong = { ...application, clientSecret: 'wrong' };
    expect(seen(await push(newRequest(), { credentials: wrong }))).toEqual(oauthError(401, 'invalid_client'));
  });

  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['with a request_uri in it', { request_uri: 'urn:ietf:params:oauth:request_uri:x' }, 'invalid_request'],
    ['with a request object', { request: 'x.y.z' }, 'invalid_request'],
    ['with another redirect URI', { redirect_uri: `${REDIRECT_URI}/x` }, 'invalid_request'],
    ['without PKCE', { code_challenge: '' }, 'invalid_request'],
    ['with another response type', { response_type: 'token' }, 'invalid_request'],
    ['with an unknown scope', { scope: 'fly:reports' }, 'invalid_scope'],
    ['for an unknown API', { resource: 'https://api.example.com/unknown' }, 'invalid_target'],
    ['for another client', { client_id: 'cli_0000000000000000000000' }, 'invalid_request'],
  ])('%s', async (_what, also, error) => {
    const { status, body } = await push(newRequest(), { also });
    expect([status, (body as { error: string }).error]).toEqual([400, error]);
  });

  test('by another method, and with more than 64 kB', async () => {
    expect((await world.send('GET', '/oauth/par')).status).toBe(405);
    expect((await push(newRequest(), { also: { state: 'x'.repeat(70_000) } })).status).toBe(413);
  });
});

describe('M9: a push with a DPoP proof', () => {
  const endpoint = () => ({ method: 'POST', url: `${world.url}/oauth/par` });
  const proofBy = async (key: ProofKey, change: ProofChange = {}) =>
    signProof(world, key, { ...endpoint(), nonce: await nonceOf(world, key) }, change);

  test('is bound to the key of the proof: the code is redeemed with this key only', async () => {
    const [key, other] = [await newProofKey(), await newProofKey()];
    const request = newRequest();
    const pushed = await push(request, { headers: { dpop: await proofBy(key) } });
    const asked = { path: pathOf(uriIn(pushed)) } as CodeRequest;
    const consent = await openAs(browser, asked, { email: await addressOf(world, acme.userId), mailbox });
    const answer = answerIn(await browser.submit(consent, { decision: 'allow', permission: ['read:reports'] }));
    const redeem = async (headers: Record<string, string>) => {
      const { body } = await request.redeem(world, application, answer, { headers });
      const { error, token_type: type } = body as Record<string, string>;
      return error ?? type;
    };
    expect([
      await redeem({}),
      await redeem({ dpop: await tokenProof(world, other) }),
      await redeem({ dpop: await tokenProof(world, key) }),
    ]).toEqual(['invalid_grant', 'invalid_grant', 'DPoP']);
  });

  test('may name the same key as dpop_jkt, and no other', async () => {
    const [key, other] = [await newProofKey(), await newProofKey()];
    const statuses = [key, other].map(async ({ thumbprint }) => {
      const headers = { dpop: await proofBy(key) };
      return seen(await push(newRequest({ dpop_jkt: thumbprint }), { headers }));
    });
    expect(await Promise.all(statuses)).toEqual([
      expect.objectContaining({ status: 201 }),
      oauthError(400, 'invalid_request'),
    ]);
  });

  test('needs a nonce of ours, and gets one', async () => {
    const reply = await push(newRequest(), {
      headers: { dpop: await signProof(world, await newProofKey(), endpoint()) },
    });
    expect(seen(reply)).toEqual(oauthError(400, 'use_dpop_nonce'));
    expect(reply.headers.get('dpop-nonce')).toMatch(/^\S+$/);
  });

  test('is refused with a proof that was used, is for another endpoint, or is no proof', async () => {
    const key = await newProofKey();
    const once = await proofBy(key);
    expect((await push(newRequest(), { headers: { dpop: once } })).status).toBe(201);
    for (const dpop of [once, await proofBy(key, { claims: { htu: `${world.url}/oauth/token` } }), 'x'])
      expect(seen(await push(newRequest(), { headers: { dpop } }))).toEqual(oauthError(400, 'invalid_dpop_proof'));
  });
});

describe('M12: an application that must push', () => {
  test('is refused at its redirect URI without a push, and served with one', async () => {
    await world.manage('PATCH', `/v1/applications/${application.clientId}`, {
      requirePushedAuthorizationRequests: true,
    });
    const refusal = { error: 'invalid_request', state: 'xyz', iss: world.url };
    expect(refusalIn(await browser.open(newRequest().path))).toEqual(refusal);
    const requestUri = uriIn(await push(newRequest()));
    expect((await browser.open(pathOf(requestUri))).path).toMatch(/^\/login\/itx_/);
  });
});
