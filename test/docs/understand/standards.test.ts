import { expect, test } from 'vitest';
import { tableBelow } from '#test/support/documents/markdown.ts';
import { readPage } from '#test/support/documents/page-session.ts';

test('docs/understand/standards.md says of each standard how complete it is, what is missing, and which test shows it', () => {
  const rows = tableBelow(readPage('docs/understand/standards.md'), 'standard');
  expect(rows.length).toBeGreaterThan(10);
  const odd = rows.filter(([, status = '', scope = '', tests = '']) => {
    const isHonest =
      status === 'complete' ? !/\bwithout\b/.test(scope) : status === 'partial' && /\bwithout .+$/.test(scope);
    return !isHonest || !/`test\/[\w/.-]+\.test\.ts`/.test(tests);
  });
  expect(odd).toEqual([]);
});
