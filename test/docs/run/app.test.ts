import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditEventTypes } from '#shared/domain/records/audit.ts';
import { CDK_MILLISECONDS, type CdkProgram, runCdkProgram } from '#test/support/documents/cdk-program.ts';
import { codeOf } from '#test/support/documents/markdown.ts';
import { readPage } from '#test/support/documents/page-session.ts';

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
