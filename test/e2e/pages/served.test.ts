import { expect, test } from 'vitest';
import { commonPageHeaders } from '#shared/pages/page.ts';
import { stylesheet } from '#shared/pages/stylesheet.ts';
import { useWorld } from '#test/support/world/use-world.ts';

const world = useWorld();

test('the style sheet is served under the path that all pages name, for ever', async () => {
  const { status, headers, text } = await world.send('GET', stylesheet.path);
  expect({ status, type: headers.get('content-type'), cache: headers.get('cache-control'), text }).toEqual({
    status: 200,
    type: 'text/css; charset=utf-8',
    cache: expect.stringMatching(/max-age=31536000/),
    text: stylesheet.text,
  });
});

test('no other style sheet is served', async () => {
  const paths = [`${stylesheet.path}0`, '/assets/x', `${stylesheet.path}.css`, stylesheet.path.slice(0, -1)];
  const replies = await Promise.all(paths.map((path) => world.send('GET', path)));
  expect(replies.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
});

test('M16: a page, a page of an error and a redirect to a page carry each header of pages once', async () => {
  const { 'content-type': type, ...common } = commonPageHeaders;
  const answers = ['/login', '/login/itx_none', '/assets/x'].map((path) =>
    fetch(world.url + path, { redirect: 'manual' }),
  );
  const [redirect, ...pages] = (await Promise.all(answers)).map(({ headers }) => Object.fromEntries(headers));
  expect(redirect).toMatchObject(common);
  for (const headers of pages) expect(headers).toMatchObject({ ...common, 'content-type': type });
});

test.each([
  '/login/itx_0000000000000000000000/nothing',
  '/login/a/b/c/d',
  '/account/nothing',
  '/authorize/a:b',
  '/logout/nothing',
])('a path below the pages that no page has is a page that says so: %s', async (path) => {
  const { status, headers } = await world.send('GET', path);
  expect([status, headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
});

test.each([
  ['DELETE', '/login', 'GET, HEAD'],
  ['PUT', '/login/itx_0000000000000000000000/code', 'GET, HEAD, POST'],
  ['GET', '/account/sessions/ses_0000000000000000000000/end', 'POST'],
  ['DELETE', '/authorize/itx_0000000000000000000000', 'GET, HEAD, POST'],
])('a page refuses other methods, and names its own: %s %s', async (method, path, allowed) => {
  const { status, headers } = await world.send(method, path);
  expect([status, headers.get('allow')?.split(', ').toSorted().join(', ')]).toEqual([405, allowed]);
});
