import './demo/isolation.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chapters } from './demo/chapters.ts';
import { newStory } from './demo/story.ts';
import { tell } from './demo/tell.ts';

/**
 * Runs the story in a new workspace and then removes the workspace (`npm run demo`). It prints a page of lines, or with
 * `--verbose` a line for each step.
 */
async function demo(): Promise<void> {
  const { verbose: isVerbose } = readOptions();
  process.stdout.once('error', () => process.exit(1)); // Its reader has gone: `npm run demo | head`.
  const story = newStory(temporaryFolder());
  const isTrue = await tell(chapters, story, { isVerbose, write: (text) => process.stdout.write(text) });
  await story.close();
  if (isTrue && !isVerbose) console.log('See them all: npm run demo -- --verbose');
  process.exitCode = isTrue ? 0 : 1;
}

/** @throws TypeError for an argument that the demo does not know */
function readOptions(): { readonly verbose: boolean } {
  return parseArgs({ options: { verbose: { type: 'boolean', default: false } } }).values;
}

/** Makes a folder that is removed at the end of this process. */
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mintmark-demo-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  return folder;
}

demo().catch((error: unknown) => {
  console.error(`The demo could not run. ${error instanceof Error ? error.message : error}`);
  process.exit(1);
});
