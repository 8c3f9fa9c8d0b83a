import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { launch } from './chromium.ts';

const path = process.env.MINTMARK_TEST_BROWSER;

/** A tab that waits for this long hangs. */
const HANGING_MILLISECONDS = 600_000;

/** `describe` for tests in a browser, which are skipped where none starts. */
export const describeInBrowser = describe.skipIf(path === undefined);

/** A page of a browser, and what went wrong in it. */
export interface Tab {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Violations of policies and errors of scripts, as the browser wrote them, and dialogs that opened. */
  readonly complaints: readonly string[];
}

/** A browser for the tests of a `describeInBrowser`. Each tab has cookies of its own and is closed after its test. */
export function useBrowser(): { openTab(options?: BrowserContextOptions): Promise<Tab> } {
  let browser: Browser | undefined;
  const contexts: BrowserContext[] = [];
  beforeAll(async () => {
    browser = await launch(path ?? '');
  });
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()));
  });
  afterAll(() => browser?.close());
  return {
    async openTab(options = {}) {
      if (browser === undefined) throw new Error('A tab is opened in a test or a hook.');
      const context = await browser.newContext(options);
      context.setDefaultTimeout(HANGING_MILLISECONDS);
      contexts.push(context);
      const page = await context.newPage();
      return { page, context, complaints: complaintsOf(page) };
    },
  };
}

function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return complaints;
}
