import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AccountRootPrincipal, type IRole, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';

const DELETION_WINDOW_DAYS_MIN = 7;
const DELETION_WINDOW_DAYS_MAX = 30;

/**
 * The actions that a key's policy permits to the account's administrators; their IAM policies must permit them too.
 * None of these actions signs or decrypts. `kms:CreateGrant` is left out, because a KMS grant can give these rights to
 * others.
 */
const administration = [
  'kms:CancelKeyDeletion',
  'kms:CreateAlias',
  'kms:DeleteAlias',
  'kms:DescribeKey',
  'kms:DisableKey',
  'kms:DisableKeyRotation',
  'kms:EnableKey',
  'kms:EnableKeyRotation',
  'kms:GetKeyPolicy',
  'kms:GetKeyRotationStatus',
  'kms:ListAliases',
  'kms:ListGrants',
  'kms:ListKeyPolicies',
  'kms:ListKeyRotations',
  'kms:ListResourceTags',
  'kms:PutKeyPolicy',
  'kms:RevokeGrant',
  'kms:RotateKeyOnDemand',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateAlias',
  'kms:UpdateKeyDescription',
];

/**
 * Returns the properties that every key starts with: the account administers the key, and no role uses it yet.
 *
 * The usual key policy gives the account `kms:*`, so any IAM policy of the account can permit signing. With this policy
 * an administrator with `kms:*` cannot sign or decrypt. Only `kms:PutKeyPolicy` could change that. It must stay, or the
 * key could never be managed again; its use shows in CloudTrail.
 */
export function unusedKey(removalPolicy: RemovalPolicy) {
  const isDisposable = removalPolicy === RemovalPolicy.DESTROY;
  return {
    policy: unusedPolicy(),
    removalPolicy,
    pendingWindow: Duration.days(isDisposable ? DELETION_WINDOW_DAYS_MIN : DELETION_WINDOW_DAYS_MAX),
  };
}

/** Returns the policy of a key that no role uses yet. CDK merges added statements, to keep the policy short. */
export function unusedPolicy(): PolicyDocument {
  const administered = new PolicyStatement({
    sid: 'AccountAdministersButDoesNotUse',
    principals: [new AccountRootPrincipal()],
    actions: administration,
    resources: ['*'],
  });
  return new PolicyDocument({ statements: [administered], minimize: true });
}

interface KeyUse {
  readonly actions: readonly string[];
  readonly conditions?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Permits a role to use a key. The key's policy decides; the role's policy gets the same statement, because reviewers
 * look there.
 */
export function permitKeyUse(key: Key, role: IRole, { actions, conditions }: KeyUse): void {
  const use = { actions: [...actions], ...(conditions !== undefined && { conditions }) };
  key.addToResourcePolicy(new PolicyStatement({ ...use, principals: [role], resources: ['*'] }));
  role.addToPrincipalPolicy(new PolicyStatement({ ...use, resources: [key.keyArn] }));
}
