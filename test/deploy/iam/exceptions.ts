import type { Exceptions } from './ledger.ts';

const ACCOUNT = /:root$/;
const OTHER_ALGORITHMS =
  'key sets and status lists are signed with the one algorithm that most verifiers support, while the grant is for each algorithm';
const KILLED_RUN =
  'only a run that was killed while it made a key is resumed, two minutes later; test/e2e/faults/kills.test.ts does that';

const NO_INVITATIONS =
  'only a deployment with mailFrom invites people; tenant-invitations.test.ts and its neighbours in test/e2e do that';
const NO_OWN_ACCOUNT =
  'the person of the story looks at no consents, sessions and identities; given-consents.test.ts, own-sessions.test.ts and own-identities.test.ts in test/e2e do';

const NO_PROVIDER =
  'no provider elsewhere takes part in the story; the tests of test/e2e/identities log in by providers';

/** All exceptions from "0 refused, 0 unused". One that fits no grant or call is an error, so that none is left behind. */
export const exceptions: Exceptions = {
  refused: [
    {
      who: /ExchangeFunction/,
      action: 'dynamodb:DeleteItem',
      reason: 'the run tries whether the judge refuses what no policy permits',
    },
  ],
  unused: [
    {
      action: /^(?:logs|xray):/,
      reason: 'Lambda itself writes logs and traces in the name of the role',
    },
    {
      who: ACCOUNT,
      action: /^kms:/,
      where: /^[^(]*\| (?:keys? )[^|]*$/,
      reason: 'the account administers its keys without conditions; no function does',
    },
    {
      who: ACCOUNT,
      action:
        /^kms:(?:CreateGrant|DescribeKey|Encrypt|GenerateDataKey|GenerateDataKeyWithoutPlaintext|ReEncryptFrom|ReEncryptTo)$/,
      where: 'kms:ViaService',
      reason: 'DynamoDB uses the key for the tables themselves, which the emulator does not do',
    },
    {
      who: /(?:Discovery|StatusLists)Function/,
      action: 'kms:Sign',
      where: 'ECDSA_SHA_256',
      reason: OTHER_ALGORITHMS,
    },
    {
      who: /(?:Exchange|Introspect|Revoke|PushRequest)Function/,
      action: 'dynamodb:BatchGetItem',
      where: 'used#*',
      reason:
        'read only for an imported secret that is being guessed; test/e2e/authentication/imported-secret-guesses.test.ts does that',
    },
    {
      who: /KeepSigningKeysFunction/,
      action: /^kms:(?:GetKeyPolicy|PutKeyPolicy)$/,
      reason:
        'only when a function that uses the keys gets another role; test/e2e/keys/deployment-changes.test.ts does that',
    },
    {
      who: /BootstrapFunction/,
      action: 'kms:GetPublicKey',
      reason: 'a workspace is founded once; the rotation records the keys of algorithms that come later',
    },
    {
      who: /ExchangeFunction/,
      action: 'kms:Decrypt',
      where: 'StringEquals signing-key',
      reason:
        'a wrapped key signs when it has been published for hours; test/e2e/keys/wrapped-signing-keys.test.ts waits by the clock of a test',
    },
    {
      who: /RotateSigningKeysFunction/,
      action: /^kms:(?:ListKeys|ListResourceTags)$/,
      reason: KILLED_RUN,
    },
    {
      who: /(?:(?<!Provider)Login|Authorize|Exchange|Bootstrap)Function/,
      action: 'dynamodb:GetItem',
      where: /(?:session|interaction|code|consent|user)#\*/,
      reason: 'a record is read back only after a write whose answer was lost or whose condition failed',
    },
    {
      who: /(?<!Provider)LoginFunction/,
      action: /^dynamodb:(?:UpdateItem|GetItem)$/,
      where: 'quota#*',
      reason: 'only a deployment with mailFrom sends codes, and counts them; test/e2e/login/mails.test.ts does that',
    },
    {
      who: /AuthorizeFunction/,
      action: 'dynamodb:PutItem',
      where: 'session#*',
      reason: 'the use of a session is noted when the last note is five minutes old',
    },
    {
      who: /(?<!Provider)LoginFunction/,
      action: /^dynamodb:/,
      where: /(?:invitation|membership|workspaceMember|fullMembers)#\*/,
      reason: NO_INVITATIONS,
    },
    {
      who: /MembershipFunction/,
      action: /^dynamodb:/,
      where: 'invitation#*',
      reason: NO_INVITATIONS,
    },
    {
      who: /MembershipFunction/,
      action: /^dynamodb:(?:GetItem|PutItem|DeleteItem)$/,
      where: /(?:workspaceMember|fullMembers|removal)#\*/,
      reason: 'the story changes no member of the workspace; workspace-members.test.ts in test/e2e does',
    },
    {
      who: /ProviderLoginFunction/,
      action: /^(?:dynamodb|kms):/,
      where:
        /(?:identity|identityProvider|providerLogin|interaction|session|quota)#\*|StringEquals provider-secret|kms:ViaService|(?:BatchGetItem|Query) \||Audit[^|]*$/,
      reason: NO_PROVIDER,
    },
    {
      who: /AuthorizeFunction/,
      action: /^dynamodb:(?:GetItem|PutItem)$/,
      where: 'pushedRequest#*',
      reason: 'the person of the story answers no pushed request; pushed-requests.test.ts in test/e2e does',
    },
    {
      who: /PushRequestFunction/,
      action: /^dynamodb:(?:GetItem|PutItem|UpdateItem)$/,
      where: /(?:assertion|failures|dpop)#\*|Audit[^|]*$/,
      reason: 'the story pushes one good request, with a secret; pushed-requests.test.ts in test/e2e sends others',
    },
    {
      who: /MembershipFunction/,
      action: /^(?:dynamodb:(?:GetItem|PutItem|UpdateItem|DeleteItem)|kms:Decrypt)$/,
      where: /(?:idempotency|pepper|quota)#\*|StringEquals pepper|Audit[^|]*$/,
      reason: NO_INVITATIONS,
    },
    {
      who: /(?:(?<!Provider)Login|OwnAccount)Function/,
      action: 'dynamodb:DeleteItem',
      where: /(?:consent|identity)#\*/,
      reason: NO_OWN_ACCOUNT,
    },
    {
      who: /(?:ManageTokens|OwnAccount)Function/,
      action: 'dynamodb:Query',
      where: /Directory[^|]*index/,
      reason: NO_OWN_ACCOUNT,
    },
    {
      who: /(?<!Provider)LoginFunction/,
      action: 'kms:GetPublicKey',
      reason:
        'the person of the story logs out when the keys are recorded; before, functions that verify access tokens read them from KMS',
    },
    {
      who: /ApplicationsFunction/,
      action: /^dynamodb:(?:GetItem|PutItem)$/,
      where: 'roster#*',
      reason: NO_OWN_ACCOUNT,
    },
    {
      who: /RemoveDeletedFunction/,
      action: /^dynamodb:(?:GetItem|PutItem)$/,
      where: /Clients[^|]*$/,
      reason: 'the story deletes no developer, whose applications would be disabled; test/e2e/developers does',
    },
    {
      who: /OwnAccountFunction/,
      action: /^(?:dynamodb:(?:GetItem|PutItem|UpdateItem)|kms:Decrypt)$/,
      where: /(?:pepper|session|quota)#\*|StringEquals pepper|Audit[^|]*$/,
      reason: NO_OWN_ACCOUNT,
    },
    {
      who: /AuthorizerReportsFunction/,
      action: /^dynamodb:(?:GetItem|BatchGetItem)$/,
      where: 'status#*',
      reason: 'the authorizer reads status lists in its other mode, "offline"; one role serves both modes',
    },
  ],
};
