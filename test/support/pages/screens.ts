import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stylesheet } from '#shared/pages/stylesheet.ts';
import { findChromium, launch } from '../browser/chromium.ts';
import { servePages } from '../browser/page-server.ts';
import { samples } from './samples.ts';

const folder = fileURLToPath(new URL('../../../.screens/', import.meta.url));

/** Writes a picture of every page in every situation, theme and width: `npm run screens`. */
async function writeScreens(): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const server = await servePages([stylesheet]);
  const browser = await launch(await findChromium());
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [320, 1280]) {
      const context = await browser.newContext({
        colorScheme,
        viewport: { width, height: 720 },
        javaScriptEnabled: false,
      });
      const page = await context.newPage();
      for (const { page: name, situation, render } of samples) {
        // A page that leaves by itself would leave before its picture is taken.
        const { refreshTo: _, ...shown } = render();
        await page.goto(server.show(`/${name}/${situation}`, shown));
        await page.screenshot({ path: `${folder}${name}-${situation}-${colorScheme}-${width}.png`, fullPage: true });
      }
      await context.close();
    }
  }
  await browser.close();
  await server.close();
  process.stdout.write(`${samples.length * 4} pictures are in ${folder}\n`);
}

await writeScreens();
