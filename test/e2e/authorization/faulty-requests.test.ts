import { beforeEach, describe, expect, test } from 'vitest';
import { FormBrowser } from '#infra/local/demo/people/form-browser.ts';
import { CodeRequest, newThirdParty, REDIRECT_URI, refusalIn } from '#test/support/people/code-flow.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';

const world = useWorld();
const acme = useAcme(world);
const application = prepared(() => newThirdParty(world, acme.apiId));
let browser: FormBrowser;
beforeEach(() => {
  browser = new FormBrowser(world.url);
});

const request = (changes: Readonly<Record<string, string>> = {}) => new CodeRequest(application.clientId, changes);

describe('M4, M5: an authorization request with parameters at fault', () => {
  const withAlso = (added: string) => `${request().path}&${added}`;
  const withState = { error: 'invalid_request', state: 'xyz' };

  test.each<[string, () => string, object]>([
    ['with a parameter that comes twice', () => withAlso('scope=openid'), withState],
    ['with an unknown parameter that comes twice', () => withAlso('x=1&x=2'), withState],
    ['with a response type that comes twice', () => withAlso('response_type=code'), withState],
    ['with a state that comes twice', () => withAlso('state=other'), { error: 'invalid_request', state: null }],
    ['with a parameter that is too long', () => withAlso(`ui_locales=${'x'.repeat(8_192)}`), withState],
    ['with a malformed escape', () => withAlso('ui_locales=%ff'), withState],
    ['with a name that is malformed', () => withAlso('%ff=x'), withState],
    ['with a control character', () => withAlso('login_hint=a%00b'), withState],
    [
      'with too many parameters',
      () => withAlso(Array.from({ length: 1_001 }, (_, n) => `p${n}=`).join('&')),
      withState,
    ],
    ['with an unknown response mode', () => request({ response_mode: 'telegram' }).path, withState],
    ['with an unknown prompt', () => request({ prompt: 'dance' }).path, withState],
    ['with a max_age that is no number', () => request({ max_age: '-1' }).path, withState],
    ['with a dpop_jkt that is no thumbprint', () => request({ dpop_jkt: 'x' }).path, withState],
    ['with a login_hint that is too long', () => request({ login_hint: 'x'.repeat(255) }).path, withState],
    [
      'with a request object',
      () => request({ request: 'x.y.z' }).path,
      { ...withState, error: 'request_not_supported' },
    ],
  ])('%s is refused at the redirect URI, by GET and by POST alike', async (_what, path, refusal) => {
    const { pathname, search } = new URL(path(), world.url);
    const answers = [await browser.open(path()), await browser.post(pathname, search.slice(1))];
    const expected = { ...refusal, iss: world.url };
    expect(answers.map(refusalIn)).toEqual([expected, expected]);
  });

  test.each<[string, () => string]>([
    ['an application that comes twice', () => withAlso(`client_id=${application.clientId}`)],
    ['an application that is malformed', () => request({ client_id: '' }).path.replace('client_id=', 'client_id=%ff')],
    ['M2: a redirect URI that comes twice', () => withAlso(`redirect_uri=${encodeURIComponent(REDIRECT_URI)}`)],
    [
      'M2: a redirect URI that is too long',
      () => request({ redirect_uri: `${REDIRECT_URI}?${'x'.repeat(8_192)}` }).path,
    ],
    ['M2: a redirect URI with a control character', () => request({ redirect_uri: `${REDIRECT_URI}\u0000` }).path],
  ])('with %s is refused on a page of our own', async (_what, path) => {
    const { pathname, search } = new URL(path(), world.url);
    for (const { status, leavesTo } of [await browser.open(path()), await browser.post(pathname, search.slice(1))])
      expect({ status, leavesTo }).toEqual({ status: 400, leavesTo: undefined });
  });

  test('that is no form is refused on a page of our own', async () => {
    const reply = await world.send('POST', '/oauth/authorize', {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_id: application.clientId, redirect_uri: REDIRECT_URI }),
    });
    expect([reply.status, reply.headers.get('location')]).toEqual([400, null]);
  });
});
