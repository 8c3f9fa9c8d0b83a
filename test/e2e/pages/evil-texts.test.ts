import { expect, test } from 'vitest';
import { stylesheet } from '#shared/pages/stylesheet.ts';
import { servePages } from '#test/support/browser/page-server.ts';
import { describeInBrowser, useBrowser } from '#test/support/browser/use-browser.ts';
import { evilTexts } from '#test/support/pages/evil-texts.ts';
import { replacedTexts } from '#test/support/pages/replaced-texts.ts';
import { render, samples } from '#test/support/pages/samples.ts';
import { opened } from '#test/support/world/use-world.ts';

/** The elements of a page, in order, with the names of their attributes. */
const SKELETON =
  '[...document.querySelectorAll("*")].map((e) => e.localName + e.getAttributeNames().map((a) => " " + a).join(""))';

describeInBrowser('a text from outside', () => {
  const server = opened(() => servePages([stylesheet]));
  const browser = useBrowser();

  // `form_post` leaves at once, and has a test of its own.
  test.each(
    samples
      .filter(({ page }) => page !== 'formPostPage')
      .map((sample) => [`${sample.page}, ${sample.situation}`, sample] as const),
  )('M15: never becomes markup or code on %s', async (_, { page: name, props }) => {
    const { page, complaints } = await browser.openTab();
    const skeletonWith = async (text: string) => {
      const { refreshTo: __, ...shown } = render(name, replacedTexts(props, text));
      // An answer with an error status would be a complaint of its own.
      await page.goto(server.show('/page', { ...shown, status: 200 }));
      return page.evaluate(SKELETON);
    };
    const harmless = await skeletonWith('Ada');
    expect(await skeletonWith(evilTexts.join(' '))).toEqual(harmless);
    expect(complaints).toEqual([]);
  });

  // Requests with control characters or broken text are refused before there is an answer (A11).
  test.each(evilTexts.filter((text) => text.isWellFormed() && !text.includes('\0')))(
    'M18: comes back from form_post as it was: %j',
    async (state) => {
      const { page, complaints } = await browser.openTab();
      const before = server.posted.length;
      const props = { action: `${server.origin}/callback`, fields: { state, submit: state } };
      await page.goto(server.show('/page', render('formPostPage', props)), { waitUntil: 'commit' });
      await page.waitForURL('**/posted');
      const fields = Object.entries(props.fields);
      expect([server.posted.slice(before), complaints]).toEqual([[{ path: '/callback', fields }], []]);
    },
  );
});
