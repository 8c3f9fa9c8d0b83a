import { Match } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import type { MintmarkProps } from '#infra/mintmark-props.ts';
import { functionRoutes } from '#infra/routes.ts';
import { gatewayPath, type LambdaTable } from '#shared/api/table.ts';
import { tables } from '#shared/api/tables.ts';
import { logicalIdOf, prepare, synthesize } from './synthesize.ts';

const deployment = synthesize();
const { stack, template } = deployment;
const { api, functions, issuer, jwksUrl } = stack.mintmark;
const apiId = { Ref: logicalIdOf(api.httpApi, deployment) };

describe('the HTTP API', () => {
  test('has exactly the routes of the API tables, each with the function that serves it', () => {
    const integrations = template.findResources('AWS::ApiGatewayV2::Integration');
    const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route')).map(({ Properties }) => ({
      routeKey: Properties.RouteKey,
      leadsTo: integrations[Properties.Target['Fn::Join'][1][1].Ref]?.Properties.IntegrationUri,
    }));
    const expected = functionRoutes().map(({ method, path, functionName }) => ({
      routeKey: path === '$default' ? path : `${method} ${path}`,
      leadsTo: stack.resolve(functions.get(functionName)?.functionArn),
    }));
    expect(sorted(routes)).toEqual(sorted(expected));
  });

  test('has one default route in the place of routes that only refuse, and one greedy route for all below a path', () => {
    const keys = functionRoutes().map(({ method, path }) => `${method} ${path}`);
    const reading = (tables as readonly LambdaTable[]).flatMap(({ routes }) =>
      Object.values(routes).flatMap(({ method, path }) => (method === 'GET' ? [`ANY ${gatewayPath(path)}`] : [])),
    );
    const greedy = (tables as readonly LambdaTable[]).flatMap(({ greedyBelow = [] }) => greedyBelow);
    const bases = greedy.map((path) => `ANY ${path}`);
    const others = keys.filter((key) => key.startsWith('ANY ') && ![...reading, ...bases].includes(key)).toSorted();
    expect(others).toEqual(['ANY $default', ...bases.map((key) => `${key}/{rest+}`)].toSorted());
  });

  test('has a route for each page that takes guesses or is of another function, and for no other page below a greedy route', () => {
    const below = /^\/(?:login|invitations|account|logout|authorize)\/(?!\{rest)/;
    const own = functionRoutes().filter(({ path }) => below.test(path));
    expect(own.map(({ method, path, limit }) => `${method} ${path} ${limit}`)).toEqual([
      'ANY /login/link guess',
      'POST /login/link guess',
      'POST /login/{interactionId} guess',
      'ANY /login/{interactionId}/code guess',
      'POST /login/{interactionId}/code guess',
      'POST /invitations/{invitationId}/login guess',
      'ANY /login/{interactionId}/provider/{providerId} guess',
      'ANY /login/callback/{providerId} guess',
    ]);
  });

  test('invokes functions with events of version 2.0, and only it or a schedule may invoke them', () => {
    template.allResourcesProperties('AWS::ApiGatewayV2::Integration', {
      IntegrationType: 'AWS_PROXY',
      PayloadFormatVersion: '2.0',
    });
    const opened = Object.values(template.findResources('AWS::Lambda::Permission')).map(({ Properties }) => Properties);
    const rules = Object.keys(template.findResources('AWS::Events::Rule'));
    const bySchedule = rules.map((rule) => ({
      Principal: 'events.amazonaws.com',
      SourceArn: { 'Fn::GetAtt': [rule, 'Arn'] },
    }));
    const byApi = Array(opened.length - rules.length).fill({
      Principal: 'apigateway.amazonaws.com',
      SourceArn: { 'Fn::Join': ['', expect.arrayContaining([apiId, '/*/*/*'])] },
    });
    expect(opened.toSorted((one, other) => `${one.Principal}`.localeCompare(`${other.Principal}`))).toMatchObject([
      ...byApi,
      ...bySchedule,
    ]);
  });

  test('cannot invoke bootstrap, rotate-pepper, keep-signing-keys, send-mails and authorizers: IAM decides who may', () => {
    const invocable = Object.values(template.findResources('AWS::Lambda::Permission'));
    const names = invocable.map(({ Properties }) => JSON.stringify(Properties.FunctionName));
    const arnOf = (name: string) => JSON.stringify(stack.resolve(functions.get(name)?.functionArn));
    expect(names).toHaveLength(functions.size - 5);
    expect(names).not.toContain(arnOf('bootstrap'));
    expect(names).not.toContain(arnOf('rotate-pepper'));
    expect(names).not.toContain(arnOf('keep-signing-keys'));
    expect(names).not.toContain(arnOf('send-mails'));
    expect(names).not.toContain(arnOf('authorizer-reports'));
  });

  test('has one stage without a path, so that the issuer has no path', () => {
    template.allResourcesProperties('AWS::ApiGatewayV2::Stage', { StageName: '$default', AutoDeploy: true });
    template.resourceCountIs('AWS::ApiGatewayV2::Stage', 1);
    expect(stack.resolve(issuer)).toEqual({ 'Fn::GetAtt': [apiId.Ref, 'ApiEndpoint'] });
  });

  test('limits the token route more than all others', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      DefaultRouteSettings: { ThrottlingRateLimit: 1_000, ThrottlingBurstLimit: 2_000 },
      RouteSettings: {
        'POST /oauth/token': { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200, DetailedMetricsEnabled: true },
      },
    });
  });

  test('Sound 8: limits every route that can take a signature of KMS or a guess with any method, and what no route serves', () => {
    const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));
    const issuing = { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 };
    const answering = { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1_000 };
    const guessing = { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 };
    expect(stage?.Properties.RouteSettings).toEqual({
      'POST /oauth/token': { ...issuing, DetailedMetricsEnabled: true },
      'POST /v1/me/api-tokens': issuing,
      'POST /v1/tenants/{tenantId}/api-tokens': issuing,
      'POST /v1/tenants/{tenantId}/members/{userId}/api-tokens': issuing,
      'POST /v1/apis/{apiId}/test': issuing,
      'POST /oauth/introspect': answering,
      'POST /oauth/par': answering,
      'ANY /.well-known/jwks.jws': answering,
      'ANY /.well-known/status/{listId}': answering,
      'ANY /login/link': guessing,
      'POST /login/link': guessing,
      'POST /login/{interactionId}': guessing,
      'ANY /login/{interactionId}/code': guessing,
      'POST /login/{interactionId}/code': guessing,
      'POST /invitations/{invitationId}/login': guessing,
      'ANY /login/{interactionId}/provider/{providerId}': guessing,
      'ANY /login/callback/{providerId}': guessing,
      $default: { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 20 },
    });
  });

  test('has the limits that the owner sets', () => {
    const throttle = { requestsPerSecond: 50, burstRequests: 60 };
    const tokenThrottle = { requestsPerSecond: 5, burstRequests: 6 };
    const signedAnswerThrottle = { requestsPerSecond: 7, burstRequests: 8 };
    const guessThrottle = { requestsPerSecond: 9, burstRequests: 10 };
    const unservedThrottle = { requestsPerSecond: 1, burstRequests: 2 };
    const limits = { throttle, tokenThrottle, signedAnswerThrottle, guessThrottle, unservedThrottle };
    synthesize(limits).template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      DefaultRouteSettings: { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 60 },
      RouteSettings: {
        'POST /oauth/token': { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 6 },
        'POST /oauth/introspect': { ThrottlingRateLimit: 7, ThrottlingBurstLimit: 8 },
        'POST /login/{interactionId}/code': { ThrottlingRateLimit: 9, ThrottlingBurstLimit: 10 },
        $default: { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 2 },
      },
    });
  });

  test('U1: logs one JSON line per request, without header fields, query strings, bodies and whole paths', () => {
    const [stage] = Object.values(template.findResources('AWS::ApiGatewayV2::Stage'));
    const { DestinationArn, Format } = stage?.Properties.AccessLogSettings ?? {};
    expect(JSON.parse(Format)).toEqual({
      requestId: '$context.requestId',
      requestTime: '$context.requestTime',
      sourceIp: '$context.identity.sourceIp',
      method: '$context.httpMethod',
      routeKey: '$context.routeKey',
      status: '$context.status',
      responseBytes: '$context.responseLength',
      latencyMilliseconds: '$context.responseLatency',
      integrationLatencyMilliseconds: '$context.integrationLatency',
      integrationStatus: '$context.integrationStatus',
      errorType: '$context.error.responseType',
    });
    expect(template.findResources('AWS::Logs::LogGroup')).toHaveProperty(DestinationArn['Fn::GetAtt'][0]);
  });
});

describe('the issuer', () => {
  const issuerOf = (props: MintmarkProps) => prepare(props).stack.mintmark.issuer;

  test('is a setting of each function, and an output beside the key set’s URL and the functions to invoke', () => {
    const Variables = { MINTMARK_ISSUER: stack.resolve(issuer) };
    template.allResourcesProperties('AWS::Lambda::Function', { Environment: { Variables } });
    expect(template.toJSON().Outputs).toMatchObject({
      Issuer: { Value: stack.resolve(issuer) },
      JwksUrl: { Value: stack.resolve(jwksUrl) },
      BootstrapFunctionName: { Value: stack.resolve(functions.get('bootstrap')?.functionName) },
      RotatePepperFunctionName: { Value: stack.resolve(functions.get('rotate-pepper')?.functionName) },
    });
  });

  test('is the URL that the owner sets, for clients that reach Mintmark through a proxy', () => {
    expect(issuerOf({ issuer: 'https://auth.example.com' })).toBe('https://auth.example.com');
    expect(issuerOf({ issuer: 'https://auth.example.com:8443' })).toBe('https://auth.example.com:8443');
  });

  test.each([
    'http://auth.example.com',
    'https://auth.example.com/',
    'https://auth.example.com/prod',
    'https://auth.example.com?a=b',
    'https://Auth.example.com',
    'auth.example.com',
    '',
  ])('A21: cannot be "%s"', (wrong) => {
    expect(() => issuerOf({ issuer: wrong })).toThrow('The issuer must be an https URL without path');
  });
});

describe('the custom domain', () => {
  const certificateArn = 'arn:aws:acm:eu-central-1:111122223333:certificate/1';
  const certificate = Certificate.fromCertificateArn(stack, 'Certificate', certificateArn);
  const named = synthesize({ customDomain: { domainName: 'auth.example.com', certificate } });

  test('FP10: accepts TLS 1.2 or later, and is mapped to the stage', () => {
    named.template.hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
      DomainName: 'auth.example.com',
      DomainNameConfigurations: [
        { CertificateArn: certificateArn, EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' },
      ],
    });
    named.template.hasResourceProperties('AWS::ApiGatewayV2::ApiMapping', {
      DomainName: { Ref: Match.anyValue() },
      Stage: '$default',
    });
  });

  test('is the issuer, and the API has no other URL', () => {
    expect(named.stack.mintmark.issuer).toBe('https://auth.example.com');
    named.template.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: true });
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: false });
  });

  test('leaves the DNS record to the owner, and outputs its target', () => {
    expect(named.template.toJSON().Outputs.DomainTarget.Value).toEqual({
      'Fn::GetAtt': [expect.any(String), 'RegionalDomainName'],
    });
    expect(Object.keys(template.toJSON().Outputs)).not.toContain('DomainTarget');
  });
});

describe('the domain with mutual TLS', () => {
  const certificateArn = 'arn:aws:acm:eu-central-1:111122223333:certificate/2';
  const certificate = Certificate.fromCertificateArn(stack, 'MutualTlsCertificate', certificateArn);
  const truststore = { bucket: Bucket.fromBucketName(stack, 'Truststore', 'acme-truststore'), key: 'clients.pem' };
  const customDomain = { domainName: 'auth.example.com', certificate };
  const mutualTlsDomain = { domainName: 'mtls.auth.example.com', certificate, truststore };
  const beside = synthesize({ customDomain, mutualTlsDomain });
  const domains = ({ template: of }: typeof beside) =>
    Object.values(of.findResources('AWS::ApiGatewayV2::DomainName')).map(({ Properties }) => Properties);
  const told = ({ template: of }: typeof beside) =>
    new Set(
      Object.values(of.findResources('AWS::Lambda::Function')).map(
        ({ Properties }) => Properties.Environment.Variables.MINTMARK_MTLS_URL,
      ),
    );

  test('FP10: requires a certificate of the truststore over TLS 1.2 or later; the custom domain requires none', () => {
    const configuration = [expect.objectContaining({ EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' })];
    expect(domains(beside)).toEqual([
      expect.objectContaining({ DomainName: 'auth.example.com', DomainNameConfigurations: configuration }),
      expect.objectContaining({
        DomainName: 'mtls.auth.example.com',
        DomainNameConfigurations: configuration,
        MutualTlsAuthentication: { TruststoreUri: 's3://acme-truststore/clients.pem' },
      }),
    ]);
    expect(domains(beside)[0]).not.toHaveProperty('MutualTlsAuthentication');
  });

  test('leads to the same stage and outputs the target of its DNS record; API Gateway’s own URL is off', () => {
    beside.template.resourceCountIs('AWS::ApiGatewayV2::ApiMapping', 2);
    beside.template.allResourcesProperties('AWS::ApiGatewayV2::ApiMapping', { Stage: '$default' });
    expect(Object.keys(beside.template.toJSON().Outputs)).toContain('MutualTlsDomainTarget');
    beside.template.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: true });
  });

  test('is a setting of the functions, and is not the issuer', () => {
    expect(told(beside)).toEqual(new Set(['https://mtls.auth.example.com']));
    expect(told(deployment)).toEqual(new Set([undefined]));
    expect(beside.stack.mintmark.issuer).toBe('https://auth.example.com');
  });

  test('can be the only domain, and can name a version of its truststore', () => {
    const alone = synthesize({ customDomain: { ...customDomain, truststore: { ...truststore, version: 'v7' } } });
    expect(domains(alone)).toMatchObject([
      { MutualTlsAuthentication: { TruststoreUri: 's3://acme-truststore/clients.pem', TruststoreVersion: 'v7' } },
    ]);
    expect([told(alone), alone.stack.mintmark.issuer]).toEqual([
      new Set(['https://auth.example.com']),
      'https://auth.example.com',
    ]);
  });

  test('needs a custom domain for callers without a certificate', () => {
    expect(() => prepare({ mutualTlsDomain })).toThrow('A mutualTlsDomain needs a customDomain beside it');
  });
});

function sorted<Route extends { readonly routeKey: string }>(routes: readonly Route[]): readonly Route[] {
  return routes.toSorted((a, b) => a.routeKey.localeCompare(b.routeKey));
}
