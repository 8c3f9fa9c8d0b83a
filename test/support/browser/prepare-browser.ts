import { findChromium } from './chromium.ts';

/** Finds the browser before a test run, for all of its processes. Without one, tests that need it are skipped. */
export async function setup(): Promise<void> {
  delete process.env.MINTMARK_TEST_BROWSER;
  try {
    process.env.MINTMARK_TEST_BROWSER = await findChromium();
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    process.stderr.write(`Tests in a browser are skipped; CHROMIUM_PATH may name another. ${reason}\n`);
  }
}
