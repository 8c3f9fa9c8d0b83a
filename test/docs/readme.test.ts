import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Caller, LambdaTable, Method } from '#shared/api/table.ts';
import { tables } from '#shared/api/tables.ts';
import { SYSTEM_API_ID } from '#shared/domain/records/permissions.ts';
import { codeBlocks, firstColumn, markedPart, renderTable, tableBelow } from '#test/support/documents/markdown.ts';

const root = new URL('../..', import.meta.url);

const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

const readme = read('README.md');

const lambdas: readonly LambdaTable[] = tables;

const routes = lambdas.flatMap((table) =>
  Object.values(table.routes).map((route) => ({ ...route, lambda: table.name })),
);

const METHODS: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

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
      'sh rotate-pepper',
      'sh finish-pepper',
      'ts app',
      'sh deploy-app',
      'ts event-rule',
      'sh make-token',
      'sh curl',
      'js node',
      'python python',
      'go go',
      'js dpop',
      'sh introspect',
      'sh refresh',
      'js jose',
      'js aws-jwt-verify',
      'sh application',
      'sh introspect-as-api',
      'sh token-exchange',
      'sh quickstart',
      'sh status-list',
      'ts jwt-authorizer',
      'sh member',
      'sh jwt',
      'sh service-user',
      'sh service-user-key',
      'sh self-signed',
      'sh workload-identity',
      'sh application-token',
      'sh application-key',
      'sh tenant-role',
      'sh rotate',
      'sh finish',
      'sh leaked',
      'sh report-leak',
      'sh revoke-issued',
      'sh signing-keys',
      'sh import',
      'sh list',
      'sh change',
      'sh repeat',
      'sh settings',
      'sh quota',
      'sh leaver',
      'sh audit',
      'mermaid',
    ]);
  });

  test('lists the Lambdas of the API tables', () => {
    const rows = lambdas.map(({ name, purpose, grants }) => [`\`${name}\``, purpose, grants.join(', ')]);
    expect(markedPart(readme, 'lambdas')).toBe(renderTable(['Lambda', 'what it does', 'grants'], rows));
  });

  test('lists the routes of the API tables', () => {
    const head = ['path', 'methods', 'caller', 'Lambda'];
    expect(markedPart(readme, 'routes')).toBe(renderTable(head, routeRows()));
  });

  test('names the management API by its id', () => {
    expect(readme).toContain(`its id is \`${SYSTEM_API_ID}\``);
  });

  test('says which permission a method needs', () => {
    const managed = routes.filter(({ caller }) => typeof caller !== 'string' && 'permission' in caller);
    const kinds = managed.map(({ method, caller }) => `${method} ${/\w+:/.exec(callerOf(caller))}`);
    expect([...new Set(kinds)].toSorted()).toEqual([
      'DELETE write:',
      'GET read:',
      'PATCH write:',
      'POST test:',
      'POST write:',
      'PUT write:',
    ]);
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

  test('says of each standard how complete it is, what is missing, and which test shows it', () => {
    const rows = tableBelow(readme, 'standard');
    expect(rows.length).toBeGreaterThan(10);
    const odd = rows.filter(([, status = '', scope = '', tests = '']) => {
      const isHonest =
        status === 'complete' ? !/\bwithout\b/.test(scope) : status === 'partial' && /\bwithout .+$/.test(scope);
      return !isHonest || !/`test\/[\w/.-]+\.test\.ts`/.test(tests);
    });
    expect(odd).toEqual([]);
  });

  test('links to sections that exist', () => {
    const sections = [...readme.matchAll(/^##+ (.+)$/gm)].map(([, title]) =>
      title?.toLowerCase().replace(',', '').replaceAll(' ', '-'),
    );
    const fromElsewhere = read('SECURITY.md') + read('CONTRIBUTING.md');
    const linked = [...readme.matchAll(/\]\(#([^)]+)\)/g), ...fromElsewhere.matchAll(/\]\(README\.md#([^)]+)\)/g)].map(
      ([, anchor]) => anchor,
    );
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

/** One row for each path and each Lambda behind it. */
function routeRows(): readonly (readonly string[])[] {
  const groups = Object.entries(Object.groupBy(routes, ({ path, lambda }) => `${path} ${lambda}`));
  const inOrder = groups.toSorted(([one], [other]) => (one < other ? -1 : 1));
  return inOrder.map(([key, group = []]) => {
    const [path, lambda] = key.split(' ');
    const sorted = group.toSorted((one, other) => METHODS.indexOf(one.method) - METHODS.indexOf(other.method));
    const methods = sorted.map(({ method }) => method).join(' ');
    const callers = [...new Set(sorted.map(({ caller }) => callerOf(caller)))].join(', ');
    return [`\`${path}\``, methods, callers, `\`${lambda}\``];
  });
}

function callerOf(caller: Caller): string {
  if (caller === 'grant') return 'client, or signer of an assertion';
  if (typeof caller === 'string') return caller;
  return 'permission' in caller ? `\`${caller.permission}\`` : `client or \`${caller.clientOrPermission}\``;
}
