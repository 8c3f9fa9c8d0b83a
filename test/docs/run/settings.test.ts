import { readdirSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { propsFromContext } from '#infra/context.ts';
import { settingsRoutes } from '#shared/api/management/settings.ts';
import { codeOf, firstColumn } from '#test/support/documents/markdown.ts';
import { readPage } from '#test/support/documents/page-session.ts';
import { usePage } from '#test/support/documents/use-page.ts';

const PAGE = 'docs/run/settings.md';
const page = readPage(PAGE);

describe(PAGE, () => {
  const used = usePage(PAGE, { programs: ['json cdk-json'] });

  test('shows the settings of the workspace, and explains each of them', () => {
    const [settings] = used().session.answers('show-settings');
    const { version, ...shown } = settings as Record<string, unknown>;
    const patched = Object.keys(settingsRoutes.updateSettings.body.schema.shape);
    expect(version).toBe(1);
    expect(Object.keys(shown).filter((name) => !patched.includes(name))).toEqual([]);
    expect(firstColumn(page, 'member').toSorted()).toEqual(patched.toSorted());
  });

  test('shortens the logins of users, and leaves those of workspace members', () => {
    expect(used().session.answers('sessions')).toEqual([
      {
        users: { idleLifetimeSeconds: 28_800, lifetimeSeconds: 604_800 },
        members: { idleLifetimeSeconds: 3_600, lifetimeSeconds: 86_400 },
      },
    ]);
  });

  test('L11: lists the origins whose pages may call the management API', () => {
    expect(used().session.answers('allowed-origins')).toEqual([
      ['https://console.example.com', 'http://localhost:5173'],
    ]);
  });

  test('lists the settings of the context', () => {
    const schema =
      /const contextSchema = z\.object\(\{\n([\s\S]*?)\n\}\);/.exec(readPage('infra/context.ts'))?.[1] ?? '';
    const names = [...schema.matchAll(/^ {2}(\w+): /gm)].map(([, name]) => name);
    expect(firstColumn(page, 'setting').toSorted()).toEqual(names.toSorted());
  });

  test('has an example that the deployment understands', () => {
    const { app, context } = JSON.parse(codeOf(page, 'cdk-json')) as { app: string; context: Record<string, unknown> };
    expect(JSON.parse(readPage('cdk.json'))).toMatchObject({ app });
    const { protectedApis } = propsFromContext(new Stack(new App({ context }), 'Example'));
    expect(protectedApis).toEqual(context.protectedApis);
  });

  test('names the environment variables that the local system reads, and no others', () => {
    const folders = ['infra/local/', 'infra/local/log/'];
    const sources = folders.flatMap((folder) =>
      readdirSync(new URL(`../../../${folder}`, import.meta.url)).map((file) => folder + file),
    );
    const text = sources
      .filter((path) => path.endsWith('.ts'))
      .map(readPage)
      .join('\n');
    const direct = [...text.matchAll(/process\.env\.(\w+) (?:\|\||\?\?|===|!==) /g)].map(([, name]) => name);
    const endpoints = [...text.matchAll(/isUnset\('(\w+)'\)/g)].map(([, name]) => name);
    expect(firstColumn(page, 'variable').toSorted()).toEqual([...new Set([...direct, ...endpoints])].toSorted());
  });
});
