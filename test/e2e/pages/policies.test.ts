import { expect, test } from 'vitest';
import { stylesheet } from '#shared/pages/stylesheet.ts';
import { servePages } from '#test/support/browser/page-server.ts';
import { describeInBrowser, useBrowser } from '#test/support/browser/use-browser.ts';
import { samples } from '#test/support/pages/samples.ts';
import { opened } from '#test/support/world/use-world.ts';

describeInBrowser('a page in a browser', () => {
  const server = opened(() => servePages([stylesheet]));
  const browser = useBrowser();

  test.each(samples.map((sample) => [`${sample.page}, ${sample.situation}`, sample] as const))(
    'M16: %s keeps its own policy',
    async (_, { render }) => {
      const { page, complaints } = await browser.openTab({ javaScriptEnabled: false });
      const { refreshTo: __, ...shown } = render();
      await page.goto(server.show('/page', shown));
      expect({ complaints, heading: await page.locator('h1').count() }).toEqual({
        // The browser writes about each answer with an error status.
        complaints: shown.status < 400 ? [] : [expect.stringContaining(`status of ${shown.status}`)],
        heading: 1,
      });
    },
  );
});
