import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fileViolations } from './architecture/file-rules.ts';
import { importViolations } from './architecture/layers.ts';

const root = new URL('..', import.meta.url);
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

/** Decide nothing about credentials: how long the keys of other issuers are kept, and when CloudWatch counts a line. */
const DECIDE_NOTHING = ['shared/adapters/remote/jwks-source.ts', 'shared/http/metrics.ts'];

test('U8: one clock decides what has ended: nobody else in the product asks for the date', () => {
  const asking = files.filter(({ text }) => /\bDate\.now\(|\bnew Date\(\)/.test(text)).map(({ path }) => path);
  const ofProduct = asking.filter((path) => /^(?:shared|functions)\//.test(path));
  expect(ofProduct).toEqual(['shared/adapters/node/ambient.ts', ...DECIDE_NOTHING]);
});

describe('docs/decisions.md', () => {
  const { dependencies, devDependencies, optionalDependencies } = readJson('package.json') as Record<string, object>;
  const installed = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies }).filter((name) =>
    existsSync(new URL(`node_modules/${name}/package.json`, root)),
  );
  const decisions = read('docs/decisions.md');

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

describe('the import rule', () => {
  test.each([
    ['shared/domain/directory/roles.ts', "import { newId } from './ids.ts';"],
    ['shared/domain/registration/secret.ts', "import { crc32 } from 'node:zlib';"],
    ['shared/api/table.ts', "import type { Grant } from '#shared/ports.ts';"],
    ['shared/adapters/dynamo/directory/clients.ts', "import { now } from '../ambient.ts';"],
    ['shared/adapters/kms/signer.ts', "import { KMSClient } from '@aws-sdk/client-kms';"],
    ['shared/http/request/incoming.ts', "import type { APIGatewayProxyEventV2 } from 'aws-lambda';"],
    ['functions/exchange.ts', "import { lambda } from '#shared/http/lambda.ts';"],
    ['infra/tables.ts', "import { Table } from 'aws-cdk-lib/aws-dynamodb';"],
    ['test/shared/domain/roles.test.ts', "import { Stack } from 'aws-cdk-lib';"],
    ['shared/domain/errors.ts', "/** Learned from 'zod', which imports nothing. */\nexport const from = 'zod';"],
  ])('lets %s have: %s', (path, source) => {
    expect(importViolations(path, source)).toEqual([]);
  });

  test.each([
    ['shared/domain/directory/roles.ts', "import * as z from 'zod';", "may not import 'zod'"],
    ['shared/domain/directory/roles.ts', "import type * as z from 'zod';", "may not import types from 'zod'"],
    ['shared/domain/directory/roles.ts', "import 'node:crypto';", "may not import 'node:crypto'"],
    [
      'shared/domain/directory/roles.ts',
      "export * from '#shared/api/table.ts';",
      "may not import '#shared/api/table.ts'",
    ],
    ['shared/domain/directory/roles.ts', "const jose = await import('jose');", "may not import 'jose'"],
    ['shared/domain/directory/roles.ts', "type Jose = typeof import('jose');", "may not import types from 'jose'"],
    [
      'shared/domain/directory/roles.ts',
      "import type { Grant } from '../ports.ts';",
      "may not import types from '../ports.ts'",
    ],
    [
      'shared/api/table.ts',
      "import { toBase62 } from '#shared/domain/base62.ts';",
      "may not import '#shared/domain/base62.ts'",
    ],
    ['shared/api/oauth/oauth.ts', "import { jwtVerify } from 'jose';", "may not import 'jose'"],
    ['shared/ports.ts', "import { newId } from '#shared/domain/ids.ts';", "may not import '#shared/domain/ids.ts'"],
    [
      'shared/adapters/clock.ts',
      "import { ok } from '#shared/http/reply/replies.ts';",
      "may not import '#shared/http/reply/replies.ts'",
    ],
    [
      'shared/adapters/clock.ts',
      "import { isLive } from '../domain/standing.ts';",
      "leaves its layer by '../domain/standing.ts'",
    ],
    [
      'shared/http/lambda.ts',
      "import {\n  clock,\n} from '#shared/adapters/node/ambient.ts';",
      "may not import '#shared/adapters/node/ambient.ts'",
    ],
    ['shared/http/lambda.ts', "import { zodiac } from 'zodiac';", "may not import 'zodiac'"],
    ['functions/exchange.ts', "import { handler } from './revoke.ts';", "may not import './revoke.ts'"],
    [
      'functions/exchange.ts',
      "import { KMSClient } from '@aws-sdk/client-kms';",
      "may not import '@aws-sdk/client-kms'",
    ],
    ['functions/exchange.ts', "import { grants } from '#infra/grants.ts';", "may not import '#infra/grants.ts'"],
    [
      'sdk/verify/verify.ts',
      "import { isLive } from '#shared/domain/access/standing.ts';",
      "may not import '#shared/domain/access/standing.ts'",
    ],
    [
      'infra/tables.ts',
      "import { world } from '#test/support/world/world.ts';",
      "may not import '#test/support/world/world.ts'",
    ],
  ])('catches in %s: %s', (path, source, violation) => {
    expect(importViolations(path, source)).toEqual([`${path} ${violation}`]);
  });

  test('catches a folder that belongs to no layer', () => {
    expect(importViolations('shared/common/strings.ts', '')).toEqual(['shared/common/strings.ts belongs to no layer']);
  });

  test('catches every import of a file', () => {
    const source = "import { a } from 'zod';\nimport { b } from './b.ts';\nimport type { c } from 'jose';\n";
    expect(importViolations('shared/domain/a.ts', source)).toEqual([
      "shared/domain/a.ts may not import 'zod'",
      "shared/domain/a.ts may not import types from 'jose'",
    ]);
  });
});

describe('the file rules', () => {
  /** Joined here, so that this file does not break the rules itself. */
  const joined = (...parts: readonly string[]) => parts.join('');

  test.each([
    ['shared/adapters/node/environment.ts', joined('process', '.env')],
    ['infra/app.ts', joined('process', '.env')],
    ['shared/adapters/node/ambient.ts', 'const now = Date.now();'],
    ['infra/local/start.ts', 'await import(name);'],
    ['vitest.config.ts', joined('export ', 'default {};')],
    ['shared/ports.types.test.ts', ''],
    ['README.md', 'https://example.com/workspace, ./work-in-progress, the root of the tree'],
  ])('let %s have: %s', (path, text) => {
    expect(fileViolations(path, text)).toEqual([]);
  });

  test.each([
    ['shared/domain/a.ts', joined('process', '.env'), 'reads the environment'],
    ['functions/a.ts', joined('process', "['env']"), 'reads the environment'],
    ['functions/a.ts', joined('import { env', " } from 'node:process'"), 'reads the environment'],
    ['shared/a.ts', joined('export ', 'default 1;'), 'exports a default'],
    ['shared/a.ts', joined('export { a as ', 'default };'), 'exports a default'],
    ['shared/domain/a.ts', 'const now = Date.now();', 'asks the world itself'],
    ['shared/domain/a.ts', 'const id = crypto.randomUUID();', 'asks the world itself'],
    ['shared/http/a.ts', 'await import(name);', 'imports what only run time knows'],
    ['functions/a.ts', 'await import(`./a.ts`);', 'imports what only run time knows'],
    ['shared/domain/a.ts', "const jose = require('jose');", 'requires where the layers cannot be seen'],
    ['shared/adapters/a.ts', 'createRequire(import.meta.url)', 'requires where the layers cannot be seen'],
    ['test/a.test.ts', joined('vi', ".mock('./b.ts')"), 'mocks a module'],
    ['test/a.test.ts', joined('vi', ".doMock('./b.ts')"), 'mocks a module'],
    ['README.md', joined('TO', 'DO: write'), 'leaves something to do'],
    ['shared/a.ts', joined('// FIX', 'ME'), 'leaves something to do'],
    ['docs/a.md', joined('cd /', 'work/main'), 'names a path of some machine'],
    ['docs/a.md', joined('/', 'root/.npmrc'), 'names a path of some machine'],
    ['openapi.json', joined('"/', 'home/ada/x"'), 'names a path of some machine'],
    ['package-lock.json', joined('https://', 'registry.example.com/a.tgz'), 'names the host of a package registry'],
    ['shared/tokenStore.ts', '', 'is not in kebab-case'],
    ['shared/Adapters/a.ts', '', 'is not in kebab-case'],
  ])('catch in %s: %s', (path, text, violation) => {
    expect(fileViolations(path, text)).toEqual([expect.stringContaining(`${path} ${violation}`)]);
  });

  test('let a file have 300 lines, and catch the next one', () => {
    expect(fileViolations('shared/a.ts', 'line\n'.repeat(300))).toEqual([]);
    expect(fileViolations('shared/a.ts', 'line\n'.repeat(301))).toEqual(['shared/a.ts has 301 lines, 300 at most']);
  });
});

function read(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}

function readJson(path: string): unknown {
  return JSON.parse(read(path));
}
