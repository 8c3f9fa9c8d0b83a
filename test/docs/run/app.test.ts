import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ProtectedApi } from '#shared/domain/checks/guard-request.ts';
import { auditEventTypes } from '#shared/domain/records/audit.ts';
import { CDK_MILLISECONDS, type CdkProgram, runCdkProgram } from '#test/support/documents/cdk-program.ts';
import { codeOf } from '#test/support/documents/markdown.ts';
import { readPage } from '#test/support/documents/page-session.ts';
import { acceptedByGateway, authorizerWith, issueTrialTokens } from '#test/support/documents/token-trials.ts';
import { prepared, useAcme, useWorld } from '#test/support/world/use-world.ts';
import type { World } from '#test/support/world/world.ts';

const DEPLOY = 'docs/run/deploy.md';
const PROTECT = 'docs/use/protect-an-api.md';
const MUTUAL_TLS = 'docs/run/mutual-tls.md';

describe('the CDK app of docs/run/deploy.md', () => {
  let program: CdkProgram;

  beforeAll(async () => {
    const blocks = [
      codeOf(readPage(DEPLOY), 'app'),
      codeOf(readPage(DEPLOY), 'event-rule'),
      codeOf(readPage(PROTECT), 'jwt-authorizer'),
    ];
    const guided = "new Mintmark(new Stack(stack.node.scope, 'Guided'), 'Mintmark', domains);\n";
    program = await runCdkProgram([...blocks, codeOf(readPage(MUTUAL_TLS), 'domain'), guided].join(''));
  }, CDK_MILLISECONDS);
  afterAll(() => program.remove());

  const properties = (type: string) => program.properties('Reports', type);

  test(
    'has no type errors',
    async () => {
      expect(await program.check()).toEqual({ code: 0, stdout: '', stderr: '' });
    },
    CDK_MILLISECONDS,
  );

  test('can have a domain for mutual TLS beside its own, as docs/run/mutual-tls.md says', () => {
    const domains = program.properties('Guided', 'AWS::ApiGatewayV2::DomainName');
    expect(domains.map((domain) => [domain.DomainName, domain.MutualTlsAuthentication])).toEqual([
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

  test('sends audit events from the bus of Mintmark to a topic', () => {
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

  test('gives the authorizer the permission of each route', () => {
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

describe('the Lambda of README.md behind API Gateway', () => {
  let program: CdkProgram;

  beforeAll(async () => {
    program = await runCdkProgram(codeOf(readPage('README.md'), 'app'));
  }, CDK_MILLISECONDS);
  afterAll(() => program.remove());

  test(
    'has no type errors',
    async () => {
      expect(await program.check()).toEqual({ code: 0, stdout: '', stderr: '' });
    },
    CDK_MILLISECONDS,
  );

  test('can be reached through the authorizer only', () => {
    const routes = program.properties('Reports', 'AWS::ApiGatewayV2::Route');
    expect(routes.filter(({ RouteKey }) => RouteKey === 'GET /reports')).toEqual([
      expect.objectContaining({ AuthorizationType: 'CUSTOM', AuthorizerId: expect.anything() }),
    ]);
  });

  test('gives the authorizer the permission of the route', () => {
    const rules = program.properties('Reports', 'AWS::Lambda::Function').flatMap(({ Environment }) => {
      const { Variables } = (Environment ?? {}) as { readonly Variables?: Record<string, string> };
      return Variables?.MINTMARK_PROTECTED_API ?? [];
    });
    expect(rules.map((text) => JSON.parse(text))).toEqual([
      { audience: 'https://api.example.com/reports', mode: 'online', routes: { 'GET /reports': 'read:reports' } },
    ]);
  });
});

describe('the CDK programs of pages and quick starts', () => {
  const world = useWorld();
  const acme = useAcme(world);
  const tokens = prepared(() => issueTrialTokens(world, acme));
  let quickstart: CdkProgram;
  let readme: CdkProgram;
  let page: CdkProgram;

  beforeAll(async () => {
    quickstart = await runCdkProgram(await quickstartApp(world, acme.apiId));
    readme = await runCdkProgram(codeOf(readPage('README.md'), 'app'));
    page = await runCdkProgram(codeOf(readPage(DEPLOY), 'app') + codeOf(readPage(PROTECT), 'jwt-authorizer'));
  }, 3 * CDK_MILLISECONDS);
  afterAll(() => {
    for (const program of [quickstart, readme, page]) program.remove();
  });

  test(
    'Sound 11: of a quick start have no type errors, and guard routes with the Mintmark that is there',
    async () => {
      expect(await quickstart.check()).toEqual({ code: 0, stdout: '', stderr: '' });
      const apis = quickstart.properties('Reports', 'AWS::ApiGatewayV2::Api').map(({ Name }) => Name);
      expect(apis.toSorted()).toEqual(['Guarded', 'Mintmark']);
    },
    CDK_MILLISECONDS,
  );

  const rulesOf = (program: CdkProgram): ProtectedApi => {
    const [rules] = program.properties('Reports', 'AWS::Lambda::Function').flatMap(({ Environment }) => {
      const { Variables } = (Environment ?? {}) as { readonly Variables?: Record<string, string> };
      return Variables?.MINTMARK_PROTECTED_API ?? [];
    });
    return JSON.parse(rules ?? '');
  };

  test.each([
    ['README.md', () => readme, '/reports'],
    [DEPLOY, () => page, '/reports'],
    ['a quick start', () => quickstart, '/'],
  ])('Sound 11: of %s let only active tokens through Mintmark’s authorizer', async (_name, program, path) => {
    const guard = { path, ...authorizerWith(world, rulesOf(program())) };
    const accepted = await acceptedByGateway(world, guard, { ...tokens.issued, ...tokens.ofOtherTypes });
    expect(accepted).toEqual(['valid', 'long-lived']);
  });

  test.each([
    [PROTECT, () => page],
    ['a quick start', () => quickstart],
  ])(
    'Sound 11: of %s let no other signed JWT of Mintmark through API Gateway’s own authorizer',
    async (_name, program) => {
      const [{ JwtConfiguration } = {}] = program()
        .properties('Reports', 'AWS::ApiGatewayV2::Authorizer')
        .filter(({ AuthorizerType }) => AuthorizerType === 'JWT');
      const [route] = program()
        .properties('Reports', 'AWS::ApiGatewayV2::Route')
        .filter(({ AuthorizationType }) => AuthorizationType === 'JWT');
      const { Audience: audience } = JwtConfiguration as { readonly Audience: readonly string[] };
      const guard = {
        path: '/',
        authorizer: { type: 'JWT', issuer: world.url, audience },
        authorizationScopes: route?.AuthorizationScopes as readonly string[],
      } as const;
      expect(await acceptedByGateway(world, guard, tokens.issued)).toEqual(['valid', 'revoked', 'of a deleted client']);
    },
  );
});

/** An app with both CDK programs of a quick start. */
async function quickstartApp(world: World, apiId: string): Promise<string> {
  const { body } = await world.manage('GET', `/v1/apis/${apiId}/quickstart`);
  const { snippets } = body as { readonly snippets: readonly { readonly language: string; readonly code: string }[] };
  const codes = snippets.filter(({ language }) => language === 'typescript').map(({ code }) => code);
  const lines = codes.join('\n').split('\n');
  const imports = new Set(lines.filter((line) => line.startsWith('import ')));
  const programs = lines.filter((line) => !line.startsWith('import '));
  return `${[...imports].join('\n')}
import { App, Stack } from 'aws-cdk-lib';
import { HttpApi as GuardedApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUrlIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Mintmark as TheMintmark } from '#infra/mintmark.ts';
${programs.join('\n')}
const stack = new Stack(new App(), 'Reports');
const mintmark = new TheMintmark(stack, 'Mintmark', { issuer: 'https://auth.example.com', protectedApis });
const api = new GuardedApi(stack, 'GuardedApi', { apiName: 'Guarded' });
const integration = new HttpUrlIntegration('Reports', 'https://api.example.com');
addRouteBehindMintmark(mintmark, api, integration);
addGuardedRoute(api, '/summary', integration);
`;
}
