import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Caller, LambdaTable } from '#shared/api/table.ts';
import { tables } from '#shared/api/tables.ts';
import { codeBlocks, firstColumn, markedPart, renderTable } from './support/markdown.ts';

const root = new URL('..', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const readme = read('README.md');

const lambdas: readonly LambdaTable[] = tables;

describe('README.md', () => {
  test('has no block but those that some test runs or compares', () => {
    expect(codeBlocks(readme).map(({ language, name }) => `${language} ${name}`.trim())).toEqual([
      'sh try',
      'text demo',
      'sh test',
      'sh start',
      'sh deploy',
      'sh bootstrap',
      'sh another-administrator',
      'ts app',
      'sh deploy-app',
      'sh make-token',
      'sh curl',
      'js node',
      'python python',
      'go go',
      'sh introspect',
      'js jose',
      'js aws-jwt-verify',
      'ts jwt-authorizer',
      'mermaid',
    ]);
  });

  test('lists the Lambdas of the API tables', () => {
    const rows = lambdas.map(({ name, purpose, grants }) => [`\`${name}\``, purpose, grants.join(', ')]);
    expect(markedPart(readme, 'lambdas')).toBe(renderTable(['Lambda', 'what it does', 'grants'], rows));
  });

  test('lists the routes of the API tables', () => {
    const rows = lambdas.flatMap(({ name, routes }) =>
      Object.values(routes).map((route) => [
        `\`${route.method} ${route.path}\``,
        route.summary,
        callerOf(route.caller),
        `\`${name}\``,
      ]),
    );
    expect(markedPart(readme, 'routes')).toBe(renderTable(['route', 'what it does', 'caller', 'Lambda'], rows));
  });

  test('names scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...readme.matchAll(/npm (?:run (\w+)|(test|start))/g)].map(([, run, alias]) => run ?? alias ?? '');
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  test('names files that exist', () => {
    const folders = 'shared|functions|infra|docs|test|bench|\\.ci';
    const inText = [...readme.matchAll(new RegExp(`\`((?:${folders})/[\\w./-]*)\``, 'g'))].map(
      ([, path]) => path ?? '',
    );
    const linked = [...readme.matchAll(/\]\((?!#|https?:)([^)]+)\)/g)].map(([, path]) => path ?? '');
    expect(inText.length).toBeGreaterThan(5);
    const toBeMadeByReaders = ['infra/reports.ts'];
    const named = [...inText, ...linked].filter((path) => !toBeMadeByReaders.includes(path));
    expect(named.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
  });

  test('links to sections that exist', () => {
    const sections = [...readme.matchAll(/^## (.+)$/gm)].map(([, title]) => title?.toLowerCase().replaceAll(' ', '-'));
    const linked = [...readme.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
    expect(linked.length).toBeGreaterThan(5);
    expect(linked.filter((anchor) => !sections.includes(anchor))).toEqual([]);
  });

  test('names the environment variables that the local system reads, and no others', () => {
    const sources = readdirSync(new URL('infra/local/', root)).filter((file) => file.endsWith('.ts'));
    const text = sources.map((file) => read(`infra/local/${file}`)).join('\n');
    const direct = [...text.matchAll(/process\.env\.(\w+) (?:\|\||\?\?) /g)].map(([, name]) => name);
    const endpoints = [...text.matchAll(/isUnset\('(\w+)'\)/g)].map(([, name]) => name);
    expect(firstColumn(readme, 'variable').toSorted()).toEqual([...new Set([...direct, ...endpoints])].toSorted());
  });
});

function callerOf(caller: Caller): string {
  if (typeof caller === 'string') return caller;
  return 'permission' in caller ? `\`${caller.permission}\`` : `client or \`${caller.clientOrPermission}\``;
}
