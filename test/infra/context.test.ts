import { readFileSync } from 'node:fs';
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { propsFromContext } from '#infra/context.ts';
import { reports } from './synthesize.ts';

function read(context: Record<string, unknown>) {
  return propsFromContext(new Stack(new App({ context }), 'Stack'));
}

describe('the CDK context', () => {
  test('without settings leaves the defaults to the construct', () => {
    expect(read({})).toEqual({ removalPolicy: RemovalPolicy.RETAIN });
  });

  test('describes a deployment', () => {
    const props = read({
      issuer: 'https://auth.example.com',
      defaultAudience: reports.audience,
      importedSecrets: true,
      hs256Apis: true,
      mailFrom: 'login@example.com',
      signingAlgorithms: ['RS256', 'ES256'],
      removalPolicy: 'destroy',
      protectedApis: { reports },
    });
    expect(props).toEqual({
      issuer: 'https://auth.example.com',
      defaultAudience: reports.audience,
      importedSecrets: true,
      hs256Apis: true,
      mailFrom: 'login@example.com',
      signingAlgorithms: ['RS256', 'ES256'],
      removalPolicy: RemovalPolicy.DESTROY,
      protectedApis: { reports },
    });
  });

  test('is not set in this repository, so that a clone deploys nothing but Mintmark', () => {
    const cdkJson = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'));
    expect(Object.keys(cdkJson)).toEqual(['app', 'versionReporting']);
  });

  test('may be JSON text, as the command line gives it', () => {
    const context = {
      signingAlgorithms: '["ES256"]',
      importedSecrets: 'true',
      protectedApis: JSON.stringify({ reports }),
    };
    expect(read(context)).toMatchObject({
      signingAlgorithms: ['ES256'],
      importedSecrets: true,
      protectedApis: { reports },
    });
  });

  test('names alarms to leave out', () => {
    const alarms = { omit: ['Refusals'] };
    expect(read({ alarms: JSON.stringify(alarms) })).toMatchObject({ alarms });
    expect(() => read({ alarms: 'none' })).toThrow(/alarms/);
  });

  test('names a topic and a certificate by their ARNs', () => {
    const alarmTopicArn = 'arn:aws:sns:eu-central-1:111122223333:on-call';
    const certificateArn = 'arn:aws:acm:eu-central-1:111122223333:certificate/1';
    const { alarmTopic, customDomain } = read({ alarmTopicArn, certificateArn, domainName: 'auth.example.com' });
    expect(alarmTopic?.topicArn).toBe(alarmTopicArn);
    expect(customDomain?.domainName).toBe('auth.example.com');
    expect(customDomain?.certificate.certificateArn).toBe(certificateArn);
  });

  test('names the domain with mutual TLS, its certificate and its truststore', () => {
    const certificateArn = 'arn:aws:acm:eu-central-1:111122223333:certificate/2';
    const truststore = { truststoreBucket: 'acme-truststore', truststoreKey: 'clients.pem', truststoreVersion: 'v7' };
    const named = { domainName: 'mtls.auth.example.com', certificateArn, ...truststore };
    for (const mutualTlsDomain of [named, JSON.stringify(named)]) {
      const { mutualTlsDomain: domain } = read({ mutualTlsDomain });
      expect(domain).toMatchObject({
        domainName: 'mtls.auth.example.com',
        certificate: { certificateArn },
        truststore: { bucket: { bucketName: 'acme-truststore' }, key: 'clients.pem', version: 'v7' },
      });
    }
  });

  test.each([
    { domainName: 'auth.example.com' },
    { certificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/1' },
  ])('is refused with half of a custom domain: %o', (half) => {
    expect(() => read(half)).toThrow('A custom domain needs both domainName and certificateArn');
  });

  test.each([
    ['signingAlgorithms', ['HS256']],
    ['signingAlgorithms', 'RS256'],
    ['removalPolicy', 'snapshot'],
    ['mutualTlsDomain', { domainName: 'mtls.auth.example.com' }],
    ['protectedApis', { Reports: reports }],
    ['protectedApis', { reports: { ...reports, mode: 'sometimes' } }],
    ['protectedApis', { reports: { ...reports, timeout: 3 } }],
    ['importedSecrets', 'sometimes'],
    ['hs256Apis', 'sometimes'],
    ['mailFrom', 'Login <login@example.com>'],
    ['mailFrom', 'example.com'],
    ['issuer', 5],
  ])('is refused with the name of the invalid setting: %s %o', (name, value) => {
    expect(() => read({ [name]: value })).toThrow(new RegExp(`has invalid settings[^]*${name}`));
  });
});
