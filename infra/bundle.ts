import { readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, formatMessages } from 'esbuild';

const root = join(import.meta.dirname, '..');

/** The default folder of the bundles, with one folder for each function. */
export const bundlesDirectory = join(root, 'dist');

/**
 * Gives CommonJS dependencies a `require` inside an ES module. Minified code never has a name as long as this import's.
 */
const REQUIRE_FOR_COMMONJS =
  "import { createRequire as mintmarkCreateRequire } from 'node:module'; const require = mintmarkCreateRequire(import.meta.url);";

/** The folders that bundling reads and writes. */
export interface BundleOptions {
  /** A folder of entry points, one TypeScript file per function, each exporting `handler`. */
  readonly functionsDirectory?: string;
  /** Emptied first. */
  readonly outputDirectory?: string;
}

/** One function as it is deployed: `<name>/index.mjs`, which contains all its dependencies, also the AWS SDK. */
export interface Bundle {
  readonly name: string;
  readonly sizeBytes: number;
}

/**
 * Bundles all functions with esbuild, and returns them sorted by name.
 * @throws Error with the file and line of an error or warning of esbuild
 */
export async function bundleFunctions({
  functionsDirectory = join(root, 'functions'),
  outputDirectory = bundlesDirectory,
}: BundleOptions = {}): Promise<readonly Bundle[]> {
  const names = functionNames(functionsDirectory);
  rmSync(outputDirectory, { recursive: true, force: true });
  const { warnings } = await build({
    entryPoints: names.map((name) => ({ in: join(functionsDirectory, `${name}.ts`), out: `${name}/index` })),
    absWorkingDir: root,
    outdir: outputDirectory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    sourcemap: true,
    // A stack trace needs only line numbers. The source text would make the upload three times as large.
    sourcesContent: false,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // For Node, esbuild prefers CommonJS files, from which it cannot remove unused code.
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE_FOR_COMMONJS },
    logLevel: 'silent',
  });
  if (warnings.length > 0) throw new Error((await formatMessages(warnings, { kind: 'warning' })).join('\n'));
  return names.map((name) => ({ name, sizeBytes: statSync(join(outputDirectory, name, 'index.mjs')).size }));
}

function functionNames(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => basename(file, '.ts'))
    .sort();
}

if (import.meta.main) {
  for (const { name, sizeBytes } of await bundleFunctions()) {
    console.log(`${name.padEnd(20)} ${(sizeBytes / 1024).toFixed(0).padStart(6)} KiB`);
  }
}
