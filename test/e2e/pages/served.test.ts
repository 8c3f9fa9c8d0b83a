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
