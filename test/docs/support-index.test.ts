import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const folder = new URL('../support/', import.meta.url);
const index = readFileSync(new URL('README.md', folder), 'utf8');

/** Each entry of the index: the heading that it stands under, the text of its link and the target. */
const entries = index.split('\n## ').flatMap((section) => {
  const [heading = ''] = section.split(':');
  return [...section.matchAll(/^- \[(?<name>[^\]]+)\]\((?<path>[^)]+)\): \S/gm)].map(({ groups }) => ({
    heading,
    name: groups?.name,
    path: groups?.path ?? '',
  }));
});

test('test/support/README.md has one line for each file of test/support, and no other line', () => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  expect(entries.map(({ path }) => path).toSorted()).toEqual(files.toSorted());
});

test('test/support/README.md lists each file by its own name, under the heading of its folder', () => {
  expect(entries.map(({ heading, name }) => `${heading}/${name}`)).toEqual(entries.map(({ path }) => path));
});
