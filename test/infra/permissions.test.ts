import { describe, expect, test } from 'vitest';
import { type GrantedStatement, grants } from '#infra/grants.ts';
import { tables } from '#shared/api/tables.ts';
import type { Grant } from '#shared/ports.ts';
import { iamMatrix } from './iam-matrix.ts';
import { comparisonInWords, keyPermissions, type PermissionRow, rolePermissions } from './permission-rows.ts';
import { synthesize } from './synthesize.ts';

const deployment = synthesize({ signingAlgorithms: ['RS256', 'ES256'] });
const ofRoles = rolePermissions(deployment);
const ofKeys = keyPermissions(deployment);

describe('permissions', () => {
  test('are what reviewers have seen', async () => {
    await expect(iamMatrix(ofRoles, ofKeys)).toMatchFileSnapshot('iam-matrix.md');
  });

  test.each(tables)('of $name are what its grants say, its log, its traces and the key of its tables', (table) => {
    const who = table.name === 'authorizer' ? 'authorizer-reports' : table.name;
    expect(lines(ofRoles.filter((row) => row.who === who))).toEqual(lines(expected(who, table.grants)));
  });

  test('belong to the functions’ roles and to nobody else', () => {
    const names = [...deployment.stack.mintmark.functions.keys()];
    expect(new Set(ofRoles.map(({ who }) => who))).toEqual(new Set(names));
    deployment.template.resourceCountIs('AWS::IAM::Role', names.length);
    deployment.template.resourceCountIs('AWS::IAM::Policy', names.length);
  });

  test('name each action, and each resource but that of X-Ray', () => {
    expect([...ofRoles, ...ofKeys].filter(({ action }) => action.includes('*'))).toEqual([]);
    const onEverything = ofRoles.filter(({ on }) => /everything|\*/.test(on)).map(({ action }) => action);
    expect(new Set(onEverything)).toEqual(new Set(['xray:PutTraceSegments', 'xray:PutTelemetryRecords']));
  });
});

describe('key policies', () => {
  const who = (action: string, on: string) =>
    ofKeys.filter((row) => row.action === action && row.on.startsWith(on)).map((row) => `${row.who}: ${row.onlyIf}`);

  test('let only what issues access tokens, or answers about them, sign, with each key’s own algorithm, and nobody else', () => {
    expect(who('kms:Sign', 'signing key').toSorted()).toEqual([
      'create-token: kms:SigningAlgorithm is ECDSA_SHA_256',
      'create-token: kms:SigningAlgorithm is RSASSA_PKCS1_V1_5_SHA_256',
      'exchange: kms:SigningAlgorithm is ECDSA_SHA_256',
      'exchange: kms:SigningAlgorithm is RSASSA_PKCS1_V1_5_SHA_256',
      'introspect: kms:SigningAlgorithm is ECDSA_SHA_256',
      'introspect: kms:SigningAlgorithm is RSASSA_PKCS1_V1_5_SHA_256',
      'test-api: kms:SigningAlgorithm is ECDSA_SHA_256',
      'test-api: kms:SigningAlgorithm is RSASSA_PKCS1_V1_5_SHA_256',
    ]);
  });

  test('let those unwrap the pepper who check secrets, and others decrypt through DynamoDB only', () => {
    const forPepper = 'kms:EncryptionContext:mintmark is pepper';
    const unwrapping = tables.filter(({ grants: granted }) => (granted as readonly Grant[]).includes('pepper:use'));
    expect(who('kms:Decrypt', 'encryption key').sort()).toEqual([
      'account (whom IAM lets): kms:ViaService is DynamoDB, kms:CallerAccount is this account',
      ...unwrapping.map(({ name }) => `${name}: ${forPepper}`).sort(),
    ]);
    expect(who('kms:GenerateDataKeyWithoutPlaintext', 'encryption key')).toContain(`bootstrap: ${forPepper}`);
  });

  test('let the account administer keys, and neither use them nor hand their use on', () => {
    const ofAccount = ofKeys.filter((row) => row.who.startsWith('account') && !row.onlyIf.startsWith('kms:ViaService'));
    const actions = new Set(ofAccount.map(({ action }) => action));
    const use = /^kms:(?:Sign|Verify|Encrypt|Decrypt|ReEncrypt|Generate|Derive|CreateGrant|GetParameters)/;
    expect([...actions].filter((action) => use.test(action))).toEqual([]);
    expect(actions).toContain('kms:PutKeyPolicy');
    expect(actions).toContain('kms:ScheduleKeyDeletion');
  });

  test('say of roles what the roles’ own policies say', () => {
    const onKeys = ofRoles.filter(
      ({ action, onlyIf }) => action.startsWith('kms:') && !onlyIf.includes('kms:ViaService'),
    );
    expect(lines(ofKeys.filter((row) => !row.who.startsWith('account')))).toEqual(lines(onKeys));
  });
});

/** The rows that follow from a function's grants by the rules that this test states again. */
function expected(who: string, granted: readonly Grant[]): readonly PermissionRow[] {
  const statements: readonly GrantedStatement[] = granted.flatMap((grant) => grants[grant].statements);
  const row = (action: string, on: string, onlyIf = ''): PermissionRow => ({ who, action, on, onlyIf });
  const fromGrants = statements.flatMap(({ actions, resources, conditions }) =>
    actions.flatMap((action) =>
      resources.flatMap((on) => {
        if (on === 'eventBus') return [row(action, 'event bus', text(conditions))];
        if (on === 'wrappingKey') return [row(action, 'encryption key', text(conditions))];
        if (on !== 'signingKeys') return [row(action, on, text(conditions))];
        const onlyIf = (algorithm: string) => (action === 'kms:Sign' ? `kms:SigningAlgorithm is ${algorithm}` : '');
        return [
          row(action, 'signing key RS256', onlyIf('RSASSA_PKCS1_V1_5_SHA_256')),
          row(action, 'signing key ES256', onlyIf('ECDSA_SHA_256')),
        ];
      }),
    ),
  );
  const touched = new Set(
    statements.flatMap(({ resources }) => resources.filter(isTable).map((on) => on.replace(/\/.*/, ''))),
  );
  const itsTables = [...touched].sort().join(' or ');
  const throughDynamoDb = `kms:ViaService is DynamoDB, kms:EncryptionContext:aws:dynamodb:tableName is ${itsTables}`;
  return [
    ...fromGrants,
    ...(touched.size > 0 ? [row('kms:Decrypt', 'encryption key', throughDynamoDb)] : []),
    row('logs:CreateLogStream', `log group of ${who}`),
    row('logs:PutLogEvents', `log group of ${who}`),
    row('xray:PutTraceSegments', 'everything'),
    row('xray:PutTelemetryRecords', 'everything'),
  ];
}

function isTable(resource: string): boolean {
  return !['signingKeys', 'wrappingKey', 'eventBus'].includes(resource);
}

function text(conditions: GrantedStatement['conditions'] = {}): string {
  const comparisons = Object.entries(conditions).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => comparisonInWords(operator, key, [values].flat())),
  );
  return comparisons.join(', ');
}

/** Rows as sorted lines, each once: a role may get the same permission from two grants. */
function lines(rows: readonly PermissionRow[]): readonly string[] {
  return [...new Set(rows.map(({ who, action, on, onlyIf }) => `${who} | ${action} | ${on} | ${onlyIf}`))].sort();
}
