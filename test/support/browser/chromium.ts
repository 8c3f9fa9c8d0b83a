import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Chromium from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

/** A browser that has not started after this time hangs. */
const STARTING_MILLISECONDS = 300_000;

const modules = new URL('../../../node_modules/', import.meta.url);

/**
 * The browser of the tests: the one at CHROMIUM_PATH, else Chromium from npm, which is unpacked once for each version.
 * @throws Error where none starts on this machine, with what the browser said
 */
export async function findChromium(): Promise<string> {
  const path = process.env.CHROMIUM_PATH ?? (await unpackedChromium());
  const { status, error, stderr } = spawnSync(path, ['--no-sandbox', '--version'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${path} does not start: ${error?.message ?? stderr.trim()}`);
  return path;
}

/**
 * Starts a browser. `--no-sandbox` lets it run as root, as in containers. The arguments that the package recommends are
 * for Lambda: they switch off what the tests are about, the rules between origins.
 */
export function launch(path: string): Promise<Browser> {
  return chromium.launch({ executablePath: path, args: ['--no-sandbox'], timeout: STARTING_MILLISECONDS });
}

/** A folder named for the version, filled elsewhere and renamed: nobody finds half a browser in it. */
async function unpackedChromium(): Promise<string> {
  const folder = fileURLToPath(new URL(`.cache/chromium-${installedVersion()}/`, modules));
  if (existsSync(`${folder}chromium`)) return `${folder}chromium`;
  mkdirSync(new URL('.cache/', modules), { recursive: true });
  const beside = mkdtempSync(fileURLToPath(new URL('.cache/unpacking-', modules)));
  await withTemporaryFolder(beside, () => Chromium.executablePath());
  try {
    renameSync(beside, folder);
  } catch {
    // Another run was faster.
    rmSync(beside, { recursive: true });
  }
  return `${folder}chromium`;
}

function installedVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('@sparticuz/chromium/package.json', modules), 'utf8'));
  return version;
}

/** The package unpacks into the folder for temporary files. */
async function withTemporaryFolder<Result>(folder: string, act: () => Promise<Result>): Promise<Result> {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  try {
    return await act();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}
