import { describe, expect, test } from 'vitest';
import { fileViolations } from './file-rules.ts';
import { bannedWords } from './words.ts';

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
    ['shared/adapters/a.ts', 'z.object({ id: z.string() })'],
    ['shared/adapters/a.ts', 'z.array(z.object({ id: z.string() } satisfies ShapeOf<Role>))'],
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
    [
      'shared/adapters/a.ts',
      'import type { ShapeOf }; z.object({ of: z.object({ id: z.string() }) } satisfies ShapeOf<Role>)',
      'reads an object that no type describes',
    ],
    [
      'shared/adapters/a.ts',
      'z.object({ id } satisfies ShapeOf<Api>); z.strictObject({ of: z.array(z.string()) })',
      'reads an object that no type describes',
    ],
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

describe('the rule of words', () => {
  /** Joined here, so that this file does not break the rule itself. */
  const joined = (...parts: readonly string[]) => parts.join('');

  test.each([joined('who', 'ever'), joined('What', 'ever'), joined('which', 'ever'), joined('wor', 'th')])(
    'catches "%s"',
    (word) => {
      expect(bannedWords('docs/a.md', `fine\nsays ${word} here`)).toEqual([
        expect.stringContaining(`docs/a.md:2 says "${word}"`),
      ]);
    },
  );

  test('lets other words be', () => {
    expect(bannedWords('docs/a.md', 'A trustworthy client, however it is registered.')).toEqual([]);
  });
});
