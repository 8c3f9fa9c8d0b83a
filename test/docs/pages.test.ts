import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import { deadLinks, missingFiles, pages } from '#test/support/documents/links.ts';
import { codeBlocks } from '#test/support/documents/markdown.ts';
import { blockNames, readPage } from '#test/support/documents/page-session.ts';

/** A page tells its readers to make these files. */
const MADE_BY_READERS = ['infra/reports.ts'];

/** Pages whose commands a test of the same name runs. */
const guides = pages().filter((page) => /^docs\/(?:use|run)\//.test(page));

describe('the pages of the documentation', () => {
  test('are there', () => {
    expect(guides.length).toBeGreaterThan(10);
    expect(pages()).toEqual(expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/README.md']));
  });

  test.each(pages())('%s links only to files and headings that exist', (page) => {
    expect(deadLinks(page)).toEqual([]);
  });

  test.each(pages())('%s names only files that exist', (page) => {
    expect(missingFiles(page, MADE_BY_READERS)).toEqual([]);
  });

  test.each(pages())('%s names only npm scripts that exist', (page) => {
    const { scripts } = JSON.parse(readPage('package.json')) as { scripts: Record<string, string> };
    const named = [...readPage(page).matchAll(/npm (?:run (?:-s )?([\w:]+)|(test|start)\b)/g)];
    expect(named.map(([, run, alias]) => run ?? alias ?? '').filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  test.each(guides)('%s has a test of the same name, which runs its commands', (page) => {
    const file = page.replace(/^docs\//, 'test/docs/').replace(/\.md$/, '.test.ts');
    expect(existsSync(new URL(`../../${file}`, import.meta.url))).toBe(true);
    expect(readPage(file)).toContain(`'${page}'`);
  });

  test.each(guides.filter((page) => page.startsWith('docs/use/')))('%s begins with the same line of set-up', (page) => {
    const [first] = codeBlocks(readPage(page));
    expect(first?.code).toMatch(/^\. \.\/docs\/mintmark\.sh &&/);
  });

  test('have only commands that a test runs', () => {
    const others = pages().filter((page) => page.startsWith('docs/') && !guides.includes(page));
    expect(others.filter((page) => blockNames(page).some((block) => block !== 'mermaid'))).toEqual([]);
  });

  test('are all in the index', () => {
    const index = readPage('docs/README.md');
    const listed = pages().filter((page) => page.startsWith('docs/') && page !== 'docs/README.md');
    expect(listed.filter((page) => !index.includes(`(${page.replace('docs/', '')}`))).toEqual([]);
  });

  test('name the management API by its id', () => {
    expect(readPage('docs/use/get-a-token.md')).toContain(`its id is \`${SYSTEM_API_ID}\``);
  });

  test('keep every file that they tell readers to make out of the repository', () => {
    const blocks = guides.map((page) => readPage(page)).join('\n');
    const made = [
      ...blocks.matchAll(/(?:> |-keyout |outputs-file |writeFileSync\(')([\w./-]+\.(?:json|pem|key|mjs))/g),
    ];
    const ignored = readPage('.gitignore').split('\n');
    const names = [...new Set(made.map(([, name = '']) => name)), ...MADE_BY_READERS];
    expect(names.length).toBeGreaterThan(4);
    expect(names.filter((name) => !name.startsWith('.mintmark/') && !ignored.includes(`/${name}`))).toEqual([]);
  });
});
