import type { Grant } from '#shared/ports.ts';
import type { GrantRendering } from './granted.ts';
import { itemsNamed, itemsNotNamed, putting, removing, writing, writingShortLived } from './granted-items.ts';

/** The wrapping key may be used only with this encryption context, which the pepper's adapter sends. */
const forPepper = { StringEquals: { 'kms:EncryptionContext:mintmark': 'pepper' } };
/** The same for signing secrets. */
const forSigningSecrets = { StringEquals: { 'kms:EncryptionContext:mintmark': 'signing-secret' } };
/** The same for the client secrets of identity providers. */
const forProviderSecrets = { StringEquals: { 'kms:EncryptionContext:mintmark': 'provider-secret' } };
/** The same for the private keys of wrapped signing keys. */
const forSigningKeys = { StringEquals: { 'kms:EncryptionContext:mintmark': 'signing-key' } };
/** All records except those that contain keys, and those that say who a person from elsewhere is. */
const commonRecords = itemsNotNamed(
  'pepper#*',
  'signingKeys#*',
  'signingSecrets#*',
  'identityProvider#*',
  'identity#*',
);
/** Reads the record of the signing keys. It contains the state of each key. */
const keyRecord = {
  actions: ['dynamodb:GetItem'],
  resources: ['directory'],
  conditions: itemsNamed('signingKeys#*'),
} as const;
const publicKeys = { actions: ['kms:GetPublicKey'], resources: ['signingKeys'] } as const;
const keyRing = ['MINTMARK_DIRECTORY_TABLE', 'MINTMARK_SIGNING_KEYS'] as const;
const signing = {
  statements: [{ actions: ['kms:Sign'], resources: ['signingKeys', 'madeKeys'] }, publicKeys, keyRecord],
  environment: keyRing,
} as const;
/** Creates and replaces peppers. It does not permit unwrapping a pepper. */
const pepperMaking = {
  statements: [
    putting('pepper#*'),
    { actions: ['kms:GenerateDataKeyWithoutPlaintext'], resources: ['wrappingKey'], conditions: forPepper },
  ],
  environment: ['MINTMARK_DIRECTORY_TABLE', 'MINTMARK_WRAPPING_KEY'],
} as const;
const notingRemovals = putting('removal#*');
const clientWriting = {
  statements: [{ actions: ['dynamodb:PutItem', 'dynamodb:GetItem'], resources: ['clients'] }],
  environment: ['MINTMARK_CLIENTS_TABLE'],
} as const;
/** The settings about keys that the product makes. */
const madeKeys = ['MINTMARK_SIGNING_KEY_POLICY', 'MINTMARK_SIGNING_KEY_ALIASES'] as const;
const nothing = { statements: [], environment: [] } as const;
/** Grant → IAM statements and settings. `shared/ports.ts` maps the same grants to ports for the handlers. */
export const grants: Readonly<Record<Grant, GrantRendering>> = {
  'records:read': {
    statements: [{ actions: ['dynamodb:BatchGetItem'], resources: ['clients', 'directory', 'tokens'] }],
    environment: ['MINTMARK_CLIENTS_TABLE', 'MINTMARK_DIRECTORY_TABLE', 'MINTMARK_TOKENS_TABLE'],
  },
  'clients:create': clientWriting,
  'clients:change': clientWriting,
  'clients:delete': {
    statements: [{ actions: ['dynamodb:DeleteItem'], resources: ['clients'] }],
    environment: ['MINTMARK_CLIENTS_TABLE'],
  },
  'clients:list': {
    statements: [{ actions: ['dynamodb:Query'], resources: ['clients/index/byOwner'] }],
    environment: ['MINTMARK_CLIENTS_TABLE'],
  },
  'directory:found': {
    statements: [
      { actions: ['dynamodb:PutItem', 'dynamodb:GetItem'], resources: ['directory'], conditions: commonRecords },
    ],
    environment: ['MINTMARK_DIRECTORY_TABLE'],
  },
  'directory:write': {
    statements: [
      {
        actions: ['dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:DeleteItem'],
        resources: ['directory'],
        conditions: commonRecords,
      },
    ],
    environment: ['MINTMARK_DIRECTORY_TABLE'],
  },
  'service-users:write': {
    statements: [writing('serviceUser#*'), notingRemovals],
    environment: ['MINTMARK_DIRECTORY_TABLE'],
  },
  'client-grants:write': {
    statements: [writing('grant#*'), notingRemovals],
    environment: ['MINTMARK_DIRECTORY_TABLE'],
  },
  'rosters:write': { statements: [putting('roster#*')], environment: ['MINTMARK_DIRECTORY_TABLE'] },
  'directory:list': {
    statements: [{ actions: ['dynamodb:Query'], resources: ['directory/index/byList', 'directory/index/byMember'] }],
    environment: ['MINTMARK_DIRECTORY_TABLE'],
  },
  'remains:remove': {
    statements: [
      removing(
        'membership#*',
        'serviceUser#*',
        'role#*',
        'defaultRoles#tenant/*',
        'roster#*',
        'grant#*',
        'signingSecrets#*',
        'invitation#*',
        'workspaceMember#*',
        'consent#*',
        'name#email/*',
        'name#role/*',
        'identity#*',
        'removal#*',
      ),
    ],
    environment: ['MINTMARK_DIRECTORY_TABLE'],
  },
  'tokens:sign': signing,
  'tokens:issue': {
    statements: [
      ...signing.statements,
      { actions: ['kms:Decrypt'], resources: ['wrappingKey'], conditions: forSigningKeys },
    ],
    environment: [...signing.environment, 'MINTMARK_WRAPPING_KEY'],
  },
  'key-sets:sign': signing,
  'introspections:sign': signing,
  'status-lists:sign': signing,
  'signing-secrets:use': {
    statements: [{ actions: ['kms:Decrypt'], resources: ['wrappingKey'], conditions: forSigningSecrets }],
    environment: ['MINTMARK_WRAPPING_KEY'],
  },
  'signing-secrets:make': {
    statements: [
      putting('signingSecrets#*'),
      { actions: ['kms:GenerateDataKey'], resources: ['wrappingKey'], conditions: forSigningSecrets },
    ],
    environment: ['MINTMARK_DIRECTORY_TABLE', 'MINTMARK_WRAPPING_KEY'],
  },
  'statuses:assign': {
    statements: [{ actions: ['dynamodb:UpdateItem'], resources: ['tokens'], conditions: itemsNamed('status#*') }],
    environment: ['MINTMARK_TOKENS_TABLE'],
  },
  'statuses:read': {
    statements: [
      {
        actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem'],
        resources: ['tokens'],
        conditions: itemsNamed('status#*'),
      },
    ],
    environment: ['MINTMARK_TOKENS_TABLE'],
  },
  'tokens:verify': { statements: [publicKeys, keyRecord], environment: keyRing },
  'id-tokens:verify': { statements: [publicKeys, keyRecord], environment: keyRing },
  'tokens:revoke': {
    statements: [{ actions: ['dynamodb:PutItem'], resources: ['tokens'], conditions: itemsNamed('revoked#*') }],
    environment: ['MINTMARK_TOKENS_TABLE'],
  },
  'families:write': writingShortLived('family#*', 'familyRoster#*'),
  'sessions:write': writingShortLived('session#*', 'sessionRoster#*'),
  'interactions:write': writingShortLived('interaction#*', 'loginAttempt#*', 'loginLink#*'),
  'codes:write': writingShortLived('code#*'),
  'pushed-requests:write': writingShortLived('pushedRequest#*'),
  'consents:write': { statements: [putting('consent#*')], environment: ['MINTMARK_DIRECTORY_TABLE'] },
  'consents:end': { statements: [removing('consent#*')], environment: ['MINTMARK_DIRECTORY_TABLE'] },
  'users:write': { statements: [putting('user#*')], environment: ['MINTMARK_DIRECTORY_TABLE'] },
  'users:sign-up': { statements: [putting('user#*', 'name#email/*')], environment: ['MINTMARK_DIRECTORY_TABLE'] },
  'invitations:write': { statements: [writing('invitation#*')], environment: ['MINTMARK_DIRECTORY_TABLE'] },
  'members:join': {
    statements: [putting('membership#*', 'workspaceMember#*', 'fullMembers#*')],
    environment: ['MINTMARK_DIRECTORY_TABLE'],
  },
  'workspace-members:write': {
    statements: [writing('workspaceMember#*'), putting('fullMembers#*'), notingRemovals],
    environment: ['MINTMARK_DIRECTORY_TABLE'],
  },
  'identity-providers:write': {
    statements: [
      writing('identityProvider#*'),
      { actions: ['kms:Encrypt'], resources: ['wrappingKey'], conditions: forProviderSecrets },
    ],
    environment: ['MINTMARK_DIRECTORY_TABLE', 'MINTMARK_WRAPPING_KEY'],
  },
  'provider-logins:write': writingShortLived('providerLogin#*'),
  'provider-secrets:open': {
    statements: [{ actions: ['kms:Decrypt'], resources: ['wrappingKey'], conditions: forProviderSecrets }],
    environment: ['MINTMARK_WRAPPING_KEY'],
  },
  'identities:remove': { statements: [removing('identity#*')], environment: ['MINTMARK_DIRECTORY_TABLE'] },
  'identities:write': { statements: [putting('identity#*')], environment: ['MINTMARK_DIRECTORY_TABLE'] },
  'mails:enqueue': {
    statements: [{ actions: ['sqs:SendMessage'], resources: ['mailQueue'] }],
    environment: ['MINTMARK_MAIL_QUEUE'],
  },
  'mails:send': {
    statements: [
      { actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], resources: ['mailQueue'] },
      { actions: ['ses:SendEmail'], resources: ['mailSender'] },
    ],
    environment: ['MINTMARK_MAIL_FROM', 'MINTMARK_MAIL_CONFIGURATION_SET'],
  },
  'assertions:verify': nothing,
  'assertions:redeem': writingShortLived('assertion#*'),
  'certificates:verify': nothing,
  'workloads:verify': nothing,
  'keys:examine': nothing,
  'proofs:verify': writingShortLived('dpop#*'),
  'keys:generate': nothing,
  'keys:publish': { statements: [publicKeys, keyRecord], environment: keyRing },
  'signing-keys:write': {
    statements: [putting('signingKeys#*'), publicKeys],
    environment: keyRing,
  },
  'signing-keys:make': {
    statements: [
      { actions: ['kms:CreateKey', 'kms:TagResource'], resources: ['newKeys'] },
      { actions: ['kms:ListKeys'], resources: ['keyList'] },
      { actions: ['kms:CreateAlias'], resources: ['newAliases', 'madeKeys'] },
      { actions: ['kms:GetPublicKey', 'kms:ListResourceTags', 'kms:ScheduleKeyDeletion'], resources: ['madeKeys'] },
      {
        actions: ['kms:GenerateDataKeyPairWithoutPlaintext'],
        resources: ['wrappingKey'],
        conditions: forSigningKeys,
      },
    ],
    environment: [...madeKeys, 'MINTMARK_WRAPPING_KEY', 'MINTMARK_WORKSPACE'],
  },
  'signing-keys:keep': {
    statements: [
      { actions: ['kms:ListAliases'], resources: ['aliasList'] },
      { actions: ['kms:GetKeyPolicy', 'kms:PutKeyPolicy', 'kms:ScheduleKeyDeletion'], resources: ['namedKeys'] },
    ],
    environment: madeKeys,
  },
  'pepper:use': {
    statements: [
      { actions: ['dynamodb:GetItem'], resources: ['directory'], conditions: itemsNamed('pepper#*') },
      { actions: ['kms:Decrypt'], resources: ['wrappingKey'], conditions: forPepper },
    ],
    environment: ['MINTMARK_DIRECTORY_TABLE', 'MINTMARK_WRAPPING_KEY'],
  },
  'pepper:found': pepperMaking,
  'pepper:rotate': pepperMaking,
  'secrets:hash': nothing,
  'issuance:count': {
    statements: [
      {
        actions: ['dynamodb:UpdateItem', 'dynamodb:GetItem'],
        resources: ['tokens'],
        conditions: itemsNamed('quota#*'),
      },
    ],
    environment: ['MINTMARK_TOKENS_TABLE'],
  },
  'failures:count': {
    statements: [{ actions: ['dynamodb:UpdateItem'], resources: ['tokens'], conditions: itemsNamed('failures#*') }],
    environment: ['MINTMARK_TOKENS_TABLE'],
  },
  'requests:remember': {
    statements: [
      {
        actions: ['dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:DeleteItem'],
        resources: ['tokens'],
        conditions: itemsNamed('idempotency#*'),
      },
    ],
    environment: ['MINTMARK_TOKENS_TABLE'],
  },
  'usage:note': {
    statements: [{ actions: ['dynamodb:PutItem'], resources: ['tokens'], conditions: itemsNamed('used#*') }],
    environment: ['MINTMARK_TOKENS_TABLE'],
  },
  'usage:read': {
    statements: [{ actions: ['dynamodb:BatchGetItem'], resources: ['tokens'], conditions: itemsNamed('used#*') }],
    environment: ['MINTMARK_TOKENS_TABLE'],
  },
  'audit:append': {
    statements: [{ actions: ['dynamodb:PutItem'], resources: ['audit'] }],
    environment: ['MINTMARK_AUDIT_TABLE'],
  },
  'audit:read': {
    statements: [{ actions: ['dynamodb:Query'], resources: ['audit'] }],
    environment: ['MINTMARK_AUDIT_TABLE'],
  },
  'audit:follow': {
    statements: [
      { actions: ['dynamodb:Query'], resources: ['audit'] },
      {
        actions: ['dynamodb:PutItem', 'dynamodb:GetItem'],
        resources: ['tokens'],
        conditions: itemsNamed('bookmark#*'),
      },
    ],
    environment: ['MINTMARK_AUDIT_TABLE', 'MINTMARK_TOKENS_TABLE'],
  },
  'events:publish': {
    statements: [{ actions: ['events:PutEvents'], resources: ['eventBus'] }],
    environment: ['MINTMARK_EVENT_BUS'],
  },
  'requests:guard': { statements: [], environment: ['MINTMARK_PROTECTED_API'] },
};
