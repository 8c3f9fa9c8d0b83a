import { expect, test } from 'vitest';
import { FormBrowser } from '#infra/local/demo/people/form-browser.ts';
import { succeed } from '#test/support/arrange/manage.ts';
import { useManage, useWorld } from '#test/support/world/use-world.ts';

const world = useWorld();
const manage = useManage(world);

/** Makes identity providers, one after the other. */
async function create(names: readonly string[], enabled: boolean): Promise<void> {
  for (const name of names) {
    const credentials = { clientId: 'mintmark', clientSecret: 'of-the-provider' };
    await succeed(manage('POST', '/v1/identity-providers', { name, type: 'google', enabled, ...credentials }));
  }
}

const numbered = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix} ${100 + index}`);

/** The names of the providers on the login page. */
async function offered(): Promise<readonly (string | undefined)[]> {
  const { html } = await new FormBrowser(world.url).open('/login');
  return [...html.matchAll(/\/provider\/[^>]*>Continue with (?:<bdi>)?([^<]*)</g)].map(([, name]) => name);
}

test('the login page offers the first 20 by name of the providers that are enabled, among any number of disabled ones', async () => {
  await create(numbered('Disabled', 105), false);
  await create(['Acme'], true);
  expect(await offered()).toEqual(['Acme']);
  await create(numbered('Other', 25), true);
  expect(await offered()).toEqual(['Acme', ...numbered('Other', 19)]);
});
