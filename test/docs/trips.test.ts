import { describe, expect, test } from 'vitest';
import { linksOf } from '#test/support/documents/links.ts';
import { readPage } from '#test/support/documents/page-session.ts';

/** A trip of a reader: each stop links to the next, and the last stop has the answer. */
interface Trip {
  readonly question: string;
  readonly stops: readonly [string, ...string[]];
  /** What the reader finds there. */
  readonly answer: RegExp;
}

const WORDS = 'docs/understand/how-it-works.md';

const trips: readonly Trip[] = [
  {
    question: 'where does a token of a disabled tenant become inactive?',
    stops: ['README.md', WORDS, 'shared/domain/access/README.md', 'shared/domain/access/standing.ts'],
    answer: /tenant\?\.status !== 'active'/,
  },
  {
    question: 'where is the overlap of a rotation bounded?',
    stops: ['README.md', WORDS, 'shared/domain/registration/README.md', 'shared/domain/registration/client-secrets.ts'],
    answer: /nowSeconds \+ graceSeconds/,
  },
  {
    question: 'where is a grant type added?',
    stops: ['README.md', 'CONTRIBUTING.md', 'shared/domain/grants/trade-grant.ts'],
    answer: /grantType|grant_type/,
  },
  {
    question: 'where is a scheduled Lambda added?',
    stops: ['README.md', 'CONTRIBUTING.md', 'shared/api/schedules.ts'],
    answer: /schedule: \{ everyMinutes: 1 \}/,
  },
  {
    question: 'where does a member of API tokens get into the JWT?',
    stops: ['README.md', 'CONTRIBUTING.md', 'shared/domain/grants/issue-access-token.ts'],
    answer: /metadata: subject\.metadata/,
  },
];

describe('a reader who follows links alone from README.md', () => {
  test.each(trips)('finds out: $question', ({ stops, answer }) => {
    for (const [index, stop] of stops.slice(1).entries()) {
      expect(linksOf(stops[index] ?? '')).toContain(stop);
    }
    expect(readPage(stops.at(-1) ?? '')).toMatch(answer);
  });
});

test('a new member of API tokens goes where "metadata" goes: ten files at most, all of them named by CONTRIBUTING.md', () => {
  const row = readPage('CONTRIBUTING.md')
    .split('\n')
    .find((line) => line.startsWith('| a member of an API token'));
  const files = [...(row ?? '').matchAll(/\]\(([^)]+)\)/g)].map(([, path = '']) => path);
  expect(files.length).toBeGreaterThan(5);
  expect(files.length).toBeLessThanOrEqual(10);
  expect(files.filter((path) => !/\bmetadata\b/.test(readPage(path)))).toEqual([]);
});
