import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { blockNames, readPage } from '#test/support/documents/page-session.ts';

const root = new URL('../..', import.meta.url);
const readme = readPage('README.md');

/** What a reader can take in at one sitting. */
const BYTES_MAX = 12_000;

describe('README.md', () => {
  test('is short', () => {
    expect(Buffer.byteLength(readme)).toBeLessThanOrEqual(BYTES_MAX);
  });

  test('answers the questions of a newcomer in the order in which they come up', () => {
    expect([...readme.matchAll(/^##+ (.+)$/gm)].map(([, title]) => title)).toEqual([
      'Which credential for whom',
      'Try it',
      'Your first token',
      'Protect an API',
      'Call it',
      'Deploy',
      'Eight concepts',
      'Security in ten lines',
      'Documentation',
      'Test it',
      'Standards, contributing, licence',
    ]);
  });

  test('has only blocks that a test runs or compares', () => {
    expect(blockNames('README.md')).toEqual([
      'sh try',
      'text demo',
      'sh start',
      'text start-output',
      'sh administrator',
      'text administrator-output',
      'sh api',
      'text api-output',
      'sh api-token',
      'text api-token-output',
      'sh access-token',
      'text access-token-output',
      'sh call',
      'text call-output',
      'js express',
      'ts app',
      'sh deploy-app',
      'js node',
      'sh deploy',
      'sh bootstrap',
      'mermaid',
      'sh test',
    ]);
  });

  test('has a picture with eight words in bold below it', () => {
    const [, concepts = ''] = /^## Eight concepts\n([\s\S]*?)^## /m.exec(readme) ?? [];
    expect([...concepts.matchAll(/\*\*[^*]+\*\*/g)]).toHaveLength(8);
  });

  test('describes security in ten lines', () => {
    const [, security = ''] = /^## Security in ten lines\n([\s\S]*?)^## /m.exec(readme) ?? [];
    expect([...security.matchAll(/^(\d+)\. [^\n]+\n/gm)].map(([, number]) => Number(number))).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
  });

  test('names scripts that exist', () => {
    const { scripts } = JSON.parse(readPage('package.json')) as { scripts: Record<string, string> };
    const named = [...readme.matchAll(/npm (?:run (\w+)|(test|start))/g)].map(([, run, alias]) => run ?? alias ?? '');
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  test('links to files that exist', () => {
    const linked = [...readme.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]+)?\)/g)].map(([, path]) => path ?? '');
    expect(linked.length).toBeGreaterThan(15);
    expect(linked.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
  });
});
