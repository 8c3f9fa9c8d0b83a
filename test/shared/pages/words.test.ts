import { describe, expect, test } from 'vitest';
import { leavePage } from '#shared/pages/authorization/leave.ts';
import { destinationOf } from '#shared/pages/destination.ts';
import { html } from '#shared/pages/html.ts';
import { loginLinkPage } from '#shared/pages/login/login-link.ts';
import { nameOf, say } from '#shared/pages/say.ts';

describe('a sentence with names', () => {
  test('takes text, markup of ours and numbers in its places', () => {
    const sentence = say('{who} has {count} of {things}.', { who: nameOf('Ada'), count: 2, things: html`<b>them</b>` });
    expect(`${sentence}`).toBe('<bdi>Ada</bdi> has 2 of <b>them</b>.');
  });

  test('M15: keeps a name that looks like a place or like markup', () => {
    expect(`${say('Hello {name}', { name: '{name}<b>' })}`).toBe('Hello {name}&lt;b&gt;');
  });

  test('M15: is never turned by a name, whose characters for directions become visible', () => {
    const { html: page } = loginLinkPage({
      action: '/a',
      csrf: 't',
      email: 'a\u202e@\u2066b\u2069',
      workspaceName: 'W',
    });
    expect(page).toContain('<h1>Log in as <bdi>a\ufffd@\ufffdb\ufffd</bdi>?</h1>');
  });
});

describe('the destination of a redirect URI', () => {
  test.each([
    ['https://app.example.com/callback?a=b', 'web', 'app.example.com'],
    ['https://app.example.com:8443/', 'web', 'app.example.com:8443'],
    ['https://bank.example@evil.example/', 'web', 'evil.example'],
    ['https://evil.example/https://bank.example', 'web', 'evil.example'],
    ['https://evil.example\\@bank.example/', 'web', 'evil.example'],
    ['https://localhost.evil.example/', 'web', 'localhost.evil.example'],
    ['https://127.0.0.1.evil.example/', 'web', '127.0.0.1.evil.example'],
    ['https://xn--pypal-4ve.example/', 'web', 'xn--pypal-4ve.example'],
    ['http://127.0.0.1:7777/callback', 'computer', '127.0.0.1:7777'],
    ['http://[::1]:7777/callback', 'computer', '[::1]:7777'],
    ['http://localhost/callback', 'computer', 'localhost'],
    ['com.example.app:/callback', 'app', 'com.example.app'],
  ])('of %s is %s, %s', (uri, kind, host) => {
    expect(destinationOf(uri)).toEqual({ kind, host });
  });

  test('stands in bold on a page', () => {
    const { html: page } = leavePage({ to: 'https://bank.example@evil.example/?code=a' });
    expect(page).toContain('You return to <strong><bdi>evil.example</bdi></strong>.');
  });
});
