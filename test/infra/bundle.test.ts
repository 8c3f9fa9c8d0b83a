import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { bundleFunctions } from '#infra/bundle.ts';
import { tables } from '#shared/api/tables.ts';

const execute = promisify(execFile);
const SIZE_BYTES_MAX = 850 * 1_024;

const directory = mkdtempSync(join(tmpdir(), 'mintmark-bundle-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe('bundles', async () => {
  const outputDirectory = join(directory, 'dist');
  const bundles = await bundleFunctions({ outputDirectory });

  test('exist for each entry of the API tables', () => {
    expect(bundles.map(({ name }) => name)).toEqual(tables.map(({ name }) => name).sort());
  });

  test.each(bundles)('LOAD6: $name is small', ({ name, sizeBytes }) => {
    expect(sizeBytes).toBeLessThan(SIZE_BYTES_MAX);
    expect(sizeBytes).toBe(readFileSync(join(outputDirectory, name, 'index.mjs')).byteLength);
  });

  test('of the default route, which scanners start, has no client of AWS and at most 65 % of the size of any other', () => {
    const { sources } = JSON.parse(readFileSync(join(outputDirectory, 'default-route', 'index.mjs.map'), 'utf8'));
    expect(sources.filter((source: string) => /aws-sdk|smithy|shared\/adapters\/(?!node)/.test(source))).toEqual([]);
    const [sizeBytes = 0, smallest = 0] = bundles
      .map((bundle) => bundle.sizeBytes)
      .toSorted((one, other) => one - other);
    expect(sizeBytes).toBeLessThan(0.65 * smallest);
  });

  test('start without any package beside them, and have a handler', async () => {
    const names = bundles.map(({ name }) => name);
    const program =
      "for (const name of process.argv.slice(1)) console.log(typeof (await import('./' + name + '/index.mjs')).handler);";
    const { stdout } = await execute(process.execPath, ['--input-type=module', '--eval', program, ...names], {
      cwd: outputDirectory,
      env: {},
    });
    expect(stdout.trim().split('\n')).toEqual(names.map(() => 'function'));
  });

  test('have no page that only a machine of a developer has, and no identity header', () => {
    const forbidden = /\/local\/mail|x-frontier-email/i;
    const found = bundles.filter(({ name }) =>
      forbidden.test(readFileSync(join(outputDirectory, name, 'index.mjs'), 'utf8')),
    );
    expect(found).toEqual([]);
  });

  test('map to source lines but do not contain the source text', () => {
    const map = JSON.parse(readFileSync(join(outputDirectory, 'exchange', 'index.mjs.map'), 'utf8'));
    expect(map.sources.some((source: string) => source.endsWith('functions/exchange.ts'))).toBe(true);
    expect(map.sourcesContent).toBeUndefined();
  });
});

describe('bundling', () => {
  const functionsDirectory = join(directory, 'functions');
  const outputDirectory = join(directory, 'out');

  test('removes the files of an earlier run', async () => {
    mkdirSync(functionsDirectory, { recursive: true });
    mkdirSync(join(outputDirectory, 'removed'), { recursive: true });
    writeFileSync(join(functionsDirectory, 'ping.ts'), 'export const handler = async (): Promise<string> => "pong";');
    expect(await bundleFunctions({ functionsDirectory, outputDirectory })).toMatchObject([{ name: 'ping' }]);
    expect(existsSync(join(outputDirectory, 'removed'))).toBe(false);
  });

  test('fails on a warning of esbuild', async () => {
    const doubtful = join(directory, 'doubtful');
    mkdirSync(doubtful);
    writeFileSync(join(doubtful, 'ping.ts'), 'export const handler = () => ({ a: 1, a: 2 });');
    await expect(bundleFunctions({ functionsDirectory: doubtful, outputDirectory })).rejects.toThrow('Duplicate key');
  });

  test('fails on a function that does not build', async () => {
    const broken = join(directory, 'broken');
    mkdirSync(broken);
    writeFileSync(join(broken, 'ping.ts'), 'import { nothing } from "./nowhere.ts"; export const handler = nothing;');
    await expect(bundleFunctions({ functionsDirectory: broken, outputDirectory })).rejects.toThrow('./nowhere.ts');
  });
});
