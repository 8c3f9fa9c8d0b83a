import { expect, test } from 'vitest';
import { FormBrowser } from '#infra/local/demo/people/form-browser.ts';
import { useWorld } from '#test/support/world/use-world.ts';

const world = useWorld();

async function link(): Promise<string> {
  const { loginLink = '' } = await world.bootstrap({ email: 'Grace@example.com' });
  return loginLink.slice(world.url.length);
}

test('the link of a bootstrap shows as whom it logs in, and logs in once', async () => {
  const path = await link();
  const browser = new FormBrowser(world.url);
  const page = await browser.open(path);
  expect(page.html).toContain('grace@example.com');
  const account = await browser.submit(page, {});
  expect({ path: account.path, status: account.status }).toEqual({ path: '/account', status: 200 });
  expect(account.html).toContain('You may do everything in this service.');
  expect((await new FormBrowser(world.url).open(path)).status).toBe(410);
});
