import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fileViolations } from './file-rules.ts';
import { importViolations } from './layers.ts';
import { crowdedFolders, floors, floorViolations, readmeViolations } from './rooms.ts';
import { bannedWords } from './words.ts';

const root = new URL('../..', import.meta.url);
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root })
  .toString()
  .split('\n')
  .filter((path) => path !== '' && existsSync(new URL(path, root)))
  .map((path) => ({ path, text: readFileSync(new URL(path, root), 'utf8') }))
  .filter(({ text }) => !text.includes('\0'));

describe('this repository', () => {
  test('has the files that the rules are about', () => {
    const folders = new Set(files.map(({ path }) => path.split('/')[0]));
    expect([...folders]).toEqual(expect.arrayContaining(['functions', 'infra', 'shared', 'test']));
  });

  test('imports along its layers only', () => {
    const sources = files.filter(({ path }) => path.endsWith('.ts'));
    expect(sources.flatMap(({ path, text }) => importViolations(path, text))).toEqual([]);
  });

  test('U8: keeps the rules for file names, lengths and words, and asks no clock but the one trusted', () => {
    expect(files.flatMap(({ path, text }) => fileViolations(path, text))).toEqual([]);
  });
});

describe('the rooms of the domain', () => {
  test('import only rooms on lower floors', () => {
    expect(files.flatMap(floorViolations)).toEqual([]);
  });

  test.each(Object.keys(floors))('have a page that leads through %s', (room) => {
    expect(readmeViolations(room, files)).toEqual([]);
  });

  test('are all there are: each has a floor', () => {
    const folders = files.flatMap(({ path }) => /^(shared\/domain(?:\/[^/]+)*)\/[^/]+$/.exec(path)?.[1] ?? []);
    expect([...new Set(folders)].toSorted()).toEqual(Object.keys(floors).toSorted());
  });
});

test('no folder holds more files than a reader can keep in mind', () => {
  expect(crowdedFolders(files.map(({ path }) => path))).toEqual([]);
});

test('every text uses words that everybody understands', () => {
  expect(files.flatMap(({ path, text }) => bannedWords(path, text))).toEqual([]);
});

/**
 * Decide nothing about credentials: how long the keys of other issuers are kept, how long a host that failed is left alone,
 * and when CloudWatch counts a line.
 */
const DECIDE_NOTHING = [
  'shared/adapters/remote/jwks-source.ts',
  'shared/adapters/remote/pause-after-failure.ts',
  'shared/http/metrics.ts',
];

test('U8: one clock decides what has ended: nobody else in the product asks for the date', () => {
  const asking = files.filter(({ text }) => /\bDate\.now\(|\bnew Date\(\)/.test(text)).map(({ path }) => path);
  const ofProduct = asking.filter((path) => /^(?:shared|functions)\//.test(path));
  expect(ofProduct.toSorted()).toEqual(['shared/adapters/node/ambient.ts', ...DECIDE_NOTHING]);
});

describe('docs/build/decisions.md', () => {
  const { dependencies, devDependencies, optionalDependencies } = readJson('package.json') as Record<string, object>;
  const installed = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies }).filter((name) =>
    existsSync(new URL(`node_modules/${name}/package.json`, root)),
  );
  const decisions = read('docs/build/decisions.md');

  test.each(installed)('says why %s is used, under its licence', (name) => {
    const { license } = readJson(`node_modules/${name}/package.json`) as { license: string };
    expect(decisions.split('\n').filter((line) => line.startsWith(`| \`${name}\` | ${license} | `))).toHaveLength(1);
  });

  test('speaks of no package that is not used', () => {
    const named = [...decisions.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name);
    const known = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
    expect(named.filter((name) => !known.includes(name ?? ''))).toEqual([]);
  });
});

test('package.json allows or refuses each install script', () => {
  const { packages } = readJson('package-lock.json') as { packages: Record<string, { hasInstallScript?: true }> };
  const withScript = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript);
  const names = withScript.map(([path]) => path.replace(/^.*node_modules\//, ''));
  const { allowScripts } = readJson('package.json') as { allowScripts: Record<string, boolean> };
  expect(Object.keys(allowScripts)).toEqual(expect.arrayContaining(names));
});

function read(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}

function readJson(path: string): unknown {
  return JSON.parse(read(path));
}
