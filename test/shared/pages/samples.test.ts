import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { samples } from '#test/support/pages/samples.ts';

const folder = new URL('../../../shared/pages/', import.meta.url);

test('each function that makes a page has a picture', () => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const functions = files.flatMap((file) => {
    const source = readFileSync(new URL(file, folder), 'utf8');
    return [...source.matchAll(/^export function (\w+)\([^)]*\): Page\b/gm)].map(([, name = '']) => name);
  });
  const pages = functions.filter((name) => name !== 'layOut');
  expect(pages.toSorted()).toEqual([...new Set(samples.map(({ page }) => page))].toSorted());
  expect(pages.length).toBeGreaterThan(10);
});
