import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AccountRootPrincipal, type IRole, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';

const DELETION_WINDOW_DAYS_MIN = 7;
const DELETION_WINDOW_DAYS_MAX = 30;

/**
 * What the account's administrators may do with a key, if their own IAM policies say so too. Nothing here uses the key,
 * and `kms:CreateGrant` is missing because a grant would hand the use on.
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
 * What every key starts with: administered by the account, used by nobody, and as hard to lose as `removalPolicy` says.
 *
 * The usual key policy gives the account `kms:*`, which lets every IAM policy of the account decide who signs. Here an
 * administrator with `kms:*` still cannot sign or decrypt; what remains is `kms:PutKeyPolicy`, without which the key
 * could never be managed again, and that is one loud event in CloudTrail.
 */
export function unusedKey(removalPolicy: RemovalPolicy) {
  const isDisposable = removalPolicy === RemovalPolicy.DESTROY;
  return {
    policy: unusedPolicy(),
    removalPolicy,
    pendingWindow: Duration.days(isDisposable ? DELETION_WINDOW_DAYS_MIN : DELETION_WINDOW_DAYS_MAX),
  };
}

/** The policy of such a key. Statements that are added are merged as far as they can be, to take little room. */
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

/** Lets a role use a key: in the key's policy, which has the last word, and in the role's, where reviewers look. */
export function permitKeyUse(key: Key, role: IRole, { actions, conditions }: KeyUse): void {
  const use = { actions: [...actions], ...(conditions !== undefined && { conditions }) };
  key.addToResourcePolicy(new PolicyStatement({ ...use, principals: [role], resources: ['*'] }));
  role.addToPrincipalPolicy(new PolicyStatement({ ...use, resources: [key.keyArn] }));
}
