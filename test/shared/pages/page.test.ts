import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { formPostPage } from '#shared/pages/authorization/form-post.ts';
import { leavePage } from '#shared/pages/authorization/leave.ts';
import { webMessagePage } from '#shared/pages/authorization/web-message.ts';
import { errorPage } from '#shared/pages/error.ts';
import { loginPage } from '#shared/pages/login/login.ts';
import { pageHeaders } from '#shared/pages/page.ts';
import { stylesheet } from '#shared/pages/stylesheet.ts';
import { samples } from '#test/support/pages/samples.ts';

const form = { action: '/login', csrf: 'token' };

const common = {
  'cache-control': 'no-store',
  'content-type': 'text/html; charset=utf-8',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': expect.any(String),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex',
};

const POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action";

describe('the headers of a page', () => {
  test('M16: allow a form to post to its own origin, and nothing else', () => {
    const page = loginPage({ ...form, mailAvailable: true, providers: [] });
    expect(pageHeaders(page)).toEqual({
      ...common,
      'content-security-policy': `${POLICY} 'self'; frame-ancestors 'none'`,
    });
  });

  test('M16: allow no form on a page without one', () => {
    const page = errorPage({ error: 'notFound', requestId: 'r1' });
    expect(pageHeaders(page)).toEqual({
      ...common,
      'content-security-policy': `${POLICY} 'none'; frame-ancestors 'none'`,
    });
  });

  test('send the browser on to the application', () => {
    const page = leavePage({ to: 'https://app.example/cb?code=a&state=b' });
    expect(pageHeaders(page)).toEqual({
      ...common,
      'content-security-policy': `${POLICY} 'none'; frame-ancestors 'none'`,
      refresh: '0;url=https://app.example/cb?code=a&state=b',
    });
  });

  test('M16: allow the one script of a form for an application by its hash, and the form to go anywhere', () => {
    const page = formPostPage({ action: 'https://app.example/cb', fields: { code: 'a' } });
    expect(page.csp).toBe(
      `default-src 'none'; script-src '${hashOfScript(page.html)}'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'`,
    );
  });

  test('M16: let exactly the origin of the application frame the answer of web_message', () => {
    const page = webMessagePage({ targetOrigin: 'https://app.example', message: { code: 'a' } });
    const { 'x-frame-options': _, ...unframed } = common;
    expect(pageHeaders(page)).toEqual({
      ...unframed,
      'cross-origin-resource-policy': 'cross-origin',
      'content-security-policy': `default-src 'none'; script-src '${hashOfScript(page.html)}'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors https://app.example`,
    });
  });

  test.each([
    '*',
    'null',
    '',
    'https://app.example/',
    'https://app.example; script-src *',
    'https://a.example https://b.example',
    'com.example.app:',
  ])('M16: let no page frame an answer for %j', (targetOrigin) => {
    expect(() => webMessagePage({ targetOrigin, message: {} })).toThrow(TypeError);
  });

  test.each(['https://app.example/\r\nset-cookie:a=b', 'javascript:alert(1)', '//evil.example', '/own', ''])(
    'S6: never send the browser to %j',
    (to) => {
      expect(() => leavePage({ to })).toThrow(TypeError);
    },
  );

  test.each(['https://evil.example/', '//evil.example', '/\\evil.example', ''])(
    'S6: never let a form go to %j',
    (action) => {
      expect(() => loginPage({ ...form, action, mailAvailable: true, providers: [] })).toThrow(TypeError);
    },
  );
});

describe('every page', () => {
  test.each(samples.map((sample) => [`${sample.page}, ${sample.situation}`, sample] as const))(
    '%s: has at most 20 kB with its style sheet',
    (_, { render }) => {
      expect(Buffer.byteLength(render().html + stylesheet.text)).toBeLessThan(20_000);
    },
  );

  test.each(samples.map((sample) => [`${sample.page}, ${sample.situation}`, sample] as const))(
    '%s: has a language, a title, one heading, no style of its own, and a token in each form',
    (_, { page, render }) => {
      const { html } = render();
      const count = (pattern: RegExp) => [...html.matchAll(pattern)].length;
      expect({
        languages: count(/<html lang="en">/g),
        titles: count(/<title>[^<]+ · Mintmark<\/title>/g),
        headings: count(/<h1>/g),
        styles: count(/<style|\sstyle="|\son\w+="/g),
        formsWithoutToken: count(/<form/g) - count(/<input type="hidden" name="csrf" value="[^"]+">/g),
        undefinedTexts: count(/undefined|\[object|\{\w+\}/g),
      }).toEqual({
        languages: 1,
        titles: 1,
        headings: 1,
        styles: 0,
        // This form belongs to the application, which knows no token of ours.
        formsWithoutToken: page === 'formPostPage' ? 1 : 0,
        undefinedTexts: 0,
      });
    },
  );
});

function hashOfScript(html: string): string {
  const source = /<script>(.*)<\/script>/.exec(html)?.[1] ?? '';
  return `sha256-${createHash('sha256').update(source).digest('base64')}`;
}
