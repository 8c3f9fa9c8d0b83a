import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const root = new URL('../../..', import.meta.url);
const document = readFileSync(new URL('docs/build/requirements.md', root), 'utf8');
const [promised = '', unkept = ''] = document.split('\n## Not yet\n');

/** The ids at the beginning of a table's rows; one row may have several. */
function idsIn(markdown: string): readonly string[] {
  const rows = markdown.matchAll(/^\| (?<ids>[A-Z]\d+(?:, [A-Z]\d+)*) \|/gm);
  return [...rows].flatMap(({ groups }) => groups?.ids?.split(', ') ?? []);
}

/** The ids that begin some test's name, as in `test('A1, A2: refuses that')`. */
function idsOfTests(): ReadonlySet<string> {
  const files = readdirSync(new URL('test/', root), { recursive: true, encoding: 'utf8' });
  const texts = files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(new URL(`test/${file}`, root), 'utf8'));
  const names = texts.flatMap((text) => [...text.matchAll(/["'`](?<ids>[A-Z]+\d+(?:, [A-Z]+\d+)*): /g)]);
  return new Set(names.flatMap(({ groups }) => groups?.ids?.split(', ') ?? []));
}

const promises = idsIn(promised);
const notYet = idsIn(unkept);
const shown = idsOfTests();

describe('docs/build/requirements.md', () => {
  test('has every section, and each promise once', () => {
    const sections = [...new Set(promises.map((id) => id.charAt(0)))];
    expect(sections.join('')).toBe('ABCDEFGHIKLMNPQRSUVW');
    expect(promises).toEqual([...new Set(promises)]);
  });

  test('has a test for each promise, except for promises that it names as missing', () => {
    expect(promises.filter((id) => !shown.has(id))).toEqual(notYet);
  });

  test('names as missing only promises that have no test', () => {
    expect(notYet.filter((id) => shown.has(id) || !promises.includes(id))).toEqual([]);
  });
});
