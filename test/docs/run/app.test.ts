import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleFunctions, bundlesDirectory } from '#infra/bundle.ts';
import { tables } from '#shared/api/tables.ts';
import { auditEventTypes } from '#shared/domain/records/audit.ts';
import { runCommand } from '#test/support/documents/command.ts';
import { codeOf } from '#test/support/documents/markdown.ts';
import { readPage } from '#test/support/documents/page-session.ts';

const root = new URL('../../..', import.meta.url).pathname;

const DEPLOY = 'docs/run/deploy.md';
const PROTECT = 'docs/use/protect-an-api.md';
const MUTUAL_TLS = 'docs/run/mutual-tls.md';

/** CDK's library alone is megabytes of types and code. */
const PATIENCE_MILLISECONDS = 240_000;

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** The app as its reader has it: within the repository, in a folder that nobody commits. */
describe('the CDK app of docs/run/deploy.md', () => {
  const home = join(root, '.mintmark');
  const madeHome = mkdirSync(home, { recursive: true });
  const folder = mkdtempSync(join(home, 'app-'));
  let resources: readonly Resource[] = [];

  beforeAll(async () => {
    const isBundled = tables.every(({ name }) => existsSync(join(bundlesDirectory, name)));
    if (!isBundled) await bundleFunctions();
    const blocks = [
      codeOf(readPage(DEPLOY), 'app'),
      codeOf(readPage(DEPLOY), 'event-rule'),
      codeOf(readPage(PROTECT), 'jwt-authorizer'),
    ];
    const guided = "new Mintmark(new Stack(stack.node.scope, 'Guided'), 'Mintmark', domains);\n";
    writeFileSync(join(folder, 'app.ts'), [...blocks, codeOf(readPage(MUTUAL_TLS), 'domain'), guided].join(''));
    writeFileSync(join(folder, 'tsconfig.json'), '{ "extends": "../../tsconfig.json", "include": ["app.ts"] }');
    const result = await runCommand(process.execPath, ['app.ts'], { cwd: folder, env: { CDK_OUTDIR: folder } });
    if (result.code !== 0) throw new Error(result.stderr);
    const template = JSON.parse(readFileSync(join(folder, 'Reports.template.json'), 'utf8'));
    resources = Object.values(template.Resources);
  }, PATIENCE_MILLISECONDS);
  afterAll(() => rmSync(madeHome ?? folder, { recursive: true }));

  const properties = (type: string) => resources.filter(({ Type }) => Type === type).map((one) => one.Properties);

  test(
    'has no type errors',
    async () => {
      const tsc = join(root, 'node_modules/.bin/tsc');
      const result = await runCommand(tsc, ['--noEmit', '-p', '.'], { cwd: folder });
      expect(result).toEqual({ code: 0, stdout: '', stderr: '' });
    },
    PATIENCE_MILLISECONDS,
  );

  test('can have a domain for mutual TLS beside its own, as docs/run/mutual-tls.md says', () => {
    const guided = readFileSync(join(folder, 'Guided.template.json'), 'utf8');
    const resourcesThere: readonly Resource[] = Object.values(JSON.parse(guided).Resources);
    const domains = resourcesThere.filter(({ Type }) => Type === 'AWS::ApiGatewayV2::DomainName');
    expect(domains.map(({ Properties }) => [Properties.DomainName, Properties.MutualTlsAuthentication])).toEqual([
      ['auth.example.com', undefined],
      ['mtls.auth.example.com', { TruststoreUri: 's3://acme-truststore/clients.pem', TruststoreVersion: 'v1' }],
    ]);
  });

  test('guards its routes with both kinds of authorizer', () => {
    const routes = properties('AWS::ApiGatewayV2::Route').map(
      ({ RouteKey, AuthorizationType, AuthorizationScopes }) => ({
        RouteKey,
        AuthorizationType,
        AuthorizationScopes,
      }),
    );
    expect(routes).toEqual(
      expect.arrayContaining([
        { RouteKey: 'GET /reports', AuthorizationType: 'CUSTOM', AuthorizationScopes: undefined },
        { RouteKey: 'POST /reports', AuthorizationType: 'CUSTOM', AuthorizationScopes: undefined },
        { RouteKey: 'GET /summary', AuthorizationType: 'JWT', AuthorizationScopes: ['read:reports'] },
      ]),
    );
  });

  test('lets a topic hear of audit events, from the bus that Mintmark tells of them', () => {
    const [bus] = properties('AWS::Lambda::Function').flatMap(({ Environment }) => {
      const { Variables = {} } = (Environment ?? {}) as { Variables?: Record<string, unknown> };
      return Variables.MINTMARK_EVENT_BUS ?? [];
    });
    expect(bus).toBeDefined();
    const rules = properties('AWS::Events::Rule').filter(({ EventPattern }) => EventPattern !== undefined);
    expect(rules).toEqual([
      {
        EventBusName: bus,
        EventPattern: {
          source: ['mintmark'],
          'detail-type': ['authentication.failed', 'client.secret.revoked', 'credential.leaked'],
        },
        State: 'ENABLED',
        Targets: [{ Id: expect.any(String), Arn: { Ref: expect.stringMatching(/^Security/) } }],
      },
    ]);
  });

  test('names audit events that exist', () => {
    const patterns = properties('AWS::Events::Rule').map(({ EventPattern }) => EventPattern as object | undefined);
    const named = patterns.flatMap((pattern) => (pattern as { 'detail-type'?: string[] })?.['detail-type'] ?? []);
    expect(auditEventTypes).toEqual(expect.arrayContaining(named));
  });

  test('names issuer and audience to the JWT authorizer', () => {
    const configurations = properties('AWS::ApiGatewayV2::Authorizer').map(({ JwtConfiguration }) => JwtConfiguration);
    expect(configurations).toContainEqual({
      Issuer: 'https://auth.example.com',
      Audience: ['https://api.example.com/reports'],
    });
  });

  test('tells the authorizer which routes need what', () => {
    const settings = properties('AWS::Lambda::Function').map(
      ({ Environment }) => (Environment as { Variables?: Record<string, unknown> } | undefined)?.Variables,
    );
    const guarded = settings
      .map((variables) => variables?.MINTMARK_PROTECTED_API)
      .filter((rules) => rules !== undefined);
    expect(guarded.map((rules) => JSON.parse(String(rules)))).toEqual([
      {
        audience: 'https://api.example.com/reports',
        mode: 'online',
        routes: { 'GET /reports': 'read:reports', 'POST /reports': 'write:reports' },
      },
    ]);
  });
});
