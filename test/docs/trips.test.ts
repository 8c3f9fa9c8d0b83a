import { describe, expect, test } from 'vitest';
import { linksOf } from '#test/support/documents/links.ts';
import { readPage } from '#test/support/documents/page-session.ts';
import { filesRefusedAfter, type Insertion } from '#test/support/documents/trial-compilation.ts';

/** A trip of a reader: README.md, a page, the README.md of a room, a file. Each stop links to the next. */
interface Trip {
  readonly question: string;
  readonly stops: readonly [start: 'README.md', page: string, room: `${string}/README.md`, file: string];
  /** The answer that the file has. */
  readonly answer: RegExp;
}

const HOW_IT_WORKS = 'docs/understand/how-it-works.md';

const trips: readonly Trip[] = [
  {
    question: 'where does a token of a disabled tenant become inactive for introspection?',
    stops: ['README.md', HOW_IT_WORKS, 'shared/domain/checks/README.md', 'shared/domain/access/standing.ts'],
    answer: /tenant\?\.status !== 'active'/,
  },
  {
    question: 'where is the overlap of a rotation bounded?',
    stops: [
      'README.md',
      HOW_IT_WORKS,
      'shared/domain/registration/README.md',
      'shared/domain/registration/client-secrets.ts',
    ],
    answer: /nowSeconds \+ graceSeconds/,
  },
  {
    question: 'where is the longest overlap of a rotation set?',
    stops: [
      'README.md',
      HOW_IT_WORKS,
      'shared/domain/registration/README.md',
      'shared/api/management/clients/secrets.ts',
    ],
    answer: /GRACE_SECONDS_MAX = 604_800/,
  },
  {
    question: 'where are the rules of a rotation, for a reader who looks for its use case first?',
    stops: [
      'README.md',
      HOW_IT_WORKS,
      'shared/domain/clients/README.md',
      'shared/domain/registration/client-secrets.ts',
    ],
    answer: /function withRotation\(/,
  },
  {
    question: 'where is a grant type added?',
    stops: ['README.md', 'CONTRIBUTING.md', 'shared/domain/grants/README.md', 'shared/domain/grants/trade-grant.ts'],
    answer: /Record<GrantType, Trade>/,
  },
  {
    question: 'where is a scheduled Lambda added?',
    stops: ['README.md', 'CONTRIBUTING.md', 'shared/api/README.md', 'shared/api/schedules.ts'],
    answer: /schedule: \{ everyMinutes: 1 \}/,
  },
  {
    question: 'where does a member of API tokens become a claim?',
    stops: ['README.md', 'CONTRIBUTING.md', 'shared/domain/tokens/README.md', 'shared/domain/tokens/claims.ts'],
    answer: /function clientClaims\(/,
  },
];

describe('a reader who follows links alone from README.md', () => {
  test.each(trips)('finds out: $question', ({ stops: [start, page, room, file], answer }) => {
    expect(linksOf(start)).toContain(page);
    expect(linksOf(page)).toContain(room);
    expect(linksOf(room)).toContain(file);
    expect(readPage(file)).toMatch(answer);
  });
});

/** The files that CONTRIBUTING.md names for a change. */
function filesNamedFor(change: string): readonly string[] {
  const row = readPage('CONTRIBUTING.md')
    .split('\n')
    .find((line) => line.startsWith(`| ${change}`));
  return [...(row ?? '').matchAll(/\]\(([^)]+\.ts)\)/g)].map(([, path = '']) => path);
}

const newMember: readonly Insertion[] = [
  {
    path: 'shared/domain/records/client.ts',
    after: 'export interface Client extends Versioned {',
    insert: '\n  readonly environment?: string | undefined;',
  },
  {
    path: 'shared/domain/tokens/claims.ts',
    after: 'interface ClientClaims {',
    insert: '\n  readonly environment?: string;',
  },
];

describe('a new member "environment" of API tokens, up to the JWT', () => {
  const named = filesNamedFor('a member of an API token');

  test('changes ten files at most, and CONTRIBUTING.md names each file where its model "metadata" is', () => {
    expect(named.length).toBeGreaterThan(newMember.length);
    expect(named.length).toBeLessThanOrEqual(10);
    expect(named.filter((path) => !/\bmetadata\b/.test(readPage(path)))).toEqual([]);
  });

  test('does not compile until it is stored, shown and read back, in files that CONTRIBUTING.md names', async () => {
    const refused = await filesRefusedAfter(newMember);
    expect(refused).toEqual([
      'shared/adapters/dynamo/directory/client-schema.ts',
      'shared/adapters/jose/claims.ts',
      'shared/api/oauth/oauth.ts',
      'shared/domain/tokens/claims.ts',
      'shared/http/reply/representations.ts',
    ]);
    expect(refused.filter((path) => !named.includes(path))).toEqual([]);
  });
});
