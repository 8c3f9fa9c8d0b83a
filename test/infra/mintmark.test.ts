import { RemovalPolicy } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, test } from 'vitest';
import { grants } from '#infra/grants.ts';
import { tables } from '#shared/api/tables.ts';
import { prepare, propertiesOf, synthesize } from './synthesize.ts';

const deployment = synthesize({ signingAlgorithms: ['RS256', 'ES256'], defaultAudience: 'https://api.example.com' });
const disposable = synthesize({
  removalPolicy: RemovalPolicy.DESTROY,
  reservedConcurrency: { exchange: 50 },
  importedSecrets: true,
  hs256Apis: true,
});
const { stack, template } = deployment;
const { functions, resources } = stack.mintmark;
const kept = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };

describe('tables', () => {
  test('are the four tables of the schemas, with their indexes and their time to live', () => {
    const described = Object.values(resources.tables).map((table) => propertiesOf(table, deployment));
    const key = (...names: string[]) => names.map((AttributeName) => expect.objectContaining({ AttributeName }));
    const index = (IndexName: string, KeySchema: unknown) => expect.objectContaining({ IndexName, KeySchema });
    const byList = index('byList', key('list', 'order'));
    const byMember = index('byMember', key('member', 'order'));
    expect(described).toMatchObject([
      { KeySchema: key('id'), GlobalSecondaryIndexes: [index('byOwner', key('owner', 'order'))] },
      { KeySchema: key('key'), GlobalSecondaryIndexes: [byList, byMember] },
      { KeySchema: key('key'), TimeToLiveSpecification: { AttributeName: 'removeAt', Enabled: true } },
      { KeySchema: key('day', 'event') },
    ]);
    template.resourceCountIs('AWS::DynamoDB::Table', 4);
  });

  test('are billed on demand, restorable, retained, protected from deletion, and encrypted with the own key', () => {
    const KMSMasterKeyId = stack.resolve(resources.encryptionKey.keyArn);
    template.allResources('AWS::DynamoDB::Table', {
      ...kept,
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        DeletionProtectionEnabled: true,
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId },
      },
    });
  });

  test('are deleted with the stack if the owner says so', () => {
    disposable.template.allResources('AWS::DynamoDB::Table', {
      Properties: { DeletionProtectionEnabled: false },
      DeletionPolicy: 'Delete',
    });
  });
});

describe('keys', () => {
  test('V8: are an RSA key of 2048 bits and a P-256 key for signing only, and one symmetric key', () => {
    const keys = [...resources.signingKeys.byAlgorithm.values(), resources.encryptionKey];
    expect(keys.map((key) => propertiesOf(key, deployment))).toMatchObject([
      { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' },
      { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' },
      { EnableKeyRotation: true },
    ]);
    template.resourceCountIs('AWS::KMS::Key', 3);
  });

  test('are retained, and a deleted key waits for 30 days', () => {
    template.allResources('AWS::KMS::Key', { ...kept, Properties: { PendingWindowInDays: 30 } });
  });

  test('are deleted with the stack, after the shortest wait, if the owner says so', () => {
    disposable.template.allResources('AWS::KMS::Key', {
      Properties: { PendingWindowInDays: 7 },
      DeletionPolicy: 'Delete',
    });
  });

  test.each(['RS256', 'ES256'] as const)('%s has an alias of its own', (algorithm) => {
    template.hasResourceProperties('AWS::KMS::Alias', {
      AliasName: Match.stringLikeRegexp(`^alias/mintmark/[A-Za-z0-9-]+/${algorithm.toLowerCase()}$`),
      TargetKeyId: stack.resolve(resources.signingKeys.byAlgorithm.get(algorithm)?.keyArn),
    });
  });

  test('need at least one algorithm', () => {
    expect(() => prepare({ signingAlgorithms: [] })).toThrow('at least one signing algorithm');
  });
});

describe('functions', () => {
  const all = (value: unknown) => Object.fromEntries([...functions.keys()].map((name) => [name, value]));
  const each = (property: string, { functions: deployed } = stack.mintmark, of = deployment) =>
    Object.fromEntries([...deployed].map(([name, handler]) => [name, propertiesOf(handler, of)[property]]));

  test('exist once for each entry of the API tables, and the authorizer once for each protected API', () => {
    const names = tables.map(({ name }) => (name === 'authorizer' ? 'authorizer-reports' : name));
    expect([...functions.keys()].toSorted()).toEqual(names.toSorted());
    template.resourceCountIs('AWS::Lambda::Function', names.length);
  });

  test('run on Node.js 24 on arm64, are traced, and log JSON to groups that keep it for three months', () => {
    template.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      TracingConfig: { Mode: 'Active' },
      LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: Match.anyValue() } },
    });
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 90 });
  });

  test('time out after ten seconds, and later only if no request waits for them', () => {
    expect(each('Timeout')).toEqual({
      ...all(10),
      bootstrap: 30,
      'keep-signing-keys': 300,
      'publish-events': 60,
      'remove-deleted': 60,
      'rotate-signing-keys': 60,
    });
  });

  test('get more memory, and so more CPU, if they hash secrets or generate keys', () => {
    const computing = {
      applications: 1024,
      'manage-secrets': 1024,
      'service-users': 1024,
      'service-user-keys': 1024,
      bootstrap: 1024,
      'create-token': 1024,
      exchange: 1024,
      introspect: 1024,
      revoke: 1024,
      'push-request': 1024,
    };
    expect(each('MemorySize')).toEqual({ ...all(512), ...computing });
  });

  test.each(tables)('$name gets the settings that its grants read, and no others', ({ name, grants: granted }) => {
    const ambient = ['NODE_OPTIONS', 'POWERTOOLS_SERVICE_NAME', 'MINTMARK_ISSUER'];
    const read = granted.flatMap((grant) => grants[grant].environment);
    const issuesTokens = granted.some((grant) => ['tokens:sign', 'tokens:issue'].includes(grant));
    const chosen = issuesTokens ? ['MINTMARK_DEFAULT_AUDIENCE'] : [];
    const environments = each('Environment') as Record<string, { Variables: object } | undefined>;
    const { Variables } = environments[name === 'authorizer' ? 'authorizer-reports' : name] ?? { Variables: {} };
    expect(Object.keys(Variables).sort()).toEqual([...new Set([...ambient, ...read, ...chosen])].sort());
  });

  test('accept imported secrets only if the deployment says so, and then in all functions that hash', () => {
    const told = tables
      .filter(({ name }) => {
        const deployed = disposable.stack.mintmark.functions.get(name);
        return (
          deployed && JSON.stringify(propertiesOf(deployed, disposable)).includes('"MINTMARK_IMPORTED_SECRETS":"on"')
        );
      })
      .map(({ name }) => name);
    const hashing = tables.filter(({ grants: granted }) => (granted as readonly string[]).includes('secrets:hash'));
    expect(told).toEqual(hashing.map(({ name }) => name));
    expect(JSON.stringify(template.toJSON())).not.toContain('MINTMARK_IMPORTED_SECRETS');
  });

  test('DEC1: may use HS256 only if the deployment says so', () => {
    const told = tables.filter(({ name }) => {
      const deployed = disposable.stack.mintmark.functions.get(name);
      return deployed && JSON.stringify(propertiesOf(deployed, disposable)).includes('"MINTMARK_HS256_APIS":"on"');
    });
    expect(told.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['exchange', 'introspect', 'revoke', 'directory', 'test-api']),
    );
    expect(JSON.stringify(template.toJSON())).not.toContain('MINTMARK_HS256_APIS');
  });

  test('I4: can write revocations in every deployment, so that every type of token can be revoked', () => {
    for (const one of [deployment, disposable]) {
      const revoke = one.stack.mintmark.functions.get('revoke');
      const settings = revoke && JSON.stringify(propertiesOf(revoke, one));
      expect(settings).toContain('MINTMARK_TOKENS_TABLE');
    }
    expect(JSON.stringify(grants['tokens:revoke'].statements)).toContain('revoked#*');
  });

  test('get the ARN of each signing key by its algorithm', () => {
    const [rs256, es256] = [...resources.signingKeys.byAlgorithm.values()].map(({ keyArn }) => stack.resolve(keyArn));
    expect(each('Environment').discovery).toMatchObject({
      Variables: { MINTMARK_SIGNING_KEYS: { 'Fn::Join': ['', ['{"RS256":"', rs256, '","ES256":"', es256, '"}']] } },
    });
  });

  test('have reserved concurrency only if the owner says so', () => {
    expect(each('ReservedConcurrentExecutions')).toEqual(all(undefined));
    expect(each('ReservedConcurrentExecutions', disposable.stack.mintmark, disposable)).toEqual({
      ...all(undefined),
      exchange: 50,
    });
    expect(() => prepare({ reservedConcurrency: { exchnage: 50 } })).toThrow('Mintmark has no function "exchnage".');
  });
});

describe('schedules', () => {
  const scheduled = tables.flatMap((table) => ('schedule' in table ? [table] : []));

  test.each(scheduled)('run $name as often as its table says, and do not repeat a failed run', ({ name, schedule }) => {
    const handler = functions.get(name);
    const minutes = schedule.everyMinutes;
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: `rate(${minutes} minute${minutes === 1 ? '' : 's'})`,
      State: 'ENABLED',
      Targets: [Match.objectLike({ Arn: stack.resolve(handler?.functionArn) })],
    });
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: stack.resolve(handler?.functionName),
      MaximumRetryAttempts: 0,
    });
  });

  test('exist only for functions whose tables say so', () => {
    template.resourceCountIs('AWS::Events::Rule', scheduled.length);
  });
});

describe('alarms', () => {
  test('watch the API, the token route, KMS’s quotas and every function, and are quiet without traffic', () => {
    const alarms = stack.mintmark.node.findChild('Alarms').node.children.map(({ node }) => node.id);
    const ofFunctions = [...functions.keys()].flatMap((name) => [`Errors-${name}`, `Throttles-${name}`]);
    const ofApi = ['ServerErrors', 'SlowAnswers', 'Refusals'];
    const ofSigning = ['SigningFailures', 'SlowSigning', 'SigningQuotaRS256', 'SigningQuotaES256'];
    const ofMails = ['UnsentMails', 'ManyMails'];
    expect(alarms).toEqual([...ofApi, ...ofSigning, ...ofFunctions, ...ofMails]);
    template.resourceCountIs('AWS::CloudWatch::Alarm', alarms.length);
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { TreatMissingData: 'notBreaching' });
  });

  test('notify the owner’s topic, if there is one', () => {
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: Match.absent() });
    const alarmTopic = Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-central-1:111122223333:on-call');
    const { template: told } = synthesize({ alarmTopic });
    told.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [alarmTopic.topicArn] });
  });

  test('are left out by name', () => {
    const { template: fewer } = synthesize({ alarms: { omit: ['Refusals', 'SigningQuotaRS256'] } });
    fewer.resourcePropertiesCountIs('AWS::CloudWatch::Alarm', { Metrics: Match.anyValue() }, 0);
    const { template: all } = synthesize();
    all.resourcePropertiesCountIs('AWS::CloudWatch::Alarm', { Metrics: Match.anyValue() }, 2);
  });

  test('cannot be left out by a name that none of them has', () => {
    const omit = ['SigningQuotaES256'];
    expect(() => prepare({ alarms: { omit } })).toThrow(
      /no alarm "SigningQuotaES256" to leave out\. It has ServerErrors, /,
    );
  });
});

describe('A21: plain HTTP', () => {
  test('has no resource in the stack that accepts or redirects it', () => {
    const types = new Set(
      Object.values(template.toJSON().Resources as Record<string, { Type: string }>).map((r) => r.Type),
    );
    expect([...types].filter((type) => /LoadBalancing|CloudFront|EC2|S3::Bucket|Lambda::Url/.test(type))).toEqual([]);
    expect(types).toContain('AWS::ApiGatewayV2::Api');
  });
});
