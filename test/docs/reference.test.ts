import { expect, test } from 'vitest';
import { referencePage } from '#infra/reference.ts';
import type { LambdaTable, Route } from '#shared/api/table.ts';
import { tables } from '#shared/api/tables.ts';
import { firstColumn } from '#test/support/documents/markdown.ts';
import { readPage } from '#test/support/documents/page-session.ts';

const all: readonly LambdaTable[] = tables;
const routes: readonly Route[] = all.flatMap((table) => Object.values(table.routes));
const committed = readPage('docs/reference.md');

test('docs/reference.md is committed as the sources say now', () => {
  expect(committed, 'run npm run reference').toBe(referencePage());
});

test('docs/reference.md lists every path and every Lambda', () => {
  expect(new Set(firstColumn(committed, 'path'))).toEqual(new Set(routes.map(({ path }) => path)));
  expect(firstColumn(committed, 'Lambda')).toEqual(all.map(({ name }) => name));
});

test('docs/reference.md says which kind of permission a method needs', () => {
  const kinds = routes.flatMap(({ method, caller }) =>
    typeof caller === 'object' && 'permission' in caller ? [`${method} ${caller.permission.split(':')[0]}:`] : [],
  );
  expect([...new Set(kinds)].toSorted()).toEqual([
    'DELETE write:',
    'GET read:',
    'PATCH write:',
    'POST test:',
    'POST write:',
    'PUT write:',
  ]);
});
