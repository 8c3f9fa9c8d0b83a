import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, Fn, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod, type IHttpRouteAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUrlIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, test } from 'vitest';
import { prepare, propertiesOf, reports, type Synthesized, synthesize } from './synthesize.ts';

const { app, stack } = prepare();
const { mintmark } = stack;

const forHttp = new Stack(app, 'ForHttp');
addHttpApi(forHttp, mintmark.httpAuthorizer('reports'));
const forHttpCached = new Stack(app, 'ForHttpCached');
addHttpApi(forHttpCached, mintmark.httpAuthorizer('reports', { resultsCacheTtl: Duration.seconds(30) }));
const forRestCached = new Stack(app, 'ForRestCached');
addRestApi(forRestCached, mintmark.restAuthorizer(forRestCached, 'reports', { resultsCacheTtl: Duration.seconds(30) }));
const forRest = new Stack(app, 'ForRest');
addRestApi(forRest, mintmark.restAuthorizer(forRest, 'reports'));

describe('an authorizer', () => {
  const openToItsApiOnly = {
    Principal: 'apigateway.amazonaws.com',
    SourceArn: { 'Fn::Join': ['', Match.arrayWith([{ Ref: Match.stringLikeRegexp('^Api') }])] },
  };

  test('gets the API that it protects as a setting', () => {
    const deployment = { app, stack, template: Template.fromStack(stack) };
    const handler = mintmark.functions.get('authorizer-reports') ?? expect.unreachable();
    expect(propertiesOf(handler, deployment).Environment).toMatchObject({
      Variables: { MINTMARK_PROTECTED_API: JSON.stringify(reports) },
    });
  });

  test('of an HTTP API in another stack decides each request anew, and only that API may invoke it', () => {
    const template = Template.fromStack(forHttp);
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'REQUEST',
      AuthorizerPayloadFormatVersion: '2.0',
      EnableSimpleResponses: true,
      IdentitySource: ['$request.header.Authorization', '$context.routeKey'],
      AuthorizerResultTtlInSeconds: 0,
    });
    template.hasResourceProperties('AWS::Lambda::Permission', openToItsApiOnly);
  });

  test('of a REST API in another stack decides each request anew, and only that API may invoke it', () => {
    const template = Template.fromStack(forRest);
    template.hasResourceProperties('AWS::ApiGateway::Authorizer', {
      Type: 'TOKEN',
      IdentitySource: 'method.request.header.Authorization',
      AuthorizerResultTtlInSeconds: 0,
    });
    template.hasResourceProperties('AWS::Lambda::Permission', openToItsApiOnly);
  });

  test('P8, P9: caches a decision for as long as the owner of the API says, by token, method and path', () => {
    Template.fromStack(forHttpCached).hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerResultTtlInSeconds: 30,
      IdentitySource: ['$request.header.Authorization', '$context.routeKey', '$context.httpMethod', '$context.path'],
    });
    Template.fromStack(forRestCached).hasResourceProperties('AWS::ApiGateway::Authorizer', {
      Type: 'REQUEST',
      AuthorizerResultTtlInSeconds: 30,
      IdentitySource: 'method.request.header.Authorization,context.httpMethod,context.path',
    });
  });

  test.each(['GET /reports/{id}', 'GET /reports/{rest+}'])(
    'Sound 1: is refused with a result cache for a route with a variable, for both kinds of API: %s',
    (route) => {
      const protectedApis = { reports: { ...reports, routes: { ...reports.routes, [route]: null } } };
      const { mintmark: guard } = prepare({ protectedApis }).stack;
      const cached = { resultsCacheTtl: Duration.seconds(1) };
      const refusal = `"reports" has a route with a variable, "${route}": leave out resultsCacheTtl`;
      expect(() => guard.httpAuthorizer('reports', cached)).toThrow(refusal);
      expect(() => guard.restAuthorizer(new Stack(), 'reports', cached)).toThrow(refusal);
    },
  );

  test.each(['get /admin', 'GET /admin/', 'GET admin', 'nonsense', '$default'])(
    'Sound 2: is refused at synthesis for a key that is no route: %j',
    (route) => {
      const protectedApis = { reports: { ...reports, routes: { [route]: null } } };
      expect(() => prepare({ protectedApis })).toThrow(
        `The routes of "reports" cannot be used. "${route}" is no route: write a method or ANY, one space and a path`,
      );
    },
  );

  test.each([30, 300])('Sound 20: has an environment of at most 3.5 KB with %i routes', (length) => {
    const routes = Object.fromEntries(Array.from({ length }, (_, i) => [`GET /reports/${i}`, 'read:reports']));
    const protectedApis = {
      reports: { ...reports, routes },
      invoices: { ...reports, routes, mode: 'offline' },
    } as const;
    const signingAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
    const deployment = synthesize({
      protectedApis,
      signingAlgorithms,
      issuer: `https://${'a'.repeat(60)}.example.com`,
    });
    for (const [name, api] of Object.entries(protectedApis)) {
      const handler = deployment.stack.mintmark.functions.get(`authorizer-${name}`) ?? expect.unreachable();
      const { Variables } = propertiesOf(handler, deployment).Environment as { Variables: unknown };
      expect(environmentBytes(Variables)).toBeLessThan(3_584);
      expect(protectionIn(handler, deployment)).toEqual(api);
    }
  });

  test('Sound 20: may have many routes and an origin that only the deployment knows', () => {
    const routes = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`GET /reports/${i}`, 'read:reports']));
    const origin = `https://${Fn.importValue('ReportsDomain')}`;
    const deployment = synthesize({ protectedApis: { reports: { ...reports, routes, origin } } });
    const handler = deployment.stack.mintmark.functions.get('authorizer-reports') ?? expect.unreachable();
    expect(JSON.stringify(propertiesOf(handler, deployment).Environment)).toContain(
      '{"Fn::ImportValue":"ReportsDomain"}',
    );
  });

  test.each([
    ['audience', { audience: '' }],
    ['routes', { routes: { 'GET /reports': 'read reports' } }],
    ['origin', { origin: 'https://api.example.com/' }],
    ['origin', { origin: 'api.example.com' }],
    ['selfSigned', { selfSigned: 'accepted', mode: 'offline' }],
  ] as const)(
    'Sound 2: is refused at synthesis with the name of a member that can have no effect: %s',
    (name, change) => {
      expect(() => prepare({ protectedApis: { reports: { ...reports, ...change } } })).toThrow(
        new RegExp(`The protected API "reports" has invalid settings:[^]*${name}`),
      );
    },
  );
});

/** The API that an authorizer's function reads from its environment, and its routes from the file in its code, if any. */
function protectionIn(handler: LambdaFunction, deployment: Synthesized): unknown {
  const { Environment, Code } = propertiesOf(handler, deployment) as {
    Environment: { Variables: { MINTMARK_PROTECTED_API: string } };
    Code: { S3Key: string };
  };
  const setting = JSON.parse(Environment.Variables.MINTMARK_PROTECTED_API);
  if (typeof setting.routes !== 'string') return setting;
  const folder = join(deployment.app.outdir, `asset.${Code.S3Key.replace('.zip', '')}`);
  expect(readdirSync(folder)).toContain('index.mjs');
  return { ...setting, routes: JSON.parse(readFileSync(setting.routes.replace('/var/task', folder), 'utf8')) };
}

/** The bytes of an environment as Lambda counts it. A name or an ARN that only the deployment knows counts 100. */
function environmentBytes(variables: unknown): number {
  const known = JSON.stringify(variables, (_, value) => {
    if (value?.Ref !== undefined || value?.['Fn::GetAtt'] !== undefined) return 'x'.repeat(100);
    return value?.['Fn::Join'] === undefined ? value : value['Fn::Join'][1].map(textOf).join('');
  });
  return Buffer.byteLength(known);
}

function textOf(part: unknown): string {
  return typeof part === 'string' ? part : 'x'.repeat(100);
}

function addHttpApi(owner: Stack, authorizer: IHttpRouteAuthorizer): void {
  const integration = new HttpUrlIntegration('reports', 'https://reports.example.com');
  new HttpApi(owner, 'Api').addRoutes({ path: '/reports', methods: [HttpMethod.GET], integration, authorizer });
}

function addRestApi(owner: Stack, authorizer: ReturnType<typeof mintmark.restAuthorizer>): void {
  new RestApi(owner, 'Api').root.addMethod('GET', new MockIntegration(), { authorizer });
}
