import { describe, expect, test } from 'vitest';
import type { GrantedResource, GrantedStatement } from '#infra/granted.ts';
import { grants } from '#infra/grants.ts';
import { tables } from '#shared/api/tables.ts';
import type { Grant } from '#shared/ports.ts';
import { iamMatrix } from './iam-matrix.ts';
import {
  comparisonInWords,
  keyPermissions,
  MADE_KEYS,
  NEW_ALIASES,
  type PermissionRow,
  rolePermissions,
} from './permission-rows.ts';
import { synthesize } from './synthesize.ts';

const deployment = synthesize({ signingAlgorithms: ['RS256', 'ES256'] });
const ofRoles = rolePermissions(deployment);
const ofKeys = keyPermissions(deployment);

describe('permissions', () => {
  test('equal the reviewed file iam-matrix.md', async () => {
    await expect(iamMatrix(ofRoles, ofKeys)).toMatchFileSnapshot('iam-matrix.md');
  });

  test.each(tables)('of $name are those of its grants, its log, its traces and the key of its tables', (table) => {
    const who = table.name === 'authorizer' ? 'authorizer-reports' : table.name;
    expect(lines(ofRoles.filter((row) => row.who === who))).toEqual(lines(expected(who, table.grants)));
  });

  test('belong only to the functions’ roles', () => {
    const names = [...deployment.stack.mintmark.functions.keys()];
    expect(new Set(ofRoles.map(({ who }) => who))).toEqual(new Set(names));
    deployment.template.resourceCountIs('AWS::IAM::Role', names.length);
    deployment.template.resourceCountIs('AWS::IAM::Policy', names.length);
  });

  test('let only directory and bootstrap write tenants and settings, which contain marks of revocation', () => {
    const writes = ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'];
    const touches = ({ onlyIf }: PermissionRow) => !onlyIf.includes(' is like ') || /(?:tenant|settings)#/.test(onlyIf);
    const writers = ofRoles.filter((row) => row.on === 'directory' && writes.includes(row.action)).filter(touches);
    expect(new Set(writers.map(({ who }) => who))).toEqual(new Set(['directory', 'bootstrap']));
  });

  test('let the bootstrap delete nothing', () => {
    const deletes = ofRoles.filter(({ who, action }) => who === 'bootstrap' && /Delete/.test(action));
    expect(deletes).toEqual([]);
  });

  test('name each action, and each resource except X-Ray and keys that do not exist yet', () => {
    expect([...ofRoles, ...ofKeys].filter(({ action }) => action.includes('*'))).toEqual([]);
    const onEverything = ofRoles.filter(({ on }) => /everything|\*/.test(on)).map(({ action }) => action);
    const withoutResource = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'kms:ListKeys', 'kms:ListAliases'];
    const onMadeKeys = ['kms:CreateKey', 'kms:TagResource', ...KEEPING];
    expect(new Set(onEverything)).toEqual(new Set([...withoutResource, ...onMadeKeys]));
  });
});

describe('key policies', () => {
  const who = (action: string, on: string) =>
    ofKeys
      .filter((row) => row.action === action && row.on.startsWith(on) && (on === MADE_KEYS || row.on !== MADE_KEYS))
      .map((row) => `${row.who}: ${row.onlyIf}`);

  test('let only the functions with a grant to sign use a signing key, each key with its own algorithm', () => {
    expect(who('kms:Sign', 'signing key').toSorted()).toEqual([
      'create-token: kms:SigningAlgorithm is ECDSA_SHA_256',
      'create-token: kms:SigningAlgorithm is RSASSA_PKCS1_V1_5_SHA_256',
      'discovery: kms:SigningAlgorithm is ECDSA_SHA_256',
      'discovery: kms:SigningAlgorithm is RSASSA_PKCS1_V1_5_SHA_256',
      'exchange: kms:SigningAlgorithm is ECDSA_SHA_256',
      'exchange: kms:SigningAlgorithm is RSASSA_PKCS1_V1_5_SHA_256',
      'introspect: kms:SigningAlgorithm is ECDSA_SHA_256',
      'introspect: kms:SigningAlgorithm is RSASSA_PKCS1_V1_5_SHA_256',
      'status-lists: kms:SigningAlgorithm is ECDSA_SHA_256',
      'status-lists: kms:SigningAlgorithm is RSASSA_PKCS1_V1_5_SHA_256',
      'test-api: kms:SigningAlgorithm is ECDSA_SHA_256',
      'test-api: kms:SigningAlgorithm is RSASSA_PKCS1_V1_5_SHA_256',
    ]);
  });

  test('let the same functions use signing keys that Mintmark makes, with each key’s own algorithm', () => {
    expect(who('kms:Sign', MADE_KEYS).toSorted()).toEqual(
      ['create-token', 'discovery', 'exchange', 'introspect', 'status-lists', 'test-api'].map(
        (name) => `${name}: kms:SigningAlgorithm is its own`,
      ),
    );
  });

  test('V7: permit decryption of signing keys to the exchange, of peppers and secrets to their grants, and of tables to DynamoDB', () => {
    const forPepper = 'kms:EncryptionContext:mintmark is pepper';
    const forSecrets = 'kms:EncryptionContext:mintmark is signing-secret';
    const unwrapping = (grant: Grant, purpose: string) =>
      tables
        .filter(({ grants: granted }) => (granted as readonly Grant[]).includes(grant))
        .map(({ name }) => `${name === 'authorizer' ? 'authorizer-reports' : name}: ${purpose}`);
    expect(who('kms:Decrypt', 'encryption key').sort()).toEqual(
      [
        'account (if IAM permits): kms:ViaService is DynamoDB, kms:CallerAccount is this account',
        ...unwrapping('pepper:use', forPepper),
        ...unwrapping('signing-secrets:use', forSecrets),
        ...unwrapping('provider-secrets:open', 'kms:EncryptionContext:mintmark is provider-secret'),
        'exchange: kms:EncryptionContext:mintmark is signing-key',
      ].sort(),
    );
    expect(who('kms:GenerateDataKeyWithoutPlaintext', 'encryption key')).toContain(`bootstrap: ${forPepper}`);
  });

  test('let the account administer keys, but not use them or permit their use by KMS grants', () => {
    const ofAccount = ofKeys.filter((row) => row.who.startsWith('account') && !row.onlyIf.startsWith('kms:ViaService'));
    const actions = new Set(ofAccount.map(({ action }) => action));
    const use = /^kms:(?:Sign|Verify|Encrypt|Decrypt|ReEncrypt|Generate|Derive|CreateGrant|GetParameters)/;
    expect([...actions].filter((action) => use.test(action))).toEqual([]);
    expect(actions).toContain('kms:PutKeyPolicy');
    expect(actions).toContain('kms:ScheduleKeyDeletion');
  });

  test('give roles the same permissions as the roles’ own policies, except for keys that Mintmark makes', () => {
    const onKeys = ofRoles.filter(
      ({ action, onlyIf }) => action.startsWith('kms:') && !onlyIf.includes('kms:ViaService'),
    );
    const named = ({ on }: PermissionRow) => ![MADE_KEYS, NEW_ALIASES, 'everything'].includes(on);
    expect(lines(ofKeys.filter((row) => !row.who.startsWith('account')).filter(named))).toEqual(
      lines(onKeys.filter(named)),
    );
  });

  test('Sound 19: alone decide who uses keys that Mintmark makes, so that a tag gives no right at another key', () => {
    expect(ofRoles.filter(({ on, onlyIf }) => on === MADE_KEYS || onlyIf.includes('ResourceTag'))).toEqual([]);
    const onEveryKey = ofRoles.filter(({ action, on }) => action.startsWith('kms:') && /everything|key\/\*/.test(on));
    const rotation = { who: 'rotate-signing-keys', on: 'everything', onlyIf: OF_WORKSPACE };
    const keeping = { who: 'keep-signing-keys', on: 'everything', onlyIf: WITH_ALIAS };
    expect(onEveryKey).toEqual([
      { ...rotation, action: 'kms:CreateKey' },
      { ...rotation, action: 'kms:TagResource' },
      { ...rotation, action: 'kms:ListKeys', onlyIf: '' },
      { ...keeping, action: 'kms:ListAliases', onlyIf: '' },
      ...KEEPING.map((action) => ({ ...keeping, action })),
    ]);
  });

  test('Sound 19: let the function that makes keys name only keys whose policy it is in, so that an alias is no way to another key', () => {
    const naming = [...ofRoles, ...ofKeys].filter(({ action }) => action === 'kms:CreateAlias');
    expect(naming.filter(({ who: role }) => !role.startsWith('account'))).toEqual([
      { who: 'rotate-signing-keys', action: 'kms:CreateAlias', on: NEW_ALIASES, onlyIf: '' },
      { who: 'rotate-signing-keys', action: 'kms:CreateAlias', on: MADE_KEYS, onlyIf: '' },
    ]);
    const renaming = ofRoles.filter(({ action }) => /kms:(?:Update|Delete)Alias/.test(action));
    expect(renaming).toEqual([]);
  });

  test('Sound 19: name each role that Mintmark gave a right at the keys that it makes', () => {
    const granted = tables.flatMap(({ name, grants: held }) =>
      held.flatMap((grant: Grant) =>
        grants[grant].statements
          .filter(({ resources }) => resources.includes('madeKeys'))
          .flatMap(({ actions }) => actions.map((action) => `${name} | ${action}`)),
      ),
    );
    const named = ofKeys.filter(({ on, who: role }) => on === MADE_KEYS && !role.startsWith('account'));
    expect(new Set(named.map(({ who: role, action }) => `${role} | ${action}`))).toEqual(new Set(granted));
  });
});

/** What the function may do that keeps the keys in step with their deployment. */
const KEEPING = ['kms:GetKeyPolicy', 'kms:PutKeyPolicy', 'kms:ScheduleKeyDeletion'];

/** The condition for keys that Mintmark made in this deployment. */
const WITH_ALIAS = 'kms:ResourceAliases is like an alias of this deployment';

/** The condition for keys that Mintmark is about to make: signing keys with the two tags of this workspace. */
const OF_WORKSPACE =
  'aws:RequestTag/mintmark:workspace is this workspace, kms:KeyUsage is SIGN_VERIFY, aws:TagKeys are mintmark:workspace or mintmark:slot';

/** Returns the rows that a function's grants require. This test states the rules independently of the product. */
function expected(who: string, granted: readonly Grant[]): readonly PermissionRow[] {
  const statements: readonly GrantedStatement[] = granted.flatMap((grant) => grants[grant].statements);
  const row = (action: string, on: string, onlyIf = ''): PermissionRow => ({ who, action, on, onlyIf });
  const fromGrants = statements.flatMap((statement) =>
    statement.actions.flatMap((action) =>
      statement.resources.flatMap((on) =>
        onResource(action, on, text(statement.conditions)).map((about) => ({ who, ...about })),
      ),
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

/** An address of a subdomain may be verified by itself, by its domain or by a domain above. */
const MAIL_SENDER = [
  'identity login@auth.example.com',
  'identity auth.example.com',
  'identity example.com',
  'configuration set of mails',
];

const FROM_ONE_ADDRESS = 'ses:FromAddress is login@auth.example.com';

type About = Omit<PermissionRow, 'who'>;

/** Returns the rows for a grant's action on one of its resources. */
function onResource(action: string, resource: GrantedResource, onlyIf: string): readonly About[] {
  const about = (on: string, condition = onlyIf): About => ({ action, on, onlyIf: condition });
  const own = (algorithm: string) => (action === 'kms:Sign' ? `kms:SigningAlgorithm is ${algorithm}` : '');
  const special: { readonly [Resource in GrantedResource]?: readonly About[] } = {
    eventBus: [about('event bus')],
    mailQueue: [about('queue of mails')],
    mailSender: MAIL_SENDER.map((on) => about(on, FROM_ONE_ADDRESS)),
    wrappingKey: [about('encryption key')],
    keyList: [about('everything')],
    newKeys: [about('everything', OF_WORKSPACE)],
    aliasList: [about('everything')],
    newAliases: [about(NEW_ALIASES)],
    namedKeys: [about('everything', WITH_ALIAS)],
    madeKeys: [],
    signingKeys: [
      about('signing key RS256', own('RSASSA_PKCS1_V1_5_SHA_256')),
      about('signing key ES256', own('ECDSA_SHA_256')),
    ],
  };
  return special[resource] ?? [about(resource)];
}

function isTable(resource: string): boolean {
  return !/^(?:signingKeys|madeKeys|newKeys|newAliases|namedKeys|keyList|aliasList|wrappingKey|eventBus|mailQueue|mailSender)$/.test(
    resource,
  );
}

function text(conditions: GrantedStatement['conditions'] = {}): string {
  const comparisons = Object.entries(conditions).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => comparisonInWords(operator, key, [values].flat())),
  );
  return comparisons.join(', ');
}

/** Renders rows as sorted lines without repetition, because a role can get a permission from two grants. */
function lines(rows: readonly PermissionRow[]): readonly string[] {
  return [...new Set(rows.map(({ who, action, on, onlyIf }) => `${who} | ${action} | ${on} | ${onlyIf}`))].sort();
}
