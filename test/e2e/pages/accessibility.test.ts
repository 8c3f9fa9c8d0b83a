import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Brand } from '#shared/pages/layout.ts';
import type { Page as ShownPage } from '#shared/pages/page.ts';
import { stylesheet, stylesheetWith } from '#shared/pages/stylesheet.ts';
import { servePages } from '#test/support/browser/page-server.ts';
import { describeInBrowser, useBrowser } from '#test/support/browser/use-browser.ts';
import { samples } from '#test/support/pages/samples.ts';
import { opened } from '#test/support/world/use-world.ts';

const violet = stylesheetWith({ accent: '#5b2ab5', accentInDark: '#c4a8ff' });

const views = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [320, 1280].map((width) => ({ colorScheme, viewport: { width, height: 800 } })),
);

describeInBrowser('every page', () => {
  const server = opened(() => servePages([stylesheet, violet]));
  const browser = useBrowser();

  /** Shows all samples, one after the other, and collects what is found out about each. Without scripts, none leaves. */
  async function overAll<Found>(page: Page, find: () => Promise<readonly Found[]>, brand?: Brand): Promise<object> {
    const found: Record<string, readonly Found[]> = {};
    for (const sample of samples) {
      await page.goto(server.show('/page', standing(sample.render(brand))));
      const here = await find();
      if (here.length > 0) found[`${sample.page}, ${sample.situation}`] = here;
    }
    return found;
  }

  test.each(views)(
    'has no fault that axe finds, in the $colorScheme theme and $viewport.width pixels wide',
    async (view) => {
      const { page } = await browser.openTab(view);
      const find = async () => {
        const { violations } = await axe(page).analyze();
        return violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]);
      };
      expect(await overAll(page, find)).toEqual({});
    },
  );

  test.each(['light', 'dark'] as const)(
    'has enough contrast in the colours of a brand, in the %s theme',
    async (colorScheme) => {
      const { page } = await browser.openTab({ colorScheme });
      const find = async () => {
        const { violations } = await axe(page).withRules(['color-contrast']).analyze();
        return violations.flatMap(({ nodes }) => nodes.map(({ html }) => html));
      };
      expect(await overAll(page, find, { name: 'Violet', stylesheetPath: violet.path })).toEqual({});
    },
  );

  // Zoom makes a window of 640 pixels 320 wide, in which everything is drawn twice as large.
  test.each([
    ['320 pixels wide', { viewport: { width: 320, height: 640 } }],
    ['at 200 % zoom', { viewport: { width: 320, height: 400 }, deviceScaleFactor: 2 }],
    ['in a window of 1280 pixels', { viewport: { width: 1280, height: 800 } }],
  ])('needs no scrolling to the side %s', async (_, view) => {
    const { page } = await browser.openTab(view);
    const find = async () => {
      const [content, window] = await widths(page);
      return content === window ? [] : [[content, window]];
    };
    expect(await overAll(page, find)).toEqual({});
  });

  test('needs no scrolling to the side where the reader doubles the size of text', async () => {
    const { page } = await browser.openTab({ viewport: { width: 640, height: 800 } });
    const find = async () => {
      await page.evaluate('document.documentElement.style.setProperty("font-size", "200%")');
      const [content, window] = await widths(page);
      return content === window ? [] : [[content, window]];
    };
    expect(await overAll(page, find)).toEqual({});
  });
});

/** Without frames, axe need not open a page of its own to put results together. */
function axe(page: Page): AxeBuilder {
  return new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
}

/** The page without what makes it leave. */
function standing({ html, csp, status }: ShownPage): ShownPage {
  return { html: html.replace(/<script>.*<\/script>/, ''), csp, status };
}

async function widths(page: Page): Promise<readonly [number, number]> {
  return page.evaluate('[document.documentElement.scrollWidth, document.documentElement.clientWidth]');
}
