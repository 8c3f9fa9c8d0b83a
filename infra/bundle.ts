import { readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, formatMessages } from 'esbuild';

const root = join(import.meta.dirname, '..');

/** Where the bundles are, one folder per function, unless somebody asks for another place. */
export const bundlesDirectory = join(root, 'dist');

/** Gives CommonJS dependencies a `require` inside an ES module; the long name cannot meet a minified one. */
const REQUIRE_FOR_COMMONJS =
  "import { createRequire as mintmarkCreateRequire } from 'node:module'; const require = mintmarkCreateRequire(import.meta.url);";

export interface BundleOptions {
  /** A folder of entry points, one TypeScript file per function, each exporting `handler`. */
  readonly functionsDirectory?: string;
  /** Is emptied first. */
  readonly outputDirectory?: string;
}

/** One function as Lambda gets it: `<name>/index.mjs` with everything it needs inside, the AWS SDK included. */
export interface Bundle {
  readonly name: string;
  readonly sizeBytes: number;
}

/**
 * Bundles every function in one esbuild call, in the order of their names.
 * @throws Error naming the file and line that does not build, or that esbuild warns of
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
    // Line numbers are what a stack trace needs; the source text would triple what is uploaded.
    sourcesContent: false,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // The CommonJS halves, which esbuild prefers for Node, cannot be tree-shaken.
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
