import { describe, expect, test } from 'vitest';
import { crowdedFolders, floorViolations, readmeViolations } from './rooms.ts';

describe('the rule of floors', () => {
  const violations = (path: string, text: string) => floorViolations({ path, text });

  test.each([
    ['shared/domain/ids.ts', "import { base62 } from './base62.ts';"],
    ['shared/domain/access/standing.ts', "import { newId } from '../ids.ts';"],
    ['shared/domain/access/standing.ts', "import type { Look } from '../records/look.ts';"],
    ['shared/domain/access/standing.ts', "import { rolesIn } from './role-authority.ts';"],
    ['shared/http/lambda.ts', "import { Look } from '#shared/domain/records/look.ts';"],
  ])('lets %s have: %s', (path, text) => {
    expect(violations(path, text)).toEqual([]);
  });

  test.each([
    ['shared/domain/records/look.ts', "import type { Standing } from '../access/standing.ts';", 'access/standing.ts'],
    ['shared/domain/access/standing.ts', "import { keyOf } from '../keys/signing-keys.ts';", 'keys/signing-keys.ts'],
    ['shared/domain/ids.ts', "import type { Look } from './records/look.ts';", 'records/look.ts'],
    ['shared/domain/keys/ports.ts', "type Grant = import('../grants/grant.ts').Grant;", 'grants/grant.ts'],
  ])('catches in %s: %s', (path, text, target) => {
    expect(violations(path, text)).toEqual([
      `${path} imports 'shared/domain/${target}', which is not on a lower floor`,
    ]);
  });

  test('catches a room without a floor', () => {
    expect(violations('shared/domain/misc/a.ts', '')).toEqual([
      'shared/domain/misc/a.ts lies in a room without a floor',
    ]);
  });
});

describe('the rule of crowded folders', () => {
  const paths = (folder: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${folder}/f${index}.ts`);

  test.each([
    ['shared/domain/keys', 15],
    ['test/e2e/keys', 20],
    ['test/support/route-requests', 21],
    ['functions', 40],
  ])('lets %s have %i files', (folder, count) => {
    expect(crowdedFolders(paths(folder, count))).toEqual([]);
  });

  test.each([
    ['shared/domain/keys', 16, 15],
    ['infra/local/gateway', 16, 15],
    ['test/e2e/keys', 21, 20],
  ])('catches %s with %i files', (folder, count, most) => {
    expect(crowdedFolders(paths(folder, count))).toEqual([`${folder} has ${count} files, ${most} at most`]);
  });
});

describe('the page of a room', () => {
  const source = { path: 'shared/domain/keys/ports.ts', text: '' };
  const page = (text: string) => [source, { path: 'shared/domain/keys/README.md', text }];

  test('asks its question and links to every file', () => {
    const text = '# keys\n\nWhich keys sign?\n\n- [ports.ts](ports.ts): what the keys need\n';
    expect(readmeViolations('shared/domain/keys', page(text))).toEqual([]);
  });

  test.each([
    ['# keys\n\nKeys.\n\n[ports.ts](ports.ts)', 'does not ask its question in its third line'],
    ['# keys\n\nWhich keys sign?', 'does not link to shared/domain/keys/ports.ts'],
    ['# keys\n\nWhich?\n[a](ports.ts) [b](ports.ts)', 'links to shared/domain/keys/ports.ts twice'],
    ['# keys\n\nWhich?\n[a](ports.ts) [b](gone.ts)', 'links to shared/domain/keys/gone.ts, which is not there'],
    [`# keys\n\nWhich?\n[a](ports.ts)${'\n-'.repeat(22)}`, 'has 26 lines, 25 at most'],
  ])('is caught: %j', (text, violation) => {
    expect(readmeViolations('shared/domain/keys', page(text))).toEqual([`shared/domain/keys/README.md ${violation}`]);
  });

  test('is missed where there is none', () => {
    expect(readmeViolations('shared/domain/keys', [source])).toEqual(['shared/domain/keys has no README.md']);
  });
});
