import { describe, expect, test } from 'vitest';
import { flag, type Html, html, linkToApplication } from '#shared/pages/html.ts';

const EVIL = `<img src=x onerror=alert(1)>"'&`;
const ESCAPED = '&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;';

describe('html', () => {
  test('M15: escapes a value between tags', () => {
    expect(`${html`<p>${EVIL}</p>`}`).toBe(`<p>${ESCAPED}</p>`);
  });

  test('M15: escapes a value of an attribute', () => {
    expect(`${html`<p title="${EVIL}">`}`).toBe(`<p title="${ESCAPED}">`);
  });

  test('takes over what it made itself, and joins lists', () => {
    const items = ['<a>', html`<b>2</b>`, [3, undefined, false] as const] as const;
    expect(`${html`<p>${items}</p>`}`).toBe('<p>&lt;a&gt;<b>2</b>3</p>');
  });

  test('M15: escapes an object that only looks like HTML', () => {
    const forged = { toString: () => '<b>', isFlag: false } as unknown as Html;
    expect(() => html`<p>${forged}</p>`).toThrow(TypeError);
  });

  test('shows control characters and broken text as replacement characters', () => {
    expect(`${html`<p>${'a\0b\x1b\x9f\ud800c\n'}</p>`}`).toBe('<p>a\ufffdb\ufffd\ufffd\ufffdc\n</p>');
  });

  test('writes a flag where it is on', () => {
    const box = (isOn: boolean) => `${html`<input name="a" ${flag('checked', isOn)}>`}`;
    expect([box(true), box(false)]).toEqual(['<input name="a" checked>', '<input name="a" >']);
  });

  test.each(['https://example.com/a?b=c&d', 'http://localhost:3000/', 'HTTPS://example.com', '/login/google?next=1'])(
    'links to %s',
    (address) => {
      expect(`${html`<a href="${address}">`}`).toBe(`<a href="${address.replace('&', '&amp;')}">`);
    },
  );

  test.each([
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'blob:https://example.com/1',
    'file:///etc/passwd',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    'https:evil.example',
    'https:/evil.example',
    'https://',
    'https://a b.example',
    'https://example.com/\r\nSet-Cookie:a=b',
    '/path\nwith-line',
    'login',
    '',
  ])('M15: refuses to link to %j', (address) => {
    expect([() => html`<a href="${address}">`, () => html`<form action="${address}">`].map(thrown)).toEqual([
      TypeError,
      TypeError,
    ]);
  });

  test.each<[string, () => unknown]>([
    ['in an attribute without quotes', () => html`<p title=${'a'}>`],
    ['in an attribute with single quotes', () => html`<p title='${'a'}'>`],
    ['as the name of a tag', () => html`<${'p'}>`],
    ['as the name of an attribute', () => html`<p ${'onclick'}="a">`],
    ['as an attribute', () => html`<p ${'onclick=a'}>`],
    ['as an attribute made of HTML', () => html`<p ${html`onclick=a`}>`],
    ['in a handler of events', () => html`<p onclick="${'a'}">`],
    ['in a style', () => html`<p style="${'color:red'}">`],
    ['in a document inside an attribute', () => html`<iframe srcdoc="${'a'}">`],
    ['in a script', () => html`<script>${'a'}</script>`],
    ['in a style element', () => html`<style>a${'a'}</style>`],
    ['in a comment', () => html`<!-- ${'a'} -->`],
    ['as a part of an address', () => html`<a href="https://${'a'}/">`],
    ['as HTML in an attribute', () => html`<p title="${html`<b>`}">`],
    ['as a flag between tags', () => html`<p>${flag('checked', true)}</p>`],
  ])('M15: takes no value %s', (_, make) => {
    expect(make).toThrow(TypeError);
  });

  test('reads a template on after a script, a comment or a quotation', () => {
    const value = '<';
    expect(`${html`<script>a</script><!-- b --><p>"c" ${value} "d"</p>`}`).toBe(
      '<script>a</script><!-- b --><p>"c" &lt; "d"</p>',
    );
  });
});

describe('a link to an application', () => {
  test.each(['https://app.example/cb?code=1', 'http://[::1]:3000/cb', 'com.example.app:/cb?code=1#a'])(
    'may be %s',
    (uri) => {
      expect(`${linkToApplication(uri, 'Go')}`).toBe(`<a class="button" href="${uri}">Go</a>`);
    },
  );

  test.each(['javascript:alert(1)', 'data:text/html,a', 'cursor://callback', 'java.script:a b', 'a.b:\n', '/own', ''])(
    'M15: may not be %j',
    (uri) => {
      expect(() => linkToApplication(uri, 'Go')).toThrow(TypeError);
    },
  );
});

function thrown(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error instanceof Error ? error.constructor : error;
  }
}
